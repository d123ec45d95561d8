/** socket.io with rooms and acknowledgements, over polling and then WebSocket, through a partition. */

import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { listening } from '../hosts.mjs';

async function serve() {
  const http = createServer();
  const server = new Server(http, { pingInterval: 5_000, pingTimeout: 4_000 });
  server.on('connection', (socket) => {
    socket.on('join', (room, done) => {
      socket.join(room);
      done(room);
    });
    socket.on('say', (room, text) => server.to(room).emit('said', text));
  });
  await listening(http, 80);
}

function member(name, room, events) {
  const socket = io('http://api.test', { forceNew: true });
  socket.on('connect', async () => {
    events.push([name, 'connected', await socket.timeout(10_000).emitWithAck('join', room)]);
  });
  socket.on('disconnect', (reason) => events.push([name, reason]));
  socket.on('said', (text) => events.push([name, 'heard', text]));
  return socket;
}

export async function program(net) {
  const api = net.host('api.test');
  const clients = [net.host('ann.test'), net.host('bob.test'), net.host('cat.test')];
  net.connectAll([api, ...clients], { delayMs: 10, loss: 0.05 });
  await api.run(serve);
  const events = [];
  const [ann] = clients.map((host) =>
    host.run(() => member(host.name, host.name === 'cat.test' ? 'other' : 'room', events)),
  );
  net.at(5_000, () => ann.emit('say', 'room', 'before'));
  net.at(10_000, () => net.partition(api, clients[1]));
  net.at(15_000, () => ann.emit('say', 'room', 'in between'));
  net.at(40_000, () => net.heal());
  net.at(60_000, () => ann.emit('say', 'room', 'after'));
  await net.sleep(70_000);
  return events;
}

/** What it returns. */
export const expected = [
  ['bob.test', 'connected', 'room'],
  ['ann.test', 'connected', 'room'],
  ['cat.test', 'connected', 'other'],
  ['ann.test', 'heard', 'before'],
  ['bob.test', 'heard', 'before'],
  ['bob.test', 'ping timeout'],
  ['ann.test', 'heard', 'in between'],
  ['bob.test', 'connected', 'room'],
  ['ann.test', 'heard', 'after'],
  ['bob.test', 'heard', 'after'],
];
