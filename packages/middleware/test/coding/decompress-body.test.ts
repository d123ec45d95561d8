import zlib from 'node:zlib';
import { Response } from '@netlayers/http';
import { type DecompressOptions, decompressBody } from '@netlayers/middleware/node';
import { HttpError } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { serve } from '../support/serve.js';

const TEXT = JSON.stringify({ text: 'something to say '.repeat(100) });

const site = (options: DecompressOptions = {}) =>
  serve((server) =>
    server
      .use(decompressBody(options))
      .route('POST', '/text', async (request) => Response.text(await request.text()))
      .route('POST', '/echo', (request) => new Response(200).body(request))
      .route('POST', '/count', async (request) => {
        let length = 0;
        for await (const piece of request) length += piece.length;
        return Response.text(String(length));
      })
      .route('POST', '/ignore', () => new Response(204)),
  );

const post = (coding: string, body: Uint8Array | Uint8Array[]) => ({
  fields: { 'Content-Encoding': coding },
  body,
});

const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );

describe('bodies in a coding', () => {
  it.each([
    ['gzip', zlib.gzipSync],
    ['x-gzip', zlib.gzipSync],
    ['GZip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['br', zlib.brotliCompressSync],
  ] as const)('are read without it: %s [RFC 9110 8.4]', async (coding, encode) => {
    const there = await site();
    const coded = encode(Buffer.from(TEXT));
    expect((await there.ask('POST', '/text', post(coding, coded))).text).toBe(TEXT);
    expect((await there.ask('POST', '/echo', post(coding, cut(coded, 7)))).text).toBe(TEXT);
  });

  it('of none stay as they are', async () => {
    const there = await site();
    const body = Buffer.from(TEXT);
    expect((await there.ask('POST', '/text', post('identity', body))).text).toBe(TEXT);
    expect((await there.ask('POST', '/text', { body })).text).toBe(TEXT);
  });

  it.each(['compress', 'gzip, gzip'])(
    'that is not known are 415: %s [RFC 9110 15.5.16]',
    async (coding) => {
      const there = await site();
      const { status, headers } = await there.ask('POST', '/text', post(coding, Buffer.from('x')));
      expect(status).toBe(415);
      expect(headers.get('accept-encoding')).toMatch(/br, gzip, deflate$/);
    },
  );

  it.each([
    ['cut short', zlib.gzipSync(Buffer.from(TEXT)).subarray(0, 30)],
    ['not of it', Buffer.from('plain text')],
    ['empty', Buffer.alloc(0)],
  ])('that are %s are 400', async (_what, body) => {
    const there = await site();
    const { status, text } = await there.ask(
      'POST',
      '/text',
      post(
        'gzip',
        [body].filter((b) => b.length > 0),
      ),
    );
    expect([status, text]).toEqual([400, '400 Bad Request: the content is not gzip\n']);
    expect(there.errors).toEqual([]);
  });

  it('may be ignored', async () => {
    const there = await site();
    const { status } = await there.ask('POST', '/ignore', post('gzip', Buffer.from('plain text')));
    expect(status).toBe(204);
  });
});

describe('bombs', () => {
  const bomb = zlib.gzipSync(Buffer.alloc(20 * 1024 * 1024));

  it('are 413 by what comes out of them', async () => {
    const there = await site({ maxBytes: 4096, maxRatio: Number.POSITIVE_INFINITY });
    expect((await there.ask('POST', '/count', post('gzip', bomb))).status).toBe(413);
  });

  it('are 413 by the proportion', async () => {
    const there = await site({ maxBytes: Number.POSITIVE_INFINITY });
    expect((await there.ask('POST', '/count', post('gzip', bomb))).status).toBe(413);
  });

  it('are read where both bounds allow them', async () => {
    const there = await site({ maxRatio: Number.POSITIVE_INFINITY });
    expect((await there.ask('POST', '/count', post('gzip', bomb))).text).toBe(String(20 << 20));
  });

  it('are 413 for who collects, by the server’s own limit', async () => {
    const there = await site({
      maxBytes: Number.POSITIVE_INFINITY,
      maxRatio: Number.POSITIVE_INFINITY,
    });
    expect((await there.ask('POST', '/text', post('gzip', bomb))).status).toBe(413);
  });
});

it('a client that leaves in the middle fails the reader and is nobody’s fault', async () => {
  let failure: unknown = null;
  const there = await serve((server) =>
    server.use(decompressBody()).route('POST', '/', async (request) => {
      failure = await request.text().catch((error: unknown) => error);
      return new Response(204);
    }),
  );
  const wire = await there.connect();
  const coded = zlib.gzipSync(Buffer.from(TEXT));
  const head = `POST / HTTP/1.1\r\nHost: s\r\nContent-Encoding: gzip\r\nContent-Length: ${coded.length}\r\n\r\n`;
  wire.stream.write(Buffer.concat([Buffer.from(head), coded.subarray(0, 20)]));
  wire.stream.abort();
  await expect.poll(() => failure).toBeInstanceOf(Error);
  // Not that the content is no gzip.
  expect(failure).not.toBeInstanceOf(HttpError);
  expect(there.errors).toEqual([]);
});
