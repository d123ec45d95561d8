/**
 * Found: a connection that was kept alive is ended under the next request. axios has the socket of a
 * finished request still end it after the time that the first one was given (axios issue 6113; 1.13.2
 * takes that back for the next request of its own, and not for one of `node:http` on the same agent).
 */

import http from 'node:http';
import axios from 'axios';
import earlier from 'axios-1.13.1';
import { listening, twoHosts } from '../hosts.mjs';

const FAST = 'http://api.test/';
const SLOW = 'http://api.test/slow';

const get = (url, agent) =>
  new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => response.resume().on('end', resolve));
    request.on('error', reject);
  });

/** A short request, and then one that takes 6 s, on the same connection. */
const pairs = {
  'axios 1.13.1, itself': async (httpAgent) => {
    await earlier.get(FAST, { httpAgent, timeout: 1_000 });
    await earlier.get(SLOW, { httpAgent, timeout: 0 });
  },
  'axios, itself': async (httpAgent) => {
    await axios.get(FAST, { httpAgent, timeout: 1_000 });
    await axios.get(SLOW, { httpAgent, timeout: 0 });
  },
  'axios, node:http': async (httpAgent) => {
    await axios.get(FAST, { httpAgent, timeout: 1_000 });
    await get(SLOW, httpAgent);
  },
  'node:http, itself': async (httpAgent) => {
    await get(FAST, httpAgent);
    await get(SLOW, httpAgent);
  },
};

export async function program(net) {
  const { app, api } = twoHosts(net, { loss: 0 });
  await api.run(() =>
    listening(
      http.createServer(({ url }, response) => {
        setTimeout(() => response.end('here'), url === '/slow' ? 6_000 : 0);
      }),
      80,
    ),
  );
  return app.run(async () => {
    const outcomes = {};
    for (const [name, requests] of Object.entries(pairs)) {
      const began = Date.now();
      // As the one that Node has for everybody.
      const agent = new http.Agent({ keepAlive: true, timeout: 5_000 });
      const outcome = await requests(agent).then(
        () => 'ok',
        (error) => error.message,
      );
      outcomes[name] = [outcome, Date.now() - began];
      agent.destroy();
    }
    return outcomes;
  });
}

/** What it returns. */
export const expected = {
  'axios 1.13.1, itself': ['socket hang up', 4081],
  'axios, itself': ['ok', 6121],
  'axios, node:http': ['socket hang up', 4081],
  'node:http, itself': ['ok', 6121],
};
