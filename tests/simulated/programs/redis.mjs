/** ioredis and a small server of its protocol: time-outs, reconnects and the queue while it is away. */

import Redis from 'ioredis';
import { codeOf, listening, twoHosts } from '../hosts.mjs';
import { redisServer } from '../servers/redis.mjs';

export async function program(network) {
  const { app, api, link } = twoHosts(network);
  // A disk of the host, which a crash leaves as it is.
  const values = new Map();
  const serve = () => api.run(() => listening(redisServer(values), 6379));
  await serve();
  const events = [];
  const redis = app.run(() => new Redis({ host: 'api.test', commandTimeout: 3_000 }));
  for (const name of ['ready', 'close', 'reconnecting']) redis.on(name, () => events.push(name));
  redis.on('error', (error) => events.push(error.code));
  const results = [await redis.set('a', '1'), await redis.get('a'), await redis.get('b')];
  results.push(await Promise.all(Array.from({ length: 50 }, () => redis.incr('a'))));
  link.down();
  results.push(await codeOf(redis.get('a')));
  link.up();
  api.restart();
  await network.sleep(500);
  const queued = codeOf(redis.incr('a'));
  await network.sleep(1_000);
  await serve();
  results.push(await queued, await redis.get('a'));
  redis.disconnect();
  return { results, events: events.join(' ') };
}

/** What it returns. */
export const expected = {
  results: [
    'OK',
    '1',
    null,
    [
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
      27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
      50, 51,
    ],
    'Error',
    'no error',
    '52',
  ],
  events:
    'ready ECONNRESET close reconnecting ECONNREFUSED close reconnecting ECONNREFUSED close reconnecting ECONNREFUSED close reconnecting ECONNREFUSED close reconnecting ECONNREFUSED close reconnecting ready',
};
