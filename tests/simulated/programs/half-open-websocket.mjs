/**
 * Found: a WebSocket that is gone without a close, and nobody notices. mqtt 5.5.0 put its check for an
 * answer off with every packet that it sent (MQTT.js issue 682, mended in 5.6.0): a client that goes on
 * publishing writes into the void until TCP gives up.
 */

import { createServer } from 'node:http';
import { Aedes } from 'aedes';
import current from 'mqtt';
import earlier from 'mqtt-5.5.0';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { listening } from '../hosts.mjs';

const CUT_MS = 10_000;

async function serve(heard) {
  const aedes = await Aedes.createBroker();
  aedes.on('publish', ({ topic }, client) => client && heard.add(topic));
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    const stream = createWebSocketStream(socket);
    stream.on('error', () => {});
    aedes.handle(stream);
  });
  await listening(http, 80);
}

/** Publishes once a second; tells when it has noticed that it is cut off, in s. */
function publish(net, mqtt, topic) {
  const client = mqtt.connect('ws://broker.test', { keepalive: 10, reconnectPeriod: 1_000 });
  const seen = {};
  client.on('error', () => {});
  client.on('close', () => {
    seen.closedAfter ??= Math.round((net.clock.now() - CUT_MS) / 1_000);
  });
  setInterval(() => client.connected && client.publish(topic, 'x'), 1_000);
  return seen;
}

export async function program(net) {
  const [broker, first, second] = ['broker.test', 'first.test', 'second.test'].map((name) =>
    net.host(name),
  );
  net.connectAll([broker, first, second], { delayMs: 20 });
  const heard = new Set();
  await broker.run(() => serve(heard));
  const seen = {
    '5.5.0': first.run(() => publish(net, earlier, 'first')),
    current: second.run(() => publish(net, current, 'second')),
  };
  await net.sleep(CUT_MS);
  const wereHeard = [...heard].sort();
  net.partition(broker, [first, second]);
  await net.sleep(1_200_000);
  return { wereHeard, ...seen };
}

/** What it returns. */
export const expected = {
  wereHeard: ['first', 'second'],
  '5.5.0': { closedAfter: 120 },
  current: { closedAfter: 5 },
};
