/**
 * Found: a message of QoS 2 that is never delivered. Where two PUBRECs of a client with a session come
 * in one segment, as they do behind a lost packet, aedes 1.2.0 answers the second one twice and the
 * first never: the client keeps what it has not been released, and its program does not see it.
 */

import net from 'node:net';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { listening, next } from '../hosts.mjs';

/** @returns which of 20 messages a reader has not heard. */
async function missing(network, prefix, clean, loss) {
  const [broker, sender, reader] = ['broker', 'sender', 'reader'].map((name) =>
    network.host(`${prefix}-${name}.test`),
  );
  network.connectAll([broker, sender, reader], { delayMs: 15, loss });
  await broker.run(async () => {
    const aedes = await Aedes.createBroker();
    await listening(net.createServer(aedes.handle), 1883);
  });
  const url = `mqtt://${broker.name}`;
  const lost = new Set(Array.from({ length: 20 }, (_, id) => id));
  await reader.run(async () => {
    const client = mqtt.connect(url, { clientId: 'reader', clean });
    client.on('message', (_topic, payload) => lost.delete(Number(payload)));
    await next(client, 'connect');
    await client.subscribeAsync('orders', { qos: 2 });
  });
  sender.run(() => {
    const client = mqtt.connect(url, { clientId: 'sender' });
    for (const id of lost) client.publish('orders', String(id), { qos: 2 });
  });
  await network.sleep(120_000);
  return [...lost];
}

export async function program(network) {
  return {
    'a session': await missing(network, 'a', false, 0.05),
    'no session': await missing(network, 'b', true, 0.05),
    'a session, no loss': await missing(network, 'c', false, 0),
  };
}

/** What it returns. */
export const expected = { 'a session': [6, 13], 'no session': [], 'a session, no loss': [] };
