import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { Client } from '@netlayers/client';
import { MemoryTransport } from '@netlayers/testkit';
import { describe, expect, it, vi } from 'vitest';
import { answers, memory, rawServer, settle } from '../support/raw-server.js';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const coded = (coding: string, bytes: Uint8Array): string =>
  `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\n\r\n${latin1(bytes)}`;

const text = 'abc'.repeat(100_000);
/** What does not get smaller. */
let state = 1;
const noise = Uint8Array.from({ length: 300_000 }, () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state >>> 24;
});

describe('compressed content', () => {
  it('is asked for in codings that a newer host knows [RFC 9110 12.5.3]', async () => {
    const Known = DecompressionStream;
    // A host whose zstd is what gzip is here, and which knows no brotli.
    vi.stubGlobal(
      'DecompressionStream',
      class extends Known {
        constructor(format: string) {
          if (format === 'brotli') throw new TypeError('an unknown format');
          super((format === 'zstd' ? 'gzip' : format) as CompressionFormat);
        }
      },
    );
    try {
      const transport = memory();
      const connections = await rawServer(transport, answers(coded('zstd', gzipSync(text))));
      const client = new Client({ transport, decompress: true });
      expect(await (await client.get('http://a.test/')).text()).toBe(text);
      expect(connections[0]?.heads[0]).toMatch(/^Accept-Encoding: gzip, deflate, zstd\r?$/m);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('is asked for and decoded where that is wanted', async () => {
    const transport = memory();
    const both = gzipSync(deflateSync(text));
    const connections = await rawServer(
      transport,
      answers(
        coded('gzip', gzipSync(text)),
        coded('X-GZIP', gzipSync(text)),
        coded('deflate, gzip', both),
      ),
    );
    const client = new Client({ transport, decompress: true });
    for (let i = 0; i < 3; i++) {
      const response = await client.get('http://a.test/');
      expect(response.decoded).toBe(true);
      expect(await response.text()).toBe(text);
    }
    expect(connections[0]?.heads[0]).toContain('Accept-Encoding: gzip, deflate');
    expect(connections).toHaveLength(1);
  });

  it('is passed on as it is where that is not wanted, or the coding is not known', async () => {
    const transport = memory();
    const bytes = gzipSync(text);
    const connections = await rawServer(
      transport,
      answers(coded('gzip', bytes), coded('constructor', bytes)),
    );
    const client = new Client({ transport });
    const plain = await client.get('http://a.test/');
    expect(latin1(await plain.bytes())).toBe(latin1(bytes));
    expect(connections[0]?.heads[0]).not.toContain('Accept-Encoding');
    const unknown = await client.get('http://a.test/', { decompress: true });
    expect(unknown.decoded).toBe(false);
    expect((await unknown.bytes()).length).toBe(bytes.length);
  });

  it('may be decoded by the program', async () => {
    const transport = memory();
    await rawServer(transport, answers(coded('upper', new TextEncoder().encode('quiet'))));
    const decoders = {
      async *upper(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        for await (const chunk of body) {
          yield new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase());
        }
      },
    };
    const client = new Client({ transport, decompress: true, decoders });
    expect(await (await client.get('http://a.test/')).text()).toBe('QUIET');
  });

  it('that is broken or cut short fails', async () => {
    const transport = memory();
    const bytes = gzipSync(text);
    const cut = bytes.subarray(0, bytes.length - 12);
    await rawServer(transport, answers(coded('gzip', new Uint8Array(50)), coded('gzip', cut)));
    const client = new Client({ transport, decompress: true });
    for (let i = 0; i < 2; i++) {
      const response = await client.get('http://a.test/');
      await expect(response.text()).rejects.toMatchObject({ code: 'bad-content-encoding' });
    }
  });

  it('of a connection that is cut says so', async () => {
    const transport = memory();
    const whole = coded('gzip', gzipSync(text));
    await rawServer(transport, (connection) => {
      connection.onChange = null;
      connection.send(whole.slice(0, -20)).end();
    });
    const response = await new Client({ transport, decompress: true }).get('http://a.test/');
    await expect(response.text()).rejects.toMatchObject({ code: 'incomplete' });
  });

  it.each([
    ['deflate with its header', 'deflate', deflateSync(text), text],
    ['deflate without one', 'deflate', deflateRawSync(text), text],
    ['x-deflate', 'x-deflate', deflateSync(text), text],
    ['x-gzip, spelled as one likes', 'X-GZip', gzipSync(text), text],
    ['gzip and identity', 'gzip, identity', gzipSync(text), text],
    ['one byte of deflate without a header', 'deflate', deflateRawSync(''), ''],
  ])('is read whatever it is called: %s [RFC 9110 8.4.1]', async (_, coding, bytes, expected) => {
    for (const chunkSize of [1, 65536]) {
      const transport = new MemoryTransport({ chunkSize });
      await rawServer(transport, answers(coded(coding, bytes)));
      const response = await new Client({ transport, decompress: true }).get('http://a.test/');
      expect(response.decoded).toBe(true);
      expect(await response.text()).toBe(expected);
    }
  });

  it.each(['gzip', 'deflate', 'x-gzip'])('is nothing where nothing comes as %s', async (coding) => {
    const transport = memory();
    const chunked = `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    await rawServer(transport, answers(chunked, coded(coding, new Uint8Array(0))));
    const client = new Client({ transport, decompress: true });
    expect((await (await client.get('http://a.test/')).bytes()).length).toBe(0);
    expect((await (await client.get('http://a.test/')).bytes()).length).toBe(0);
  });

  it('that is given up fails with the reason of that', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      connection.onChange = null;
      connection.send(coded('gzip', gzipSync(text)).slice(0, -20));
    });
    const controller = new AbortController();
    const { signal } = controller;
    const client = new Client({ transport, decompress: true });
    const reading = (await client.get('http://a.test/', { signal })).text();
    const refused = expect(reading).rejects.toThrow('enough');
    await settle();
    controller.abort(new Error('enough'));
    await refused;
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('that is left early gives its connection up, though the server has stopped', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      connection.onChange = null;
      connection.send(coded('gzip', gzipSync(noise)).slice(0, 100_000));
    });
    const client = new Client({ transport, decompress: true });
    for await (const piece of await client.get('http://a.test/')) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('in a coding of the program that fails is a ClientError too', async () => {
    const transport = memory();
    await rawServer(transport, answers(coded('upper', new Uint8Array(3))));
    const decoders = {
      // biome-ignore lint/correctness/useYield: it fails before
      async *upper(): AsyncGenerator<Uint8Array> {
        throw new RangeError('cannot');
      },
    };
    const client = new Client({ transport, decompress: true, decoders });
    await expect((await client.get('http://a.test/')).text()).rejects.toMatchObject({
      name: 'ClientError',
      code: 'bad-content-encoding',
      cause: expect.any(RangeError),
    });
  });

  it('counts against the limit as it comes and as it is', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(coded('gzip', gzipSync(text))));
    const client = new Client({ transport, decompress: true, maxResponseBytes: 10_000 });
    const response = await client.get('http://a.test/');
    await expect(response.text()).rejects.toMatchObject({ code: 'response-too-large' });
    expect(connections).toHaveLength(1);
  });
});
