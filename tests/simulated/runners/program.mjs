/** A program whose second request meets a link that is down; what each test runner has to see alike. */

import http from 'node:http';
import { simulate } from '@netlayers/sim/node';

/** Resolves with the answer, and with the virtual seconds after which `fetch` gives up. */
export function twoRequests(seed) {
  return simulate({ seed, captureFolder: null }, async (net) => {
    const [app, api] = [net.host('app.test'), net.host('api.test')];
    const link = net.link(app, api, { delayMs: 20 });
    api.run(() => http.createServer((_request, response) => response.end('hello')).listen(80));
    return await app.run(async () => {
      const answer = await (await fetch('http://api.test/')).text();
      link.down();
      await net.sleep(20_000);
      const began = Date.now();
      const error = await fetch('http://api.test/').catch((reason) => reason);
      return [answer, error.message, Math.round((Date.now() - began) / 1_000)];
    });
  });
}

/** What comes of it. */
export const EXPECTED = ['hello', 'fetch failed', 10];
