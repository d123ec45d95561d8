/** mqtt with the broker aedes: QoS 2 through a link that goes down; each message is heard exactly once. */

import net from 'node:net';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { listening, next } from '../hosts.mjs';

export async function program(network) {
  const broker = network.host('broker.test');
  const sender = network.host('sender.test');
  const reader = network.host('reader.test');
  const links = network.connectAll([broker, sender, reader], { delayMs: 15, loss: 0.05 });
  await broker.run(async () => {
    const aedes = await Aedes.createBroker();
    await listening(net.createServer(aedes.handle), 1883);
  });
  const heard = [];
  const events = [];
  const options = { keepalive: 10, reconnectPeriod: 1_000, connectTimeout: 5_000 };
  const client = (name) => {
    const made = mqtt.connect('mqtt://broker.test', {
      ...options,
      clientId: name,
      clean: name === 'reader',
    });
    for (const event of ['connect', 'close', 'offline']) {
      made.on(event, () => events.push([name, event, Math.round(network.clock.now())]));
    }
    made.on('error', (error) => events.push([name, error.message]));
    return made;
  };
  await reader.run(async () => {
    const made = client('reader');
    made.on('message', (_topic, payload) => heard.push(Number(payload)));
    await next(made, 'connect');
    await made.subscribeAsync('orders/#', { qos: 2 });
  });
  network.at(5_000, () => links[1].down());
  network.at(35_000, () => links[1].up());
  await sender.run(async () => {
    const made = client('sender');
    for (let id = 0; id < 20; id++) {
      void made.publishAsync(`orders/${id}`, String(id), { qos: 2 });
      await network.sleep(500);
    }
  });
  await network.sleep(60_000);
  return { heard, events };
}

/** What it returns. */
export const expected = {
  heard: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  events: [
    ['reader', 'connect', 120],
    ['sender', 'connect', 680],
    ['sender', 'offline', 19800],
    ['sender', 'Keepalive timeout'],
    ['sender', 'close', 19800],
    ['sender', 'connack timeout'],
    ['sender', 'close', 25800],
    ['sender', 'connack timeout'],
    ['sender', 'close', 31800],
    ['sender', 'connect', 38420],
  ],
};
