/**
 * Found: time-outs that are set and do not fire.
 *
 * - undici does not count `bodyTimeout` while its consumer is behind (undici issue 5393): a server that
 *   falls silent in the middle of a large body is waited for without end.
 * - kafkajs has its request to a silent broker time out, and then says that it is connected.
 */

import http from 'node:http';
import net from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { request } from 'undici';
import { listening, twoHosts } from '../hosts.mjs';

const BODY = Buffer.alloc(1_000_000);

/** Reads one piece of a body, and then none for a while. */
async function download(isSlow) {
  const { body } = await request('http://api.test', { bodyTimeout: 5_000 });
  if (isSlow) {
    body.on('readable', () => {});
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await new Promise((_resolve, reject) => body.on('error', reject));
  }
  for await (const _ of body);
}

const attempts = {
  'undici, fast reader': () => download(false),
  'undici, slow reader': () => download(true),
  kafkajs: () =>
    new Kafka({
      brokers: ['api.test:1000'],
      requestTimeout: 4_000,
      logLevel: logLevel.NOTHING,
    })
      .admin()
      .connect(),
};

export async function program(network) {
  const { app, api } = twoHosts(network, { loss: 0 });
  await api.run(async () => {
    // Both say something, or nothing, and then no more.
    await listening(
      http.createServer((_request, response) => response.writeHead(200).write(BODY)),
      80,
    );
    await listening(
      net.createServer((socket) => socket.on('error', () => {})),
      1000,
    );
  });
  return app.run(async () => {
    const outcomes = {};
    for (const [name, attempt] of Object.entries(attempts)) {
      const began = Date.now();
      const outcome = await Promise.race([
        attempt().then(
          () => 'no error',
          (error) => error.code ?? error.name,
        ),
        network.sleep(600_000).then(() => 'still waiting'),
      ]);
      outcomes[name] = [outcome, Math.round((Date.now() - began) / 1_000)];
    }
    return outcomes;
  });
}

/** What it returns. */
export const expected = {
  'undici, fast reader': ['UND_ERR_BODY_TIMEOUT', 5],
  'undici, slow reader': ['still waiting', 600],
  kafkajs: ['no error', 4],
};
