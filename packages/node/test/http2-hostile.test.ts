/**
 * Clients of HTTP/2 that keep to frames and to nothing else, written octet by octet.
 */

import type { ByteStream } from '@netlayers/http';
import { Response } from '@netlayers/http';
import type { Http2Options } from '@netlayers/node';
import { fuzzSeed, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { H2Bench, settle } from './support/h2-bench.js';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const Type = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  WINDOW: 8,
  CONTINUATION: 9,
};
const END_STREAM = 0x1;
const END_HEADERS = 0x4;

/** RFC 9113, 4.1 */
function frame(
  type: number,
  flags: number,
  id: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

/** A field of HPACK, never indexed, no Huffman (RFC 7541, 6.2.3). */
const field = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0x10, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

const GET = Buffer.concat([
  field(':method', 'GET'),
  field(':scheme', 'https'),
  field(':path', '/'),
  field(':authority', 'server'),
]);

/** A client that is nothing but frames. */
class RawClient {
  received: Buffer = Buffer.alloc(0);
  isOver = false;
  readonly stream: ByteStream;

  constructor(stream: ByteStream) {
    this.stream = stream;
    stream.setHandler({
      handleData: (buf, start, end) => {
        this.received = Buffer.concat([this.received, buf.subarray(start, end)]);
      },
      handleEnd: () => {
        this.isOver = true;
      },
      handleDrain() {},
      handleClose: () => {
        this.isOver = true;
      },
    });
  }

  static async open(bench: H2Bench): Promise<RawClient> {
    const client = new RawClient(await bench.stream());
    await client.send(PREFACE, frame(Type.SETTINGS, 0, 0));
    return client;
  }

  async send(...frames: readonly Uint8Array[]): Promise<void> {
    for (const one of frames) this.stream.write(one);
    await settle(8);
  }

  /** Types of the frames that have come, and the error code where a frame has one. */
  frames(): readonly { type: number; flags: number; id: number; code: number }[] {
    const frames = [];
    for (let at = 0; at + 9 <= this.received.length; ) {
      const length = this.received.readUIntBE(at, 3);
      const [type = 0, flags = 0] = this.received.subarray(at + 3);
      const id = this.received.readUInt32BE(at + 5);
      const codeAt = at + 9 + (type === Type.GOAWAY ? 4 : 0);
      const hasCode = type === Type.GOAWAY || type === Type.RST_STREAM;
      frames.push({ type, flags, id, code: hasCode ? this.received.readUInt32BE(codeAt) : -1 });
      at += 9 + length;
    }
    return frames;
  }

  codes(type: number): number[] {
    return this.frames().flatMap((one) => (one.type === type ? [one.code] : []));
  }
}

const start = (options: Http2Options = {}): Promise<H2Bench> =>
  H2Bench.start(
    (server) =>
      server
        .route('GET', '/', () => Response.text('hello'))
        .route('POST', '/', async (request) => Response.text(`${(await request.bytes()).length}`)),
    {},
    options,
  );

describe('frames', () => {
  it('that are right are answered', async () => {
    const bench = await start();
    const client = await RawClient.open(bench);
    await client.send(frame(Type.HEADERS, END_STREAM | END_HEADERS, 1, GET));
    expect(
      client
        .frames()
        .filter(({ id }) => id === 1)
        .map(({ type }) => type),
    ).toEqual([Type.HEADERS, Type.DATA]);
    expect(client.received.toString()).toContain('hello');
  });

  it('of a connection that is none end it', async () => {
    const bench = await start();
    const client = new RawClient(await bench.stream());
    await client.send(Buffer.from('GET / HTTP/1.1\r\nHost: server\r\n\r\n'));
    await bench.advance(40_000);
    expect(client.isOver).toBe(true);
    expect(bench.server.counters()).toMatchObject({ connections: 0, requests: 0 });
  });

  it('with fields of a connection, or names in capitals, are malformed [RFC 9113 8.2.2] [RFC 9113 8.2.1]', async () => {
    const bench = await start();
    const client = await RawClient.open(bench);
    const bad = [field('connection', 'close'), field('X-Upper', '1'), field('te', 'gzip')];
    for (const [at, one] of bad.entries()) {
      const head = Buffer.concat([GET, one]);
      await client.send(frame(Type.HEADERS, END_STREAM | END_HEADERS, 2 * at + 1, head));
    }
    expect(client.codes(Type.RST_STREAM)).toEqual([1, 1, 1]);
    expect(bench.server.counters()).toMatchObject({ requests: 0, connections: 1 });
  });

  it('of more content than was announced are malformed [RFC 9113 8.1.1]', async () => {
    const bench = await start();
    const client = await RawClient.open(bench);
    const post = Buffer.concat([
      field(':method', 'POST'),
      GET.subarray(field(':method', 'GET').length),
      field('content-length', '3'),
    ]);
    await client.send(frame(Type.HEADERS, END_HEADERS, 1, post));
    await client.send(frame(Type.DATA, END_STREAM, 1, Buffer.from('four')));
    expect(client.codes(Type.RST_STREAM)).toEqual([1]);
    expect(client.received.toString()).not.toContain('hello');
  });
});

describe('floods', () => {
  it('of CONTINUATION end the connection [RFC 9113 10.5.1]', async () => {
    const bench = await start();
    const client = await RawClient.open(bench);
    await client.send(frame(Type.HEADERS, END_STREAM, 1, GET));
    for (let at = 0; at < 50 && !client.isOver; at++) {
      await client.send(frame(Type.CONTINUATION, 0, 1, field(`x-${at}`, 'v'.repeat(100))));
    }
    expect(client.codes(Type.GOAWAY)).toHaveLength(1);
    expect(bench.server.counters().requests).toBe(0);
    await bench.advance(80_000);
    expect(bench.server.counters().connections).toBe(0);
  });

  it('of fields are refused before they are kept [RFC 9113 10.5.1]', async () => {
    const bench = await start({ maxHeaderListSize: 8192 });
    const client = await RawClient.open(bench);
    const head: Buffer[] = [GET];
    for (let at = 0; at < 100; at++) head.push(field(`x-${at}`, 'v'.repeat(90)));
    const all = Buffer.concat(head);
    await client.send(frame(Type.HEADERS, END_STREAM, 1, all.subarray(0, 9000)));
    await client.send(frame(Type.CONTINUATION, END_HEADERS, 1, all.subarray(9000)));
    expect(client.received.toString()).toContain('431 Request Header Fields Too Large');
    const more = Array.from({ length: 150 }, (_, at) => field(`x-${at}`, 'v'));
    const pairs = Buffer.concat([GET, ...more]);
    await client.send(frame(Type.HEADERS, END_STREAM | END_HEADERS, 3, pairs));
    expect(client.codes(Type.RST_STREAM)).toEqual([11]);
    expect(bench.server.counters()).toMatchObject({ requests: 0, rejected: 1, connections: 1 });
  });

  it('of PING and SETTINGS of who reads no answer end the connection [RFC 9113 10.5]', async () => {
    for (const ask of [frame(Type.PING, 0, 0, Buffer.alloc(8)), frame(Type.SETTINGS, 0, 0)]) {
      const bench = await start();
      const client = await RawClient.open(bench);
      client.stream.pause();
      const many = Buffer.concat(Array.from({ length: 2000 }, () => ask));
      for (let at = 0; at < 50 && !client.isOver; at++) await client.send(many);
      await bench.advance(80_000);
      expect(bench.server.counters().connections).toBe(0);
    }
  });

  it('of empty frames of content are no content, and then an end [RFC 9113 10.5]', async () => {
    const post = Buffer.concat([
      field(':method', 'POST'),
      GET.subarray(field(':method', 'GET').length),
    ]);
    const empty = Buffer.concat(Array.from({ length: 500 }, () => frame(Type.DATA, 0, 1)));
    const few = await start();
    const client = await RawClient.open(few);
    await client.send(frame(Type.HEADERS, END_HEADERS, 1, post), empty);
    await few.advance(35_000);
    expect(few.server.counters()).toMatchObject({ connections: 1, rejected: 1 });
    const many = await start();
    const flooding = await RawClient.open(many);
    await flooding.send(frame(Type.HEADERS, END_HEADERS, 1, post));
    for (let at = 0; at < 20; at++) await flooding.send(empty);
    expect(many.server.counters()).toMatchObject({ connections: 0, rejected: 0 });
  });

  it('of heads that are never complete are an idle connection', async () => {
    const bench = await start();
    const client = await RawClient.open(bench);
    await client.send(frame(Type.HEADERS, END_STREAM, 1, GET));
    await bench.advance(36_000);
    expect(client.isOver).toBe(true);
    expect(bench.server.counters()).toMatchObject({ connections: 0, requests: 0 });
  });
});

it('any octets at all do no harm', async () => {
  const seed = fuzzSeed(9113);
  const random = seededRandom(seed);
  const pick = (below: number): number => random.below(below);
  const bench = await start();
  for (let round = 0; round < 150; round++) {
    const client = await RawClient.open(bench);
    for (let at = 0; at < 12 && !client.isOver; at++) {
      const payload = pick(3) === 0 ? GET : random.bytes(pick(60));
      const one = frame(pick(11), pick(256), pick(8), payload);
      if (pick(4) === 0) one[pick(one.length)] = pick(256);
      await client.send(one);
    }
    client.stream.abort();
  }
  await settle();
  expect(bench.server.counters().connections, `seed ${seed}`).toBe(0);
  expect(bench.errors, `seed ${seed}`).toEqual([]);
  const client = await RawClient.open(bench);
  await client.send(frame(Type.HEADERS, END_STREAM | END_HEADERS, 1, GET));
  expect(client.received.toString()).toContain('hello');
});
