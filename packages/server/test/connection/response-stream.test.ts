import { Headers, Response } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { chunk, Harness, head, settle } from '../support/harness.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

async function fetchRaw(response: () => Response, request = head('GET /')) {
  const harness = await Harness.start((server) => server.any('/', response));
  const client = await harness.connect();
  await client.send(request);
  return { harness, client };
}

describe('a stream as content', () => {
  it('is sent in chunks', async () => {
    const { client } = await fetchRaw(() => new Response(200).body(pieces('ab', '', 'cde')));
    expect(client.received).toMatch(/^Transfer-Encoding: chunked$/m);
    expect(client.received.split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(
      chunk('ab') + chunk('cde') + chunk(''),
    );
    client.take();
    await client.send(head('HEAD /'));
    expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(client.received.indexOf('\r\n\r\n')).toBe(client.received.length - 4);
  });

  it('is sent with the length that it was given', async () => {
    const { client } = await fetchRaw(() =>
      new Response(200).header('Content-Length', '5').body(pieces('ab', 'cde')),
    );
    expect(client.takeResponses()[0]?.body).toBe('abcde');
  });

  it('is sent until the end of the connection to HTTP/1.0', async () => {
    const { client } = await fetchRaw(
      () => new Response(200).body(pieces('ab', 'cde')),
      'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
    );
    expect(client.received).not.toMatch(/^Transfer-Encoding/m);
    expect(client.received.endsWith('\r\n\r\nabcde')).toBe(true);
    expect(client.isEnded).toBe(true);
  });

  it('carries trailers that are known at its end', async () => {
    const { client } = await fetchRaw(() => {
      const response = new Response(200);
      async function* content(): AsyncGenerator<Uint8Array> {
        yield bytes('ab');
        response.trailers = new Headers({ 'X-Sum': '195' });
      }
      return response.body(content());
    });
    expect(client.received.endsWith('0\r\nX-Sum: 195\r\n\r\n')).toBe(true);
  });

  it.each([
    ['shorter', '6'],
    ['longer', '4'],
  ])('that is %s than announced resets the connection and is reported', async (_what, length) => {
    const { harness, client } = await fetchRaw(() =>
      new Response(200).header('Content-Length', length).body(pieces('ab', 'cde')),
    );
    expect(client.closed?.error).toMatchObject({ code: 'ECONNRESET' });
    expect(harness.errors).toMatchObject([{ code: 'length-mismatch' }]);
    expect(harness.server.counters()).toMatchObject({ connections: 0, aborted: 1 });
  });

  it('that fails resets the connection and is reported', async () => {
    const { harness, client } = await fetchRaw(() => {
      async function* content(): AsyncGenerator<Uint8Array> {
        yield bytes('ab');
        throw new Error('disk on fire');
      }
      return new Response(200).body(content());
    });
    expect(client.closed?.error).toMatchObject({ code: 'ECONNRESET' });
    expect(harness.errors.map(String)).toEqual(['Error: disk on fire']);
  });

  it.each([
    ['HEAD', head('HEAD /'), 200],
    ['204', head('GET /'), 204],
    ['304', head('GET /'), 304],
  ])('is let go of for %s', async (_what, request, status) => {
    let returned = 0;
    const content = {
      [Symbol.asyncIterator]: () => content,
      next: (): never => {
        throw new Error('not to be read');
      },
      return: async () => {
        returned++;
        return { value: undefined, done: true as const };
      },
    };
    const { harness } = await fetchRaw(() => new Response(status).body(content), request);
    expect(returned).toBe(1);
    expect(harness.errors).toEqual([]);
  });

  it('waits for a reader that is slow', async () => {
    let made = 0;
    const harness = await Harness.start(
      (server) =>
        server.any('/', () => {
          async function* content(): AsyncGenerator<Uint8Array> {
            for (; made < 100; made++) yield new Uint8Array(1000);
          }
          return new Response(200).header('Content-Length', '100000').body(content());
        }),
      {},
      { highWaterMark: 4000 },
    );
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /'));
    expect(made).toBeLessThan(8);
    client.stream.resume();
    for (let i = 0; i < 200; i++) await settle();
    expect(client.takeResponses()[0]?.body.length).toBe(100_000);
  });

  it('is let go of when the client leaves in the middle', async () => {
    let closed = false;
    const harness = await Harness.start(
      (server) =>
        server.any('/', () => {
          async function* content(): AsyncGenerator<Uint8Array> {
            try {
              for (;;) yield new Uint8Array(1000);
            } finally {
              closed = true;
            }
          }
          return new Response(200).body(content());
        }),
      {},
      { highWaterMark: 4000 },
    );
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /'));
    expect(closed).toBe(false);
    client.stream.abort();
    await settle();
    expect(closed).toBe(true);
    expect(harness.errors).toEqual([]);
    expect(harness.server.counters().connections).toBe(0);
  });

  it('goes back while it arrives, with backpressure both ways', async () => {
    const harness = await Harness.start(
      (server) => server.any('/', (request) => new Response(200).body(request)),
      {},
      { highWaterMark: 4000 },
    );
    const client = await harness.connect();
    await client.send(`${head('POST /', 'Transfer-Encoding: chunked')}${chunk('one')}`);
    expect(client.take()).toContain(chunk('one'));
    await client.send(chunk('two'));
    expect(client.take()).toBe(chunk('two'));
    await client.send(chunk(''));
    expect(client.take()).toBe(chunk(''));
    expect((await client.fetch(head('OPTIONS *'))).status).toBe(204);
  });

  it('that is the request itself is asked for with 100 (Continue) first', async () => {
    const harness = await Harness.start((server) =>
      server.any('/', (request) => new Response(200).body(request)),
    );
    const client = await harness.connect();
    await client.send(head('POST /', 'Content-Length: 6', 'Expect: 100-continue'));
    expect(client.take()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    await client.send('abc');
    await client.send('def');
    expect(client.take()).toContain(`${chunk('abc')}${chunk('def')}${chunk('')}`);
  });

  it('of its own answers who waits for 100 as well, and asks for nothing [RFC 9110 10.1.1]', async () => {
    const ask = head('POST /', 'Content-Length: 6', 'Expect: 100-continue');
    const { client } = await fetchRaw(() => new Response(403).body(pieces('no', 'pe')), ask);
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(client.received).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(client.received).toContain(`${chunk('no')}${chunk('pe')}${chunk('')}`);
    expect(client.isEnded).toBe(true);
  });
});
