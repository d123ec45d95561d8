/**
 * Our WebSocket on a link that loses packets, against `ws` at either end and against itself, compressed;
 * and what both ends see of a partition.
 */

import { createServer } from 'node:http';
import { kernelTransport } from '@netlayers/kernel';
import { Server } from '@netlayers/server';
import { acceptWebSocket, openWebSocket } from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { WebSocket, WebSocketServer } from 'ws';
import { listening, next, twoHosts } from '../hosts.mjs';

const deflate = { codec: nodeDeflate(), thresholdBytes: 0 };
const TIMES = { keepAliveMs: 5_000, pongTimeoutMs: 5_000 };
const LENGTHS = [0, 100, 70_000, 400_000];

/** Octets that do not compress, and text that does. */
const messages = LENGTHS.flatMap((length) => [
  Uint8Array.from({ length }, (_, at) => Math.imul(at, 2654435761) >>> 13),
  'wörd '.repeat(length / 5),
]);

/** Servers of both kinds, which send back what they get. */
async function serve(ends) {
  const server = new Server().upgrade('websocket', (request) =>
    acceptWebSocket(
      request,
      async (socket) => {
        socket.closed.then(({ code, error }) => ends.push(['our server', code, error?.code]));
        for await (const message of socket) await socket.send(message);
      },
      { deflate, ...TIMES },
    ),
  );
  await server.listen(kernelTransport(), { port: 80 });
  const http = createServer();
  const theirs = new WebSocketServer({ server: http, perMessageDeflate: { threshold: 0 } });
  theirs.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await listening(http, 81);
}

const isSame = (sent, back) => Buffer.compare(Buffer.from(sent), Buffer.from(back)) === 0;

/** Sends each message and counts those that come back as they were. */
async function ours(port) {
  const socket = await openWebSocket(kernelTransport(), `ws://api.test:${port}/`, { deflate });
  let same = 0;
  for (const message of messages) {
    await socket.send(message);
    const back = await socket.receive();
    if (typeof back === typeof message && isSame(message, back)) same++;
  }
  const { code } = await socket.close(3000);
  return [same, socket.isCompressed, code];
}

async function theirs() {
  const socket = new WebSocket('ws://api.test/', { perMessageDeflate: { threshold: 0 } });
  await next(socket, 'open');
  let same = 0;
  for (const message of messages) {
    socket.send(message);
    if (isSame(message, await next(socket, 'message'))) same++;
  }
  socket.close(3000);
  return [same, socket.extensions, await next(socket, 'close')];
}

/** A connection over which nothing is said any more when the link is cut. */
async function idle(ends, now) {
  const socket = await openWebSocket(kernelTransport(), 'ws://api.test/', TIMES);
  const { code, error } = await socket.closed;
  ends.push(['our client', code, error?.code, now()]);
}

export async function program(net) {
  const { app, api } = twoHosts(net);
  const ends = [];
  await api.run(() => serve(ends));
  const results = [
    await app.run(() => ours(80)),
    await app.run(() => ours(81)),
    await app.run(() => theirs()),
  ];
  const started = net.clock.now();
  app.run(() => void idle(ends, () => Math.round((net.clock.now() - started) / 1000)));
  net.at(started + 60_000, () => net.partition(app, api));
  await net.sleep(120_000);
  return { results, ends };
}

/** What it returns. */
export const expected = {
  results: [
    [8, true, 3000],
    [8, true, 3000],
    [8, 'permessage-deflate', 3000],
  ],
  ends: [
    ['our server', 3000, undefined],
    ['our server', 3000, undefined],
    ['our server', 1006, 'timeout'],
    ['our client', 1006, 'timeout', 66],
  ],
};
