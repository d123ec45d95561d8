import { Response } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { Harness, head, type RawClient, settle } from '../support/harness.js';

const SIZE = 200_000;
const TIMEOUTS = { writeMs: 8000, lingerMs: 2000, bodyMs: 8000 };
const GRAIN = 500;

/** A server whose connections take little, and one big response in each of its kinds. */
const start = (options = {}): Promise<Harness> =>
  Harness.start(
    (server) =>
      server
        .route('GET', '/text', () => Response.text('x'.repeat(SIZE)))
        .route('GET', '/bytes', () => new Response().body(new Uint8Array(SIZE).fill(0x78)))
        .route('GET', '/stream', () => new Response().body(pieces()))
        .route('GET', '/never', () => new Promise(() => {})),
    { timeouts: TIMEOUTS, ...options },
    { highWaterMark: 4000, chunkSize: 500 },
  );

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < SIZE; sent += 50_000) yield new Uint8Array(50_000).fill(0x78);
}

/** Lets a client take one delivery of 500 octets a second, at most for a time. */
async function readSlowly(harness: Harness, client: RawClient, most = 2000): Promise<number> {
  client.readsOnce = true;
  let seconds = 0;
  for (; client.closed === null && !client.isEnded && seconds < most; seconds++) {
    client.stream.resume();
    await settle();
    await harness.advance(1000);
  }
  client.readsOnce = false;
  return seconds;
}

describe('a peer that reads slowly and steadily', () => {
  for (const path of ['/text', '/bytes', '/stream']) {
    it(`gets all of ${path}, however long that takes`, async () => {
      const harness = await start();
      const client = await harness.connect();
      client.stream.pause();
      await client.send(head(`GET ${path}`, 'Connection: close'));
      const seconds = await readSlowly(harness, client);
      expect(seconds).toBeGreaterThan((4 * TIMEOUTS.writeMs) / 1000);
      expect(client.received.replace(/[^x]/g, '').length).toBeGreaterThanOrEqual(SIZE);
      expect(harness.server.counters().aborted).toBe(0);
    });
  }

  it('is waited for while the server closes, though it takes something more seldom than that', async () => {
    const harness = await start({ minDataRate: 100 });
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /text', 'Connection: close'));
    void harness.server.close({ graceMs: 1000 });
    client.readsOnce = true;
    for (let lump = 0; lump < 30; lump++) {
      client.stream.resume();
      await settle();
      await harness.advance(4000);
    }
    expect(harness.server.counters()).toMatchObject({ connections: 1, cut: 0 });
    client.stream.abort();
    await settle();
    expect(harness.server.counters()).toMatchObject({ connections: 0, cut: 0 });
  });

  it('gets all of it also while the server closes', async () => {
    const harness = await start();
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /text'));
    const closing = harness.server.close({ graceMs: 3000 });
    const seconds = await readSlowly(harness, client);
    expect(seconds).toBeGreaterThan(30);
    client.stream.resume();
    client.stream.end();
    await settle();
    await closing;
    expect(harness.server.counters().cut).toBe(0);
    expect(client.received.replace(/[^x]/g, '').length).toBeGreaterThanOrEqual(SIZE);
  });

  it('is given up below the minimum rate', async () => {
    const harness = await start({ minDataRate: 2000 });
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /text'));
    await readSlowly(harness, client, TIMEOUTS.writeMs / 1000);
    expect(harness.server.counters().aborted).toBe(0);
    // A quarter of the rate earns back a quarter of the time.
    await readSlowly(harness, client, 5);
    expect(harness.server.counters().aborted).toBe(1);
  });
});

