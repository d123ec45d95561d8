import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { Response } from '@netlayers/http';
import { type CompressOptions, compress } from '@netlayers/middleware/node';
import { describe, expect, it } from 'vitest';
import { serve, settle } from '../support/serve.js';

const LONG = JSON.stringify(Array.from({ length: 400 }, (_, id) => ({ id, name: `user ${id}` })));
const json = (): Response => new Response(200, { 'Content-Type': 'application/json' }).body(LONG);

const site = (make: () => Response, options: CompressOptions = {}) =>
  serve((server) => server.use(compress(options)).route('GET', '/', make));

const gzip = { 'Accept-Encoding': 'gzip' };

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

describe('negotiation', () => {
  const rows: [accept: string | null, coding: string | null][] = [
    [null, null],
    ['', null],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0.1, gzip;q=0.9', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['identity', null],
    ['gzip;q=0.5, identity', null],
    ['gzip, identity;q=0.5', 'gzip'],
    ['gzip;q=0', null],
    ['compress', null],
    ['gzip;q=2', null],
    ['gzip ; q=0.2', 'gzip'],
  ];
  it.each(rows)('answers Accept-Encoding: %s with %s [RFC 9110 12.5.3]', async (accept, coding) => {
    const there = await site(json, { codings: ['br', 'gzip'] });
    const fields: Record<string, string> = accept === null ? {} : { 'Accept-Encoding': accept };
    const { status, headers } = await there.ask('GET', '/', { fields });
    expect(status).toBe(200);
    expect(headers.get('content-encoding')).toBe(coding);
    expect(headers.get('vary')).toBe('Accept-Encoding');
  });

  it('answers 406 where neither a coding nor none is acceptable [RFC 9110 12.5.3]', async () => {
    const there = await site(json);
    const fields = { 'Accept-Encoding': 'identity;q=0, compress' };
    expect((await there.ask('GET', '/', { fields })).status).toBe(406);
  });

  it('codes what it would not where content as it is is ruled out [RFC 9110 12.5.3]', async () => {
    const there = await site(() => Response.text('short'));
    const { headers, bytes } = await there.ask('GET', '/', {
      fields: { 'Accept-Encoding': 'gzip, *;q=0' },
    });
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(zlib.gunzipSync(bytes).toString()).toBe('short');
  });
});

