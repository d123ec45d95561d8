/**
 * `@netlayers/middleware` with programs that are not ours: curl, Redis, a browser.
 */

import { once } from 'node:events';
import { Response } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import {
  EventChannel,
  eventStream,
  RedisSessionStore,
  sessionOf,
  sessions,
} from '@netlayers/middleware';
import { compress, decompressBody, multipart } from '@netlayers/middleware/node';
import { Server } from '@netlayers/server';
import { build } from 'esbuild';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '../node/databases.js';
import { openChromium } from '../support/chromium.js';
import { lacks, run, start, stop } from '../support/tools.js';

async function listen(setUp: (server: Server) => void): Promise<string> {
  const errors: unknown[] = [];
  const server = new Server({ onError: (error) => errors.push(error) });
  setUp(server);
  const { port } = await server.listen(kernelTransport(), { host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await server.close({ graceMs: 100 });
    expect(errors).toEqual([]);
  });
  return `http://127.0.0.1:${port}`;
}

const TEXT = JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id, name: `user ${id}` })));

describe.skipIf(lacks('curl'))('curl', () => {
  const site = () =>
    listen((server) =>
      server
        .use(compress())
        .use(decompressBody())
        .route('GET', '/json', () =>
          new Response(200, { 'Content-Type': 'application/json' }).body(TEXT),
        )
        .route('GET', '/events', (request) =>
          eventStream(request, async (stream) => {
            await stream.send({ id: '1', data: 'one' });
            await new Promise((resolve) => stream.signal.addEventListener('abort', resolve));
          }),
        )
        .route('POST', '/text', async (request) => Response.text(await request.text()))
        .route('POST', '/form', async (request) => {
          const seen: unknown[] = [];
          for await (const part of multipart(request)) {
            seen.push([part.name, part.filename, (await part.bytes()).length]);
          }
          return Response.json(seen);
        }),
    );

  it('takes compressed content apart (--compressed)', async () => {
    const url = `${await site()}/json`;
    const asked = [
      '-s',
      '--compressed',
      '-D',
      '-',
      '-o',
      '/dev/null',
      '-w',
      '%{size_download}',
      url,
    ];
    const { stdout } = await run('curl', asked);
    expect(stdout.toString()).toMatch(/^content-encoding: (zstd|br|gzip)\r$/im);
    const size = Number(/\d+$/.exec(stdout.toString())![0]);
    expect(size).toBeLessThan(TEXT.length / 3);
    for (const coding of ['gzip', 'br']) {
      const accept = ['-s', '--compressed', '-H', `Accept-Encoding: ${coding}`, url];
      const plain = await run('curl', accept);
      // A curl without brotli says so.
      if (plain.code !== 61) expect(plain.stdout.toString()).toBe(TEXT);
    }
  });

  it('sees each event at once (-N), compressed or not', async () => {
    const url = `${await site()}/events`;
    for (const options of [[], ['--compressed']]) {
      const curl = start('curl', ['-sN', ...options, url]);
      const [piece] = (await once(curl.stdout!, 'data')) as [Buffer];
      expect(piece.toString()).toBe('id: 1\ndata: one\n\n');
      await stop(curl);
    }
  });

  it('sends what gzip has made, and forms', async () => {
    const origin = await site();
    const { gzipSync } = await import('node:zlib');
    const options = ['-s', '-H', 'Content-Encoding: gzip', '--data-binary', '@-', `${origin}/text`];
    const { stdout } = await run('curl', options, { input: gzipSync(TEXT) });
    expect(stdout.toString()).toBe(TEXT);
    const form = ['-s', '-F', 'a=1', '-F', 'f=@-;filename=x.json', `${origin}/form`];
    const answer = await run('curl', form, { input: Buffer.from(TEXT) });
    expect(JSON.parse(answer.stdout.toString())).toEqual([
      ['a', null, 1],
      ['f', 'x.json', TEXT.length],
    ]);
  });
});

it.skipIf(lacks('redis-server'))('sessions live in Redis, and end there', async () => {
  const database = await startRedis();
  const redis = new Redis(database.path);
  onTestFinished(async () => {
    redis.disconnect();
    await database.close();
  });
  const store = new RedisSessionStore(([command, ...args]) => redis.call(command, ...args));
  const origin = await listen((server) =>
    server
      .use(sessions({ store, keys: ['a key that nobody knows'], idleMs: 60_000 }))
      .route('GET', '/login', (request) => {
        sessionOf(request).regenerate();
        sessionOf(request).set('user', 'ann');
        return new Response(204);
      })
      .route('GET', '/user', (request) => Response.json(sessionOf(request).get('user') ?? null))
      .route('GET', '/logout', (request) => {
        sessionOf(request).destroy();
        return new Response(204);
      }),
  );
  const get = (path: string, cookie: string) => fetch(origin + path, { headers: { cookie } });
  const login = await get('/login', '');
  const cookie = login.headers.getSetCookie()[0]!.split(';', 1)[0]!;
  expect(await (await get('/user', cookie)).json()).toBe('ann');
  const [key] = await redis.keys('session:*');
  expect(await redis.pttl(key!)).toBeGreaterThan(50_000);
  await get('/login', cookie);
  expect(await (await get('/user', cookie)).json()).toBeNull();
  const again = (await get('/login', '')).headers.getSetCookie()[0]!.split(';', 1)[0]!;
  await get('/logout', again);
  expect(await redis.exists(`session:${again.slice(4).split('.', 1)[0]}`)).toBe(0);
});

describe.skipIf(lacks('chromium'))('a browser', () => {
  it('takes events, and comes back for those that it has missed', { timeout: 60_000 }, async () => {
    const channel = new EventChannel({ heartbeatMs: 1000 });
    let report: (text: string) => void = () => {};
    const reported = new Promise<string>((resolve) => {
      report = resolve;
    });
    const visits: (string | null)[] = [];
    const page = `<!doctype html><script>
      const seen = [];
      const source = new EventSource('/events');
      const take = ({ type, data, lastEventId }) => {
        seen.push(type + ' ' + lastEventId + ' ' + data);
        if (data === 'last') fetch('/report', { method: 'POST', body: seen.join('|') });
      };
      source.onmessage = take;
      source.addEventListener('named', take);
    </script>`;
    const origin = await listen((server) =>
      server
        .use(compress())
        .route('GET', '/', () => Response.html(page))
        .route('GET', '/events', (request) => {
          visits.push(request.headers.get('last-event-id'));
          const response = channel.subscribe(request);
          if (visits.length === 1) {
            channel.publish({ retry: 50, data: 'a\nb' });
            channel.publish({ event: 'named', data: 'é' });
            channel.close();
            channel.publish('missed');
          } else channel.publish('last');
          return response;
        })
        .route('POST', '/report', async (request) => {
          report(await request.text());
          return new Response(204);
        }),
    );
    const close = openChromium(`${origin}/`);
    onTestFinished(close);
    expect(await reported).toBe('message 1 a\nb|named 2 é|message 3 missed|message 4 last');
    expect(visits).toEqual([null, '2']);
  });

  it('can have all that is neutral', async () => {
    const { outputFiles, metafile } = await build({
      stdin: {
        contents: "export * from '@netlayers/middleware';",
        resolveDir: import.meta.dirname,
      },
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    expect(outputFiles[0]!.text.length).toBeGreaterThan(10_000);
    expect(Object.keys(metafile.inputs).filter((path) => /busboy|zlib/.test(path))).toEqual([]);
  });
});
