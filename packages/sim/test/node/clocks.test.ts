import http2, { type ServerHttp2Stream, type ServerStreamResponseOptions } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { simulateAndReport } from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';
import { listening, onTwoHosts } from './two-hosts.js';

const THIS_FILE = fileURLToPath(import.meta.url);
// The compatible API of Node passes it on.
const WITHOUT_DATE = { endStream: true, sendDate: false } as ServerStreamResponseOptions;
const RESPONSES: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  '/plain': (stream) => stream.respond({ ':status': 200 }, { endStream: true }),
  '/bare': (stream) => stream.respond(undefined, { endStream: true }),
  '/file': (stream) => stream.respondWithFile(THIS_FILE, {}),
  '/own': (stream) => stream.respond({ date: 'my own' }, { endStream: true }),
  '/none': (stream) => stream.respond({}, WITHOUT_DATE),
};

describe('clocks of a program', () => {
  it('tell virtual time, each in its own way', async () => {
    const seen = await onTwoHosts(async ({ net }) => {
      const began = [performance.now(), process.hrtime(), process.hrtime.bigint()] as const;
      await net.sleep(61_001.5);
      return [
        performance.now() - began[0],
        process.hrtime(began[1]),
        process.hrtime.bigint() - began[2],
        Date.now() - Date.UTC(2000, 0, 1),
        new Date().toISOString(),
        new Date(0).getTime(),
        new Date() instanceof Date,
        Date().slice(0, 15),
      ];
    });
    const day = 'Sat Jan 01 2000';
    const iso = '2000-01-01T00:01:01.001Z';
    const since = [61_001.5, [61, 1_500_000], 61_001_500_000n, 61_001];
    expect(seen).toEqual([...since, iso, 0, true, day]);
    expect(new Date().getFullYear()).toBeGreaterThan(2020);
  });

  it('date what HTTP/2 answers, but for what has a date of its own or shall have none', async () => {
    const dates = await onTwoHosts(async ({ app, api }) => {
      await api.run(() => {
        const server = http2.createServer();
        server.on('stream', (stream, headers) => RESPONSES[headers[':path']!]!(stream));
        return listening(server, 80);
      });
      return app.run(async () => {
        const session = http2.connect('http://api.test');
        const found: Record<string, unknown> = {};
        for (const path of Object.keys(RESPONSES)) {
          const stream = session.request({ ':path': path }).resume();
          stream.on('response', (headers) => {
            found[path] = headers.date;
          });
          await new Promise((resolve) => stream.on('close', resolve));
        }
        session.close();
        return found;
      });
    });
    const date = 'Sat, 01 Jan 2000 00:00:00 GMT';
    expect(dates).toEqual({
      '/plain': date,
      '/bare': date,
      '/file': date,
      '/own': 'my own',
      '/none': undefined,
    });
  });
});

describe('the shape of a run', () => {
  it('is the same where only octets differ, and not where a size does', async () => {
    const talk = (text: string) =>
      simulateAndReport({ captureFolder: null }, async (net) => {
        const [app, api] = [net.host('app.test'), net.host('api.test')];
        net.link(app, api);
        await api.run(() => listening(http2.createServer(), 80));
        await app.run(async () => {
          const session = http2.connect('http://api.test');
          const stream = session.request({ ':path': '/', ':method': 'POST' });
          stream.on('error', () => {});
          stream.end(text);
          await net.sleep(1_000);
          session.destroy();
        });
      });
    const [first, other, longer] = [await talk('abc'), await talk('xyz'), await talk('abcd')];
    expect(other.digest).not.toBe(first.digest);
    expect(other.shapeDigest).toBe(first.shapeDigest);
    expect(longer.shapeDigest).not.toBe(first.shapeDigest);
  });
});
