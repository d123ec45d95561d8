/**
 * A program with a bug that only some networks show: it asks a second time when no answer comes in
 * time, and not a third time.
 */

import http from 'node:http';

const ask = async (url) => {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(150) });
      return await response.text();
    } catch (error) {
      if (attempt === 1) throw error;
    }
  }
};

export default async function program(net) {
  const api = net.host('api.test');
  const app = net.host('app.test');
  net.link(app, api, { delayMs: 20, loss: 0.1 });
  api.run(() => http.createServer((_request, response) => response.end('hello')).listen(80));
  return await app.run(() => ask('http://api.test/'));
}
