/**
 * A server that answers every request with the same 100 bytes, in every sort that is compared.
 */

import http from 'node:http';
import net from 'node:net';
import { Response, StatusCode } from '@netlayers/http';
import { Server } from '@netlayers/server';
import { LOOPBACK, type PeerKind } from '../harness/where.js';
import { openTransport } from './transport.js';

const [kind, port] = [process.argv[2] as PeerKind, Number(process.argv[3])];
const BODY = 'x'.repeat(100);

function serveNodeHttp(): void {
  const server = http.createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': BODY.length });
    response.end(BODY);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, LOOPBACK, 1024, () => console.log('ready'));
}

/** No HTTP at all: the bytes of a response for every segment that ends a head. */
function serveNodeNet(): void {
  const response = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${BODY.length}\r\n` +
      `Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: keep-alive\r\n\r\n${BODY}`,
  );
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (data[data.length - 1] === 10 && data[data.length - 3] === 10) socket.write(response);
    });
  });
  server.listen(port, LOOPBACK, 1024, () => console.log('ready'));
}

async function serveOurs(): Promise<void> {
  const { transport, host } = await openTransport(kind);
  const server = new Server();
  server.route('GET', '/', () =>
    new Response(StatusCode.Ok).header('Content-Type', 'text/plain').body(BODY),
  );
  await server.listen(transport, { host, port });
  console.log('ready');
}

if (kind === 'node-http') serveNodeHttp();
else if (kind === 'node-net') serveNodeNet();
else await serveOurs();
