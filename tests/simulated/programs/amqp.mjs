/** amqplib with a small broker of one queue: confirmed messages, and a heartbeat that finds a partition. */

import net from 'node:net';
import amqp from 'amqplib';
import { listening, next, twoHosts } from '../hosts.mjs';
import { serveQueue } from '../servers/amqp.mjs';

export async function program(network) {
  const { app, api } = twoHosts(network);
  await api.run(() => listening(net.createServer(serveQueue), 5672));
  return app.run(async () => {
    const connection = await amqp.connect('amqp://api.test');
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('q');
    const heard = [];
    await channel.consume('q', ({ content }) => heard.push(Number(content)), { noAck: true });
    for (let at = 0; at < 20; at++) channel.sendToQueue('q', Buffer.from(String(at)));
    await channel.waitForConfirms();
    await network.sleep(20_000);
    network.partition(app, api);
    const error = await next(connection, 'error');
    return [heard, error.message, Math.round(network.clock.now())];
  });
}

/** What it returns. */
export const expected = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  'Heartbeat timeout',
  24160,
];