describe('a peer that does not read', () => {
  for (const path of ['/text', '/bytes', '/stream']) {
    it(`is given up after the time-out, and holds one piece of ${path}`, async () => {
      const harness = await start();
      const client = await harness.connect();
      client.stream.pause();
      await client.send(head(`GET ${path}`));
      await settle();
      await harness.advance(TIMEOUTS.writeMs);
      expect(harness.server.counters()).toMatchObject({ connections: 1, aborted: 0 });
      await harness.advance(2 * GRAIN);
      expect(harness.server.counters()).toMatchObject({ connections: 0, aborted: 1 });
    });
  }

  it('is waited for as long behind the last octet as before it [RFC 9112 9.6]', async () => {
    const harness = await start();
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /text', 'Connection: close'));
    await readSlowly(harness, client, SIZE / 500 - 2);
    await harness.advance(TIMEOUTS.lingerMs + 4 * GRAIN);
    expect(harness.server.counters()).toMatchObject({ connections: 1, aborted: 0 });
    await harness.advance(TIMEOUTS.writeMs);
    expect(harness.server.counters()).toMatchObject({ connections: 0, aborted: 1 });
  });

  it('is not counted as cut off where it has everything and only does not close', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.fetch(head('GET /text', 'Connection: close'));
    const idle = await harness.connect();
    await idle.send('');
    const closing = harness.server.close({ graceMs: 500 });
    await harness.advance(TIMEOUTS.lingerMs + 4 * GRAIN);
    await closing;
    expect(harness.server.counters()).toMatchObject({ cut: 0, connections: 0 });
  });

  it('is cut off, and counted, when the server closes', async () => {
    const harness = await start();
    const [stuck, waiting] = [await harness.connect(), await harness.connect()];
    stuck.stream.pause();
    await stuck.send(head('GET /text'));
    await waiting.send(head('GET /never'));
    const closing = harness.server.close({ graceMs: 3000 });
    await harness.advance(2900);
    expect(harness.server.counters().connections).toBe(2);
    await harness.advance(3 * GRAIN);
    // Who is to read has the time that it always has.
    expect(harness.server.counters()).toMatchObject({ connections: 1, cut: 1 });
    await harness.advance(TIMEOUTS.writeMs);
    await closing;
    expect(harness.server.counters().cut).toBe(2);
  });
});

describe('the rest of a request that is answered', () => {
  it('may come slowly', async () => {
    const harness = await Harness.start(
      (server) => server.route('POST', '/', () => Response.text('no')),
      { timeouts: TIMEOUTS },
    );
    const client = await harness.connect();
    await client.send(head('POST /', 'Content-Length: 30000'));
    for (let sent = 0; sent < 30_000; sent += 1000) {
      await client.send('x'.repeat(1000));
      await harness.advance(1000);
    }
    await client.send(head('POST /', 'Content-Length: 0'));
    expect(client.takeResponses().map(({ body }) => body)).toEqual(['no', 'no']);
  });
});

describe('a client that has gone', () => {
  /** A handler that waits for its signal. */
  const wait = (aborted: string[]) => async (request: { signal: AbortSignal }) => {
    await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
    aborted.push(String((request.signal.reason as Error).message));
    return Response.text('late');
  };

  it('aborts the signal of its request by its end', async () => {
    const aborted: string[] = [];
    const harness = await Harness.start((server) => server.any('/', wait(aborted)));
    const client = await harness.connect();
    await client.send(head('GET /'));
    client.stream.end();
    await settle();
    expect(aborted).toEqual(['the client has ended the connection']);
    // Where it has only ended its half, it still gets the answer.
    expect(client.takeResponses()[0]?.body).toBe('late');
    expect(harness.errors).toEqual([]);
  });

  it('does not where clients that end their half are expected', async () => {
    const aborted: string[] = [];
    const harness = await Harness.start((server) => server.any('/', wait(aborted)), {
      halfOpen: true,
    });
    const client = await harness.connect();
    await client.send(head('GET /'));
    client.stream.end();
    await harness.advance(100_000);
    expect(aborted).toEqual([]);
    expect(harness.server.counters().connections).toBe(1);
  });

  it('is served to its end where it has only ended its half, however slowly it reads', async () => {
    const harness = await start({ timeouts: { ...TIMEOUTS, goneMs: 3000 } });
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /text', 'Connection: close'));
    client.stream.end();
    await readSlowly(harness, client);
    expect(client.received.replace(/[^x]/g, '').length).toBeGreaterThanOrEqual(SIZE);
    expect(harness.server.counters().aborted).toBe(0);
  });

  it('is let go of when the handler goes on and on', async () => {
    const harness = await Harness.start(
      (server) =>
        server
          .any('/never', () => new Promise(() => {}))
          .any('/quiet', () => new Response().body(quiet())),
      { timeouts: { goneMs: 5000 } },
    );
    async function* quiet(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(3);
      await new Promise(() => {});
    }
    const clients = [await harness.connect(), await harness.connect()];
    await clients[0]!.send(head('GET /never'));
    await clients[1]!.send(head('GET /quiet'));
    for (const client of clients) client.stream.end();
    await harness.advance(4900);
    expect(harness.server.counters().connections).toBe(2);
    await harness.advance(3000);
    expect(harness.server.counters().connections).toBe(0);
  });
});
