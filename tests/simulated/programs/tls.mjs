/** https with an agent that keeps connections, and HTTP/2 over TLS, in virtual time. */

import http2 from 'node:http2';
import https from 'node:https';
import { cert, key } from '../certificate.mjs';
import { listening, next, twoHosts } from '../hosts.mjs';

const BODY = Buffer.alloc(100_000, 'x');

function get(agent, path) {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: 'api.test', path, agent, ca: cert }, async (response) => {
      let length = 0;
      for await (const chunk of response) length += chunk.length;
      resolve([length, response.headers.date, request.reusedSocket]);
    });
    request.on('error', reject);
  });
}

async function streams(count) {
  const session = http2.connect('https://api.test:8443', { ca: cert });
  const bodies = Array.from({ length: count }, async (_, index) => {
    const stream = session.request({ ':path': `/${index}` });
    const headers = await next(stream, 'response');
    let length = 0;
    for await (const chunk of stream) length += chunk.length;
    return [headers[':status'], length];
  });
  const lengths = await Promise.all(bodies);
  session.close();
  return lengths;
}

export async function program(net) {
  const { app, api } = twoHosts(net);
  await api.run(() =>
    Promise.all([
      listening(
        https.createServer({ key, cert }, (_request, response) => response.end(BODY)),
        443,
      ),
      listening(
        http2.createSecureServer({ key, cert }, (_request, response) => response.end(BODY)),
        8443,
      ),
    ]),
  );
  return app.run(async () => {
    const agent = new https.Agent({ keepAlive: true });
    const answers = [await get(agent, '/1'), await get(agent, '/2'), await streams(5)];
    agent.destroy();
    return answers;
  });
}

/** Keys and signatures are random. */
export const hasSecrets = true;

/** What it returns. */
export const expected = [
  [100000, 'Sat, 01 Jan 2000 00:00:00 GMT', false],
  [100000, 'Sat, 01 Jan 2000 00:00:00 GMT', true],
  [
    [200, 100000],
    [200, 100000],
    [200, 100000],
    [200, 100000],
    [200, 100000],
  ],
];