describe('content', () => {
  it.each([
    ['gzip', zlib.gunzipSync, 400],
    ['br', zlib.brotliDecompressSync, 400],
    ['gzip', zlib.gunzipSync, 4_000],
    ['br', zlib.brotliDecompressSync, 4_000],
  ] as const)('in memory has a length in %s [RFC 9110 8.4]', async (coding, decode, rows) => {
    const text = JSON.stringify(Array.from({ length: rows }, (_, id) => ({ id, at: id * 7 })));
    const there = await site(() => Response.text(text));
    const { headers, bytes } = await there.ask('GET', '/', {
      fields: { 'Accept-Encoding': coding },
    });
    expect(headers.get('content-length')).toBe(String(bytes.length));
    expect(bytes.length).toBeLessThan(text.length / 3);
    expect(decode(bytes).toString()).toBe(text);
  });

  it('of more than a megabyte is coded piece by piece', async () => {
    const text = 'a line of text\n'.repeat(200_000);
    const there = await site(() => Response.text(text));
    const { headers, bytes } = await there.ask('GET', '/', { fields: gzip });
    expect(headers.get('transfer-encoding')).toBe('chunked');
    expect(zlib.gunzipSync(bytes).toString()).toBe(text);
  });

  it('that is a stream is coded as it comes', async () => {
    const there = await site(() => Response.text('').body(pieces('first ', 'second')));
    const { bytes } = await there.ask('GET', '/', { fields: gzip });
    expect(zlib.gunzipSync(bytes).toString()).toBe('first second');
  });

  it('of HEAD has the fields of GET [RFC 9110 9.3.2]', async () => {
    const there = await site(json);
    const get = await there.ask('GET', '/', { fields: gzip });
    const head = await there.ask('HEAD', '/', { fields: gzip });
    expect(head.bytes.length).toBe(0);
    expect([...head.headers]).toEqual([...get.headers]);
  });

  it('of HEAD has them too where a handler gives a length and no content [RFC 9110 9.3.2]', async () => {
    const file = await serve((server) =>
      server.use(compress()).route('GET', '/', ({ method }) => {
        const response = new Response(200, {
          'Content-Type': 'text/plain',
          'Content-Length': String(LONG.length),
          ETag: '"a"',
        });
        return method === 'HEAD' ? response : response.body(pieces(LONG));
      }),
    );
    const get = await file.ask('GET', '/', { fields: gzip });
    const head = await file.ask('HEAD', '/', { fields: gzip });
    expect(zlib.gunzipSync(get.bytes).toString()).toBe(LONG);
    // How a message ends is not the content's (RFC 9112, 6.1).
    get.headers.delete('Transfer-Encoding');
    expect([...head.headers]).toEqual([...get.headers]);
    expect(file.errors).toEqual([]);
  });

  const untouched: [why: string, make: () => Response][] = [
    ['is short', () => Response.text('x'.repeat(1023))],
    ['is a picture', () => new Response(200, { 'Content-Type': 'image/png' }).body(LONG)],
    ['is of no type', () => new Response(200).body(LONG)],
    ['has a coding [RFC 9110 8.4]', () => json().header('Content-Encoding', 'br')],
    [
      'must not be transformed [RFC 9111 5.2.2]',
      () => json().header('Cache-Control', 'public, no-transform'),
    ],
    ['has a digest [RFC 9530 2]', () => json().header('Content-Digest', 'sha-256=:AA==:')],
  ];
  it.each(untouched)('stays as it is when it %s', async (_why, make) => {
    const there = await site(make);
    const { headers, text } = await there.ask('GET', '/', { fields: gzip });
    const given = make();
    expect(headers.get('content-encoding')).toBe(given.headers.get('content-encoding'));
    expect(text).toBe(given.content);
  });

  it('that is a part, or none, stays as it is [RFC 9110 14.2]', async () => {
    const range = { 'Content-Range': 'bytes 0-1/9', 'Content-Type': 'text/plain' };
    const part = await site(() => new Response(206, range).body(LONG));
    expect((await part.ask('GET', '/', { fields: gzip })).headers.has('content-encoding')).toBe(
      false,
    );
    const none = await site(() => new Response(204));
    expect((await none.ask('GET', '/', { fields: gzip })).headers.has('content-encoding')).toBe(
      false,
    );
  });

  it('adds to the Vary that is there, and to no star [RFC 9110 12.5.5]', async () => {
    const some = await site(() => json().header('Vary', 'Origin'));
    expect((await some.ask('GET', '/')).headers.get('vary')).toBe('Origin, Accept-Encoding');
    const all = await site(() => json().header('Vary', '*'));
    expect((await all.ask('GET', '/')).headers.get('vary')).toBe('*');
  });
});

describe('entity tags', () => {
  /** Answers conditions as any handler does, without knowing of codings. */
  const tagged = (tag: string) =>
    serve((server) =>
      server.use(compress({ codings: ['gzip'] })).any('/', ({ headers }) => {
        const known = headers.get('if-none-match') ?? '';
        if (known.includes(tag)) return new Response(304).header('ETag', tag);
        const wanted = headers.get('if-match');
        if (wanted !== null && wanted !== tag) return new Response(412);
        return json().header('ETag', tag).header('Accept-Ranges', 'bytes');
      }),
    );

  it('of coded content are its own [RFC 9110 8.8.3.3]', async () => {
    const there = await tagged('"a"');
    expect((await there.ask('GET', '/')).headers.get('etag')).toBe('"a"');
    const { headers } = await there.ask('GET', '/', { fields: gzip });
    expect(headers.get('etag')).toBe('"a-gzip"');
    expect(headers.has('accept-ranges')).toBe(false);
  });

  it('that are weak stay [RFC 9110 8.8.1]', async () => {
    const there = await tagged('W/"a"');
    expect((await there.ask('GET', '/', { fields: gzip })).headers.get('etag')).toBe('W/"a"');
  });

  it('are understood when they come back, and come back themselves [RFC 9110 13.1.2]', async () => {
    const there = await tagged('"a"');
    const fields = { ...gzip, 'If-None-Match': '"z", "a-gzip"' };
    const { status, headers } = await there.ask('GET', '/', { fields });
    expect([status, headers.get('etag'), headers.get('vary')]).toEqual([
      304,
      '"a-gzip"',
      'Accept-Encoding',
    ]);
    const plain = await there.ask('GET', '/', { fields: { 'If-None-Match': '"a"' } });
    expect(plain.headers.get('etag')).toBe('"a"');
  });

  it('guard a change of what was read in a coding [RFC 9110 13.1.1]', async () => {
    const there = await tagged('"a"');
    const put = (tag: string) => there.ask('PUT', '/', { fields: { 'If-Match': tag }, body: 'x' });
    expect((await put('"a-gzip"')).status).toBe(200);
    expect((await put('"b-gzip"')).status).toBe(412);
  });
});

