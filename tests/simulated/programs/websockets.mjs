/** A WebSocket server with a heartbeat, whose client comes back after a partition that it sees late. */

import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { listening, twoHosts } from '../hosts.mjs';

const HEARTBEAT_MS = 5_000;

function serve() {
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: true });
  server.on('connection', (socket) => {
    let isAlive = true;
    const heartbeat = setInterval(() => {
      if (!isAlive) socket.terminate();
      isAlive = false;
      socket.ping();
    }, HEARTBEAT_MS);
    socket.on('pong', () => {
      isAlive = true;
    });
    socket.on('close', () => clearInterval(heartbeat));
    socket.on('message', (data) => socket.send(`${data}`.repeat(400)));
  });
  return listening(http, 80);
}

function connect(events, now) {
  const socket = new WebSocket('ws://api.test/', { perMessageDeflate: true });
  let silence;
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => socket.terminate(), HEARTBEAT_MS + 1_000);
  };
  socket.on('open', () => {
    events.push(['open', now()]);
    listen();
    socket.send('hello');
  });
  socket.on('ping', listen);
  socket.on('message', (data) => events.push(['message', data.length]));
  socket.on('error', (error) => events.push([error.code ?? error.message, now()]));
  socket.on('close', (code) => {
    clearTimeout(silence);
    events.push(['close', code, now()]);
    setTimeout(connect, 1_000, events, now);
  });
}

export async function program(net) {
  const { app, api } = twoHosts(net);
  await api.run(serve);
  net.at(12_000, () => net.partition(app, api));
  net.at(42_000, () => net.heal());
  const events = [];
  app.run(() => connect(events, () => Math.round(net.clock.now())));
  await net.sleep(120_000);
  return events;
}

/** What it returns. */
export const expected = [
  ['open', 80],
  ['message', 2000],
  ['close', 1006, 16080],
  ['open', 48160],
  ['message', 2000],
];
