/** nats with a small server of its protocol: requests, and reconnects after the server has been away. */

import net from 'node:net';
import { connect, StringCodec } from 'nats';
import { codeOf, listening, twoHosts } from '../hosts.mjs';

const INFO = { server_id: 'S', version: '2.10.0', proto: 1, headers: true, max_payload: 1_048_576 };

/** Answers every request in capitals, but for those to `silent`. */
const server = () =>
  net.createServer((socket) => {
    const subscriptions = new Map();
    let text = '';
    socket.write(`INFO ${JSON.stringify(INFO)}\r\n`);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      text += data;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const [command, ...words] = text.slice(0, end).split(' ');
        const size = command === 'PUB' ? Number(words.at(-1)) + 2 : 0;
        if (text.length < end + 2 + size) return;
        const payload = text.slice(end + 2, end + size);
        text = text.slice(end + 2 + size);
        if (command === 'PING') socket.write('PONG\r\n');
        if (command === 'SUB') subscriptions.set(words[0].replace('*', ''), words.at(-1));
        if (command !== 'PUB' || words[0] === 'silent' || words.length < 3) continue;
        const answer = payload.toUpperCase();
        for (const [prefix, id] of subscriptions) {
          if (!words[1].startsWith(prefix)) continue;
          socket.write(`MSG ${words[1]} ${id} ${answer.length}\r\n${answer}\r\n`);
        }
      }
    });
  });

export async function program(network) {
  const { app, api } = twoHosts(network);
  const serve = () => api.run(() => listening(server(), 4222));
  await serve();
  return app.run(async () => {
    const client = await connect({ servers: 'api.test', pingInterval: 5_000, maxPingOut: 2 });
    const events = [];
    void (async () => {
      for await (const { type } of client.status()) events.push(type);
    })();
    const codec = StringCodec();
    const ask = async (subject, text, timeout) =>
      codec.decode((await client.request(subject, codec.encode(text), { timeout })).data);
    const results = [await ask('orders', 'first', 3_000), await codeOf(ask('silent', 'x', 3_000))];
    const partition = network.partition(app, api);
    await network.sleep(20_000);
    partition.heal();
    await network.sleep(10_000);
    results.push(await ask('orders', 'second', 3_000));
    api.restart();
    await network.sleep(3_000);
    await serve();
    await network.sleep(20_000);
    results.push(await ask('orders', 'third', 3_000));
    await client.close();
    return { results, events };
  });
}

/** What it returns. */
export const expected = {
  results: ['FIRST', 'TIMEOUT', 'SECOND', 'THIRD'],
  events: [
    'pingTimer',
    'pingTimer',
    'pingTimer',
    'staleConnection',
    'disconnect',
    'reconnecting',
    'update',
    'reconnect',
    'disconnect',
    'reconnecting',
    'pingTimer',
    'reconnecting',
    'reconnecting',
    'update',
    'reconnect',
    'pingTimer',
    'pingTimer',
    'pingTimer',
  ],
};
