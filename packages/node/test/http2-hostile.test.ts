/**
 * Clients of HTTP/2 that keep to frames and to nothing else, written octet by octet.
 */

import { Response } from '@netlayers/http';
import type { Http2Options } from '@netlayers/node';
import { fuzzSeed, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { H2Bench, settle } from './support/h2-bench.js';
import {
  END_HEADERS,
  END_STREAM,
  field,
  frame,
  PREFACE,
  RawPeer,
  Type,
} from './support/h2-frames.js';

const GET = Buffer.concat([
  field(':method', 'GET'),
  field(':scheme', 'https'),
  field(':path', '/'),
  field(':authority', 'server'),
]);

async function open(bench: H2Bench): Promise<RawPeer> {
  const client = new RawPeer(await bench.stream());
  await client.send(PREFACE, frame(Type.SETTINGS, 0, 0));
  return client;
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

/** Whether Node answers malformed content with the end of the connection, and not of the stream. */
const ENDS_CONNECTIONS = Number.parseInt(process.versions.node, 10) >= 22;

describe('frames', () => {
  it('that are right are answered', async () => {
    const bench = await start();
    const client = await open(bench);
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
    const client = new RawPeer(await bench.stream());
    await client.send(Buffer.from('GET / HTTP/1.1\r\nHost: server\r\n\r\n'));
    await bench.advance(40_000);
    expect(client.isOver).toBe(true);
    expect(bench.server.counters()).toMatchObject({ connections: 0, requests: 0 });
  });

  it('with fields of a connection, or names in capitals, are malformed [RFC 9113 8.2.2] [RFC 9113 8.2.1]', async () => {
    const bench = await start();
    const client = await open(bench);
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
    const client = await open(bench);
    const post = Buffer.concat([
      field(':method', 'POST'),
      GET.subarray(field(':method', 'GET').length),
      field('content-length', '3'),
    ]);
    await client.send(frame(Type.HEADERS, END_HEADERS, 1, post));
    await client.send(frame(Type.DATA, END_STREAM, 1, Buffer.from('four')));
    // Node 22 and later end the whole connection, as RFC 9113, 5.4.1 allows.
    const [resets, ends] = ENDS_CONNECTIONS ? [[], [2]] : [[1], []];
    expect(client.codes(Type.RST_STREAM)).toEqual(resets);
    expect(client.codes(Type.GOAWAY)).toEqual(ends);
    expect(client.received.toString()).not.toContain('hello');
    expect(bench.errors).toEqual([]);
  });
});

describe('floods', () => {
  it('of CONTINUATION end the connection [RFC 9113 10.5.1]', async () => {
    const bench = await start();
    const client = await open(bench);
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
    const client = await open(bench);
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
      const client = await open(bench);
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
    const client = await open(few);
    await client.send(frame(Type.HEADERS, END_HEADERS, 1, post), empty);
    await few.advance(35_000);
    expect(few.server.counters()).toMatchObject({ connections: 1, rejected: 1 });
    const many = await start();
    const flooding = await open(many);
    await flooding.send(frame(Type.HEADERS, END_HEADERS, 1, post));
    for (let at = 0; at < 20; at++) await flooding.send(empty);
    expect(many.server.counters()).toMatchObject({ connections: 0, rejected: 0 });
  });

  it('of heads that are never complete are an idle connection', async () => {
    const bench = await start();
    const client = await open(bench);
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
    const client = await open(bench);
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
  const client = await open(bench);
  await client.send(frame(Type.HEADERS, END_STREAM | END_HEADERS, 1, GET));
  expect(client.received.toString()).toContain('hello');
});