describe('streams', () => {
  /** A source that gives what a test puts in, and tells when it is let go. */
  function tap(type: string) {
    let give: (result: IteratorResult<Uint8Array>) => void = () => {};
    const state = { isReturned: false, asked: 0 };
    const source: AsyncIterableIterator<Uint8Array> = {
      next: () => {
        state.asked++;
        return new Promise((resolve) => {
          give = resolve;
        });
      },
      return: async () => {
        state.isReturned = true;
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]: () => source,
    };
    const put = (text: string): void => give({ value: Buffer.from(text), done: false });
    const make = (): Response => new Response(200, { 'Content-Type': type }).body(source);
    return { state, put, make };
  }

  const inflated = (received: Uint8Array): string => {
    const text = Buffer.from(received).toString('latin1');
    const chunks: Buffer[] = [];
    for (let at = text.indexOf('\r\n\r\n') + 4; at < text.length; ) {
      const end = text.indexOf('\r\n', at);
      const size = Number.parseInt(text.slice(at, end), 16);
      chunks.push(Buffer.from(text.slice(end + 2, end + 2 + size), 'latin1'));
      at = end + 4 + size;
    }
    const finishFlush = zlib.constants.Z_SYNC_FLUSH;
    return zlib.gunzipSync(Buffer.concat(chunks), { finishFlush }).toString();
  };

  it('of events bring out each event when no other follows at once', async () => {
    const { put, make } = tap('text/event-stream');
    const there = await site(make);
    const wire = await there.connect();
    wire.ask('GET', '/', { fields: gzip });
    await wire.until(() => wire.text.includes('\r\n\r\n'));
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      put(event);
      await wire.until(() => inflated(wire.received).endsWith(event));
    }
    expect(inflated(wire.received)).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('of other types are brought out after a silence, by the server’s clock', async () => {
    const { put, make, state } = tap('text/plain');
    const there = await site(make, { flushMs: 500 });
    const wire = await there.connect();
    wire.ask('GET', '/', { fields: gzip });
    await wire.until(() => wire.text.includes('\r\n\r\n'));
    put('something');
    while (state.asked < 2) await settle();
    await there.advance(499);
    expect(inflated(wire.received)).toBe('');
    await there.advance(1);
    await wire.until(() => inflated(wire.received) !== '');
    expect(inflated(wire.received)).toBe('something');
  });

  it('are let go when the client leaves', async () => {
    const { put, make, state } = tap('text/plain');
    const there = await site(make);
    const wire = await there.connect();
    wire.ask('GET', '/', { fields: gzip });
    await wire.until(() => wire.text.includes('\r\n\r\n'));
    put('something');
    while (state.asked < 2) await settle();
    expect(state.isReturned).toBe(false);
    wire.stream.abort();
    while (!state.isReturned) await settle();
    expect(there.errors).toEqual([]);
  });

  it('wait for a client that does not read', async () => {
    let given = 0;
    async function* noise(): AsyncGenerator<Uint8Array> {
      // What no coding makes smaller.
      for (; ; given++) yield randomBytes(8192);
    }
    const there = await site(() => Response.text('').body(noise()));
    const wire = await there.connect();
    wire.stream.pause();
    wire.ask('GET', '/', { fields: gzip });
    while (given < 4) await settle();
    // Long enough for zlib to have taken megabytes more, had it been asked to: its threads are shared.
    for (let work = 0; work < 4; work++) await promisify(zlib.gzip)(randomBytes(2 << 20));
    expect(given * 8192).toBeLessThan(1024 * 1024);
    wire.stream.abort();
  });

  it('that fail break the response off', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x'.repeat(100));
      throw new Error('no more');
    }
    const there = await site(() => Response.text('').body(failing()));
    const wire = await there.connect();
    wire.ask('GET', '/', { fields: gzip });
    await wire.until(() => wire.isOver);
    expect(there.errors).toEqual([new Error('no more')]);
  });
});

it('refuses to offer nothing', () => {
  expect(() => compress({ codings: [] })).toThrow(RangeError);
});
