import { request as ask, createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { Client } from '@netlayers/client';
import { kernelTransport } from '@netlayers/kernel';
import { tlsTransport } from '@netlayers/node';
import { selfSigned } from '@netlayers/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const { cert, key } = selfSigned();

const servers: Server[] = [];

/** Listens on loopback; returns the port. */
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A proxy of Node's: what it is asked for, and on whose behalf, goes into a list. */
function proxyServer(asked: string[]): Server {
  const note = (line: string, who = 'nobody'): void => void asked.push(`${line} for ${who}`);
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    note(`${method} ${url}`, headers['proxy-authorization']);
    const { 'proxy-authorization': _, ...passed } = headers;
    const outgoing = ask(url, { method, headers: passed }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  return server.on('connect', ({ url = '', headers }, socket) => {
    note(`CONNECT ${url}`, headers['proxy-authorization']);
    const origin = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      origin.pipe(socket).pipe(origin);
    });
    for (const end of [socket, origin]) end.on('error', () => {});
  });
}

describe('a client behind a proxy over the kernel', () => {
  it('reaches http as it is, and https in a tunnel, with a megabyte each way', async () => {
    const asked: string[] = [];
    const proxy = await listening(proxyServer(asked));
    const plain = await listening(createServer((request, response) => request.pipe(response)));
    const secure = await listening(
      createSecureServer({ cert, key }, (request, response) => request.pipe(response)) as never,
    );
    const client = new Client({
      transport: kernelTransport(),
      secureTransport: (inner) => tlsTransport(inner, { ca: cert, alpn: ['http/1.1'] }),
      proxy: `http://me:x@127.0.0.1:${proxy}`,
    });
    const body = new Uint8Array(1 << 20).fill(7);
    for (const url of [`http://localhost:${plain}/a`, `https://localhost:${secure}/b`]) {
      const echo = await (await client.put(url, body)).bytes();
      expect(Buffer.compare(echo, body)).toBe(0);
      expect(await (await client.put(url, 'again')).text()).toBe('again');
    }
    const who = `Basic ${btoa('me:x')}`;
    expect(asked).toEqual([
      `PUT http://localhost:${plain}/a for ${who}`,
      `PUT http://localhost:${plain}/a for ${who}`,
      `CONNECT localhost:${secure} for ${who}`,
    ]);
    await client.close();
  });
});
