import { Response } from '@netlayers/http';
import type { Server, ServerRequest } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { Harness, head, settle } from '../support/harness.js';

const TIMEOUTS = {
  headMs: 10_000,
  idleMs: 20_000,
  bodyMs: 5_000,
  handlerMs: 40_000,
  writeMs: 15_000,
  lingerMs: 2_000,
};
/** The grain that follows from the shortest of these. */
const GRAIN = 500;

function setUp(server: Server): void {
  server
    .route('GET', '/', () => Response.text('hello'))
    .route('GET', '/never', () => new Promise(() => {}))
    .route('POST', '/read', async (request) => Response.text(`${(await request.bytes()).length}`))
    .route('POST', '/ignore', () => Response.text('ignored'));
}

const start = (): Promise<Harness> => Harness.start(setUp, { timeouts: TIMEOUTS });

describe('a wait', () => {
  it('for a request ends without a word', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.fetch(head('GET /'));
    await harness.advance(TIMEOUTS.idleMs);
    expect(client.isEnded).toBe(false);
    await harness.advance(2 * GRAIN);
    expect(client.isEnded).toBe(true);
    expect(client.received).toBe('');
  });

  it('for the first request is not longer than that for a head', async () => {
    const harness = await start();
    const client = await harness.connect();
    await harness.advance(TIMEOUTS.headMs + 2 * GRAIN);
    expect(client.isEnded).toBe(true);
    expect(client.received).toBe('');
  });

  it('for the rest of a head ends with 408, however it trickles', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.send('GET / HTTP/1.1\r\nHost: server\r\n');
    for (let waited = 0; waited < TIMEOUTS.headMs; waited += 1000) {
      expect(client.received).toBe('');
      await harness.advance(1000);
      await client.send('X: y\r\n');
    }
    await harness.advance(2 * GRAIN);
    const response = client.takeResponses()[0];
    expect(response?.status).toBe(408);
    expect(response?.head).toMatch(/^Connection: close$/m);
    expect(client.isEnded).toBe(true);
  });

  it('for progress of a body ends with 408, and one octet is little progress', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.send(head('POST /read', 'Content-Length: 10'));
    await harness.advance(4000);
    await client.send('a');
    await harness.advance(1000);
    expect(client.received).toBe('');
    await harness.advance(2 * GRAIN);
    expect(client.takeResponses()[0]?.status).toBe(408);
    expect(client.isEnded).toBe(true);
  });

  it('for a body that comes slowly and steadily has no end', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.send(head('POST /read', 'Content-Length: 72000'));
    for (let sent = 0; sent < 72_000; sent += 240) {
      expect(client.received).toBe('');
      await client.send('x'.repeat(240));
      await harness.advance(1000);
    }
    expect(client.takeResponses()[0]?.body).toBe('72000');
  });

  it('for a body below the minimum rate has one', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.send(head('POST /read', 'Content-Length: 72000'));
    let waited = 0;
    for (; client.received === '' && waited < 60; waited++) {
      await client.send('x'.repeat(120));
      await harness.advance(1000);
    }
    // Half the rate earns back half of the time.
    expect(waited).toBeGreaterThan((2 * TIMEOUTS.bodyMs) / 1000 - 2);
    expect(waited).toBeLessThan((2 * TIMEOUTS.bodyMs) / 1000 + 4);
    expect(client.takeResponses()[0]?.status).toBe(408);
  });

  it('for a whole body ends with 408, however steadily it comes, where that is wanted', async () => {
    const harness = await Harness.start(setUp, { timeouts: { ...TIMEOUTS, requestMs: 30_000 } });
    const client = await harness.connect();
    await client.send(head('POST /read', 'Content-Length: 1000000'));
    for (let waited = 0; waited < 30_000; waited += 1000) {
      expect(client.received).toBe('');
      await client.send('x'.repeat(1000));
      await harness.advance(1000);
    }
    await harness.advance(2 * GRAIN);
    expect(client.takeResponses()[0]?.status).toBe(408);
  });

  it('for a body that no handler reads yet is no fault of the peer', async () => {
    const requests: ServerRequest[] = [];
    const harness = await Harness.start(
      (server) =>
        server.any('/', async (request) => {
          requests.push(request);
          await new Promise<void>((resolve) => {
            harness.clock.setTimer(harness.clock.now() + 8000, resolve);
          });
          return Response.text(await request.text());
        }),
      { timeouts: TIMEOUTS },
    );
    const client = await harness.connect();
    await client.send(`${head('POST /', 'Content-Length: 6')}abc`);
    await harness.advance(8500);
    expect(client.received).toBe('');
    await client.send('def');
    expect(client.takeResponses()[0]?.body).toBe('abcdef');
  });

  it('for the rest of a body that nobody reads ends with a reset', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.send(head('POST /ignore', 'Content-Length: 10'));
    expect(client.takeResponses()[0]?.body).toBe('ignored');
    await harness.advance(TIMEOUTS.bodyMs + 2 * GRAIN);
    expect(client.closed).not.toBeNull();
    expect(harness.server.counters().connections).toBe(0);
  });

  it('for a handler ends with 503, and its late answer is dropped', async () => {
    let answer: (response: Response) => void = () => {};
    let signal: AbortSignal | undefined;
    const harness = await Harness.start(
      (server) =>
        server.any('/', (request) => {
          signal = request.signal;
          return new Promise((resolve) => {
            answer = resolve;
          });
        }),
      { timeouts: TIMEOUTS },
    );
    const client = await harness.connect();
    await client.send(head('GET /'));
    await harness.advance(TIMEOUTS.handlerMs);
    expect(client.received).toBe('');
    await harness.advance(2 * GRAIN);
    expect(client.takeResponses()[0]?.status).toBe(503);
    expect(signal?.aborted).toBe(true);
    answer(Response.text('late'));
    await settle();
    expect(client.take()).toBe('');
    expect(harness.errors).toEqual([]);
  });

  it('for a handler has no end by default', async () => {
    const harness = await Harness.start(setUp);
    const client = await harness.connect();
    await client.send(head('GET /never'));
    await harness.advance(400_000);
    expect(client.received).toBe('');
    expect(client.closed).toBeNull();
  });

  it('for a peer that does not read ends with a reset', async () => {
    const harness = await Harness.start(
      (server) => server.any('/', () => Response.text('x'.repeat(10_000))),
      { timeouts: TIMEOUTS },
      { highWaterMark: 1000 },
    );
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /'));
    await harness.advance(TIMEOUTS.writeMs);
    expect(harness.server.counters()).toMatchObject({ connections: 1, aborted: 0 });
    await harness.advance(2 * GRAIN);
    expect(harness.server.counters()).toMatchObject({ connections: 0, aborted: 1 });
  });

  it('for the peer to close takes what still comes, and then nothing any more [RFC 9112 9.6]', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.fetch(head('GET /', 'Connection: close'));
    await client.send('more than was agreed on');
    expect(client.received).toBe('');
    await harness.advance(TIMEOUTS.lingerMs);
    expect(harness.server.counters().connections).toBe(1);
    await harness.advance(2 * GRAIN);
    expect(harness.server.counters()).toMatchObject({ connections: 0, aborted: 0 });
    await client.send('and more');
    expect(client.closed).not.toBeNull();
  });
});

it('arms one timer for all connections, and none without', async () => {
  const harness = await start();
  expect(harness.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  let timers = 0;
  const setTimer = harness.clock.setTimer.bind(harness.clock);
  harness.clock.setTimer = (atMs, callback) => {
    timers++;
    return setTimer(atMs, callback);
  };
  const clients = await Promise.all(Array.from({ length: 100 }, () => harness.connect()));
  for (const client of clients) await client.fetch(head('GET /'));
  expect(timers).toBe(1);
  for (const client of clients) client.stream.abort();
  await settle();
  expect(harness.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
});

it('serves others while one client idles', async () => {
  const harness = await start();
  const idle = await harness.connect();
  await idle.fetch(head('GET /'));
  const before = harness.clock.now();
  expect((await harness.fetch(head('GET /'))).body).toBe('hello');
  expect(harness.clock.now()).toBe(before);
  expect((await idle.fetch(head('GET /'))).body).toBe('hello');
});
