/**
 * A server of bulk data: on its port it sends for as long as the client reads; on the next one it
 * counts what it is sent, and answers the end of the stream with the count.
 */

import net from 'node:net';
import type { ByteStream } from '@netlayers/http';
import { LOOPBACK, type PeerKind } from '../harness/where.js';
import { fixCongestionControl } from './congestion-control.js';
import { openTransport } from './transport.js';

const [kind, port] = [process.argv[2] as PeerKind, Number(process.argv[3])];
const CHUNK = Buffer.alloc(65536, 7);

function sourceNode(socket: net.Socket): void {
  fixCongestionControl(socket);
  const pump = (): void => {
    while (!socket.destroyed && socket.write(CHUNK));
  };
  socket.on('error', () => {}).on('drain', pump);
  pump();
}

function sinkNode(socket: net.Socket): void {
  let count = 0;
  socket.on('error', () => {});
  socket.on('data', (data) => {
    count += data.length;
  });
  socket.on('end', () => socket.end(String(count)));
}

function source(stream: ByteStream): void {
  let open = true;
  const pump = (): void => {
    while (open && stream.write(CHUNK));
  };
  stream.setHandler({
    handleData: () => {},
    handleEnd: () => stream.end(),
    handleDrain: pump,
    handleClose: () => {
      open = false;
    },
  });
  pump();
}

function sink(stream: ByteStream): void {
  let count = 0;
  stream.setHandler({
    handleData: (_buf, start, end) => {
      count += end - start;
    },
    handleEnd: () => {
      stream.write(Buffer.from(String(count)));
      stream.end();
    },
    handleDrain: () => {},
    handleClose: () => {},
  });
}

if (kind === 'node-net') {
  const listen = (at: number, serve: (socket: net.Socket) => void): Promise<void> =>
    new Promise((resolve) => {
      net.createServer({ allowHalfOpen: true }, serve).listen(at, LOOPBACK, resolve);
    });
  await listen(port, sourceNode);
  await listen(port + 1, sinkNode);
} else {
  const { transport, host } = await openTransport(kind);
  await transport.listen({ host, port }, source);
  await transport.listen({ host, port: port + 1 }, sink);
}
console.log('ready');
