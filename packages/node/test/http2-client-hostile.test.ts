/**
 * Servers of HTTP/2 that keep to frames and to nothing else, or not even to those.
 */

import { fuzzSeed, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { settle } from './support/h2-bench.js';
import { type ClientBenchOptions, failureOf, H2ClientBench } from './support/h2-client-bench.js';
import {
  ACK,
  END_HEADERS,
  END_STREAM,
  field,
  frame,
  RawPeer,
  Type,
  words,
} from './support/h2-frames.js';

const URL_ = 'https://server.test/';
const OK = field(':status', '200');

const head = (id: number, flags = 0, ...fields: readonly Buffer[]): Buffer =>
  frame(Type.HEADERS, END_HEADERS | flags, id, Buffer.concat([OK, ...fields]));
const data = (id: number, text: string, flags = 0): Buffer =>
  frame(Type.DATA, flags, id, Buffer.from(text));
const reset = (id: number, code: number): Buffer => frame(Type.RST_STREAM, 0, id, words(code));
const goAway = (last: number, code: number): Buffer => frame(Type.GOAWAY, 0, 0, words(last, code));

/** A bench whose first connection has a request open; its answer is under way. */
async function asked(
  options: ClientBenchOptions = {},
  request: { readonly method?: string; readonly body?: string } = {},
): Promise<{ bench: H2ClientBench; peer: RawPeer; answer: Promise<Outcome> }> {
  const bench = await H2ClientBench.framed(options);
  const answer = outcomeOf(bench, request);
  await settle();
  return { bench, peer: bench.peers[0] as RawPeer, answer };
}

/** What comes of a request: its content, or a code. */
interface Outcome {
  readonly status?: number;
  readonly text?: string;
  readonly code?: string;
}

async function outcomeOf(
  bench: H2ClientBench,
  request: { readonly method?: string; readonly body?: string } = {},
): Promise<Outcome> {
  let status = 0;
  try {
    const response = await bench.client.request(URL_, request);
    status = response.status;
    return { status, text: await response.text() };
  } catch (error) {
    const { code = 'none' } = error as { code?: string };
    return status === 0 ? { code } : { status, code };
  }
}

describe('a stream that is reset', () => {
  const codes: readonly (readonly [number, string])[] = [
    [0, 'NO_ERROR'],
    [1, 'PROTOCOL_ERROR'],
    [2, 'INTERNAL_ERROR'],
    [3, 'FLOW_CONTROL_ERROR'],
    [4, 'SETTINGS_TIMEOUT'],
    [5, 'STREAM_CLOSED'],
    [6, 'FRAME_SIZE_ERROR'],
    [8, 'CANCEL'],
    [9, 'COMPRESSION_ERROR'],
    [10, 'CONNECT_ERROR'],
    [11, 'ENHANCE_YOUR_CALM'],
    [12, 'INADEQUATE_SECURITY'],
    [77, 'code 77'],
  ];
  it.each(codes)(
    'by %i before a response is a failure that says so [RFC 9113 6.4]',
    async (code, name) => {
      const { bench, peer } = await asked();
      const failure = failureOf(bench.client.get(URL_));
      await settle();
      await peer.send(reset(1, code), reset(3, code));
      expect(await failure).toMatchObject({ code: 'stream-reset' });
      expect(String(await failure)).toContain(name);
      expect(bench.connections).toBe(1);
      expect(bench.client.connections).toBe(1);
    },
  );

  it.each(codes)('by %i inside of a response cuts it [RFC 9113 8.1.1]', async (code) => {
    const { peer, answer } = await asked();
    await peer.send(head(1), data(1, 'half'));
    await peer.send(reset(1, code));
    expect(await answer).toEqual({ status: 200, code: 'stream-reset' });
  });

  it('by NO_ERROR behind the whole response is no failure [RFC 9113 8.1]', async () => {
    const { peer, answer } = await asked();
    await peer.send(head(1), data(1, 'whole', END_STREAM), reset(1, 0));
    expect(await answer).toEqual({ status: 200, text: 'whole' });
  });

  it('by NO_ERROR behind all of the content that was announced is none either', async () => {
    const { peer, answer } = await asked();
    await peer.send(head(1, 0, field('content-length', '5')), data(1, 'whole'), reset(1, 0));
    expect(await answer).toEqual({ status: 200, text: 'whole' });
    const { peer: other, answer: cut } = await asked();
    await other.send(head(1, 0, field('content-length', '6')), data(1, 'whole'), reset(1, 0));
    expect(await cut).toEqual({ status: 200, code: 'stream-reset' });
  });

  it.each([
    ['GET', undefined],
    ['POST', 'content'],
  ])('by REFUSED_STREAM is sent again, a %s too [RFC 9113 8.7]', async (method, body) => {
    const request = { method, ...(body !== undefined && { body }) };
    const { bench, peer, answer } = await asked({}, request);
    await peer.send(reset(1, 7));
    await peer.send(head(3), data(3, 'now', END_STREAM));
    expect(await answer).toEqual({ status: 200, text: 'now' });
    expect(bench.connections).toBe(1);
  });

  it('by REFUSED_STREAM again and again is a failure at last [RFC 9113 8.7]', async () => {
    const { bench, peer, answer } = await asked();
    for (const id of [1, 3, 5, 7, 9]) await peer.send(reset(id, 7));
    expect(await answer).toEqual({ code: 'unprocessed' });
    expect(bench.told.filter(({ type }) => type === 'repeat')).toHaveLength(3);
  });

  it('by HTTP_1_1_REQUIRED is sent in HTTP/1.1 [RFC 9113 7]', async () => {
    const { bench, peer, answer } = await asked();
    const offers: unknown[] = [];
    const { connect } = bench.memory;
    bench.memory.connect = async (options) => {
      const { alpn } = options as { readonly alpn?: readonly string[] };
      offers.push(alpn);
      return Object.assign(await connect.call(bench.memory, options), { alpn: 'http/1.1' });
    };
    bench.greets = false;
    await peer.send(reset(1, 13));
    bench.peers[1]?.stream.write(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold'));
    expect(await answer).toEqual({ status: 200, text: 'old' });
    expect(offers).toEqual([['http/1.1']]);
  });
});

describe('GOAWAY', () => {
  it('lets what was seen end, and sends what was not again [RFC 9113 6.8] [RFC 9113 8.7]', async () => {
    const { bench, peer, answer } = await asked();
    const unseen = outcomeOf(bench, { method: 'POST', body: 'x' });
    await settle();
    await peer.send(goAway(1, 0));
    await settle();
    expect(bench.connections).toBe(2);
    await bench.peers[1]?.send(head(1), data(1, 'second', END_STREAM));
    expect(await unseen).toEqual({ status: 200, text: 'second' });
    await peer.send(head(1), data(1, 'first', END_STREAM));
    expect(await answer).toEqual({ status: 200, text: 'first' });
    await settle();
    expect(peer.codes(Type.GOAWAY)).toEqual([0, 0]);
  });

  it('that serves one request of each connection serves all at last [RFC 9113 6.8]', async () => {
    const bench = await H2ClientBench.framed();
    const answers = Array.from({ length: 12 }, () => outcomeOf(bench));
    for (let at = 0; at < 12; at++) {
      await settle();
      await bench.peers[at]?.send(head(1, END_STREAM), goAway(1, 0));
    }
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200 });
    expect(bench.connections).toBe(12);
  });

  it('before anything else is not asked for ever [RFC 9113 6.8]', async () => {
    const bench = new H2ClientBench();
    await bench.listen((stream) => {
      const peer = new RawPeer(stream);
      peer.stream.write(Buffer.concat([frame(Type.SETTINGS, 0, 0), goAway(0, 0)]));
      stream.end();
    });
    expect(await outcomeOf(bench, { method: 'POST', body: 'x' })).toMatchObject({
      code: expect.stringMatching(/^(unprocessed|closed)$/),
    });
    expect(bench.connections).toBeLessThan(6);
  });

  it('in two steps is one [RFC 9113 6.8]', async () => {
    const { bench, peer, answer } = await asked();
    await peer.send(goAway(0x7fffffff, 0));
    expect(bench.client.connections).toBe(0);
    await peer.send(goAway(1, 0));
    await peer.send(head(1), data(1, 'first', END_STREAM));
    expect(await answer).toEqual({ status: 200, text: 'first' });
  });

  it('in the middle of a response that goes on is no failure [RFC 9113 6.8]', async () => {
    const { peer, answer } = await asked();
    await peer.send(head(1), data(1, 'one '), goAway(1, 0));
    await peer.send(data(1, 'two', END_STREAM));
    expect(await answer).toEqual({ status: 200, text: 'one two' });
  });

  it('for an error fails what was seen, and what was not is sent again [RFC 9113 6.8]', async () => {
    const { bench, peer, answer } = await asked();
    const unseen = outcomeOf(bench);
    await settle();
    await peer.send(goAway(1, 2));
    expect(await answer).toEqual({ code: 'http2-error' });
    await settle();
    await bench.peers[1]?.send(head(1), data(1, 'second', END_STREAM));
    expect(await unseen).toEqual({ status: 200, text: 'second' });
    await bench.advance(2000);
    expect(peer.isOver).toBe(true);
  });

  it('with the end of the connection cuts a response [RFC 9113 6.8]', async () => {
    const { bench, peer, answer } = await asked();
    await peer.send(head(1), data(1, 'one '), goAway(1, 0));
    peer.stream.end();
    expect(await answer).toEqual({ status: 200, code: 'incomplete' });
    await bench.advance(2000);
    expect(bench.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a connection that is lost', () => {
  it('fails its requests; those that may be are sent again on another [RFC 9110 9.2.2]', async () => {
    const { bench, peer, answer } = await asked();
    const [second, third] = [outcomeOf(bench), outcomeOf(bench, { method: 'POST', body: 'x' })];
    await settle();
    peer.stream.abort();
    expect(await answer).toEqual({ code: 'ECONNRESET' });
    expect(await third).toEqual({ code: 'ECONNRESET' });
    await settle();
    expect(bench.connections).toBe(2);
    await bench.peers[1]?.send(head(1), data(1, 'again', END_STREAM));
    expect(await second).toEqual({ status: 200, text: 'again' });
  });

  it('by an end without a response is closed', async () => {
    const { peer, answer } = await asked();
    peer.stream.end();
    expect(await answer).toEqual({ code: 'closed' });
  });

  it('is found out where nobody answers [RFC 9113 6.7]', async () => {
    const bench = await H2ClientBench.framed({ client: { headersTimeoutMs: 1000 } });
    const answer = outcomeOf(bench);
    await settle();
    await bench.advance(1000);
    expect(await answer).toEqual({ code: 'headers-timeout' });
    await settle();
    expect(bench.peers[0]?.of(Type.PING)).toHaveLength(1);
    expect(bench.client.connections).toBe(1);
    await bench.advance(5500);
    expect(bench.client.connections).toBe(0);
  });

  it('is not where the server is there and slow [RFC 9113 6.7]', async () => {
    const bench = await H2ClientBench.framed({
      client: { headersTimeoutMs: 1000, idleTimeoutMs: 60_000 },
    });
    const answer = outcomeOf(bench);
    await settle();
    await bench.advance(1000);
    expect(await answer).toEqual({ code: 'headers-timeout' });
    await settle();
    const [peer] = bench.peers;
    const [ping] = peer?.of(Type.PING) ?? [];
    await peer?.send(frame(Type.PING, ACK, 0, ping?.payload));
    await bench.advance(10_000);
    expect(bench.client.connections).toBe(1);
    expect(peer?.codes(Type.RST_STREAM)).toEqual([8]);
  });
});

describe('what is malformed', () => {
  const malformed: readonly (readonly [string, Buffer[]])[] = [
    ['a head without a status [RFC 9113 8.3.2]', [headOf(field('x', '1'))]],
    ['a status that is none [RFC 9113 8.3.2]', [headOf(field(':status', 'abc'))]],
    ['a status twice [RFC 9113 8.3]', [headOf(OK, OK)]],
    ['another pseudo-field [RFC 9113 8.3]', [headOf(OK, field(':path', '/'))]],
    ['a pseudo-field behind a field [RFC 9113 8.3]', [headOf(field('x', '1'), OK)]],
    ['a name in capitals [RFC 9113 8.2.1]', [headOf(OK, field('X-Upper', '1'))]],
    ['a field of a connection [RFC 9113 8.2.2]', [headOf(OK, field('connection', 'close'))]],
    ['101 [RFC 9113 8.6]', [headOf(field(':status', '101'))]],
    ['content before a head [RFC 9113 8.1]', [data(1, 'x', END_STREAM)]],
    [
      'content longer than its length [RFC 9113 8.1.1]',
      [headOf(OK, field('content-length', '3')), data(1, 'four', END_STREAM)],
    ],
    [
      'content shorter than its length [RFC 9113 8.1.1]',
      [headOf(OK, field('content-length', '5')), data(1, 'four', END_STREAM)],
    ],
    [
      'an interim response that ends the stream [RFC 9113 8.1]',
      [frame(Type.HEADERS, END_HEADERS | END_STREAM, 1, field(':status', '103'))],
    ],
  ];

  it.each(malformed)('%s fails the request, and no other', async (_what, frames) => {
    const { bench, peer, answer } = await asked();
    const other = outcomeOf(bench);
    await settle();
    await peer.send(...frames);
    await peer.send(head(3), data(3, 'fine', END_STREAM));
    const { code = '', text } = await answer;
    expect([code, text]).toEqual([
      expect.stringMatching(/^(stream-reset|http2-error)$/),
      undefined,
    ]);
    if (code === 'stream-reset') expect(await other).toEqual({ status: 200, text: 'fine' });
  });

  const fatal: readonly (readonly [string, Buffer])[] = [
    ['a frame that is too large [RFC 9113 4.2]', frame(Type.DATA, 0, 1, Buffer.alloc(0x5000))],
    ['SETTINGS of a stream [RFC 9113 6.5]', frame(Type.SETTINGS, 0, 1)],
    ['content of stream 0 [RFC 9113 6.1]', frame(Type.DATA, 0, 0, Buffer.alloc(1))],
    [
      'fields that are no HPACK [RFC 9113 4.3]',
      frame(Type.HEADERS, END_HEADERS, 1, Buffer.alloc(4, 0xff)),
    ],
    [
      'a window that is too large [RFC 9113 6.9.1]',
      Buffer.concat([
        frame(Type.WINDOW, 0, 0, words(0x7fffffff)),
        frame(Type.WINDOW, 0, 0, words(0x7fffffff)),
      ]),
    ],
    ['HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')],
  ];

  it.each(fatal)('%s is the end of the connection', async (_what, octets) => {
    const { bench, peer, answer } = await asked();
    await peer.send(octets);
    expect(await answer).toMatchObject({
      code: expect.stringMatching(/^(http2-error|stream-reset)$/),
    });
    await bench.advance(2000);
    expect([bench.client.connections, peer.isOver]).toEqual([0, true]);
  });

  it('PUSH_PROMISE is refused, and the end of who knows that [RFC 9113 8.4]', async () => {
    const { bench, peer, answer } = await asked();
    const fields = [':method GET', ':scheme https', ':path /', ':authority server.test'].map(
      (text) => field(...(text.split(' ') as [string, string])),
    );
    const promise = (id: number): Buffer =>
      frame(Type.PUSH_PROMISE, END_HEADERS, 1, Buffer.concat([words(id), ...fields]));
    await peer.send(promise(2));
    expect(peer.of(Type.RST_STREAM).map(({ id, code }) => [id, code])).toEqual([[2, 8]]);
    await peer.send(frame(Type.SETTINGS, ACK, 0), promise(4));
    expect(await answer).toEqual({ code: 'http2-error' });
    await bench.advance(2000);
    expect([bench.client.connections, peer.isOver]).toEqual([0, true]);
  });

  it('beyond limits is refused', async () => {
    const many = await asked({ client: { http: { limits: { fieldCount: 10 } } } });
    const fields = Array.from({ length: 20 }, (_, at) => field(`x-${at}`, 'v'));
    await many.peer.send(head(1, END_STREAM, ...fields));
    expect(await many.answer).toMatchObject({
      code: expect.stringMatching(/stream-reset|too-many/),
    });
    const interim = await asked({ client: { http: { limits: { interimResponses: 5 } } } });
    const hint = frame(Type.HEADERS, END_HEADERS, 1, field(':status', '103'));
    await interim.peer.send(...Array.from({ length: 10 }, () => hint));
    expect(await interim.answer).toEqual({ code: 'too-many-interim-responses' });
  });
});

describe('floods', () => {
  const ping = frame(Type.PING, 0, 0, Buffer.alloc(8));
  const settings = frame(Type.SETTINGS, 0, 0);
  it.each([
    ['PING', ping],
    ['SETTINGS', settings],
  ])('of %s of who reads no answer end the connection [RFC 9113 10.5]', async (_what, one) => {
    const { bench, peer, answer } = await asked();
    peer.stream.pause();
    const many = Buffer.concat(Array.from({ length: 2000 }, () => one));
    for (let at = 0; at < 50 && bench.client.connections > 0; at++) await peer.send(many);
    expect(await answer).toMatchObject({ code: expect.any(String) });
    expect(bench.client.connections).toBe(0);
  });

  it('of frames without content are bounded [RFC 9113 10.5]', async () => {
    const { bench, peer, answer } = await asked();
    await peer.send(head(1));
    const many = Buffer.concat(Array.from({ length: 500 }, () => frame(Type.DATA, 0, 1)));
    for (let at = 0; at < 50 && bench.client.connections > 0; at++) await peer.send(many);
    expect(await answer).toMatchObject({ status: 200, code: expect.any(String) });
  });
});

it('any octets at all do no harm', async () => {
  const seed = fuzzSeed(9114);
  const random = seededRandom(seed);
  const pick = (below: number): number => random.below(below);
  const bench = await H2ClientBench.framed();
  for (let round = 0; round < 120; round++) {
    const answers = [outcomeOf(bench), outcomeOf(bench, { method: 'POST', body: 'x' })];
    await settle(6);
    const peer = bench.peers.at(-1) as RawPeer;
    for (let at = 0; at < 12 && !peer.isOver; at++) {
      const payload = pick(3) === 0 ? OK : random.bytes(pick(60));
      const one = frame(pick(11), pick(256), pick(8), payload);
      if (pick(4) === 0) one[pick(one.length)] = pick(256);
      await peer.send(one);
    }
    for (const { stream } of bench.peers.slice(-3)) stream.abort();
    await settle(6);
    for (const { stream } of bench.peers.slice(-3)) stream.abort();
    await settle(6);
    for (const { stream } of bench.peers.slice(-3)) stream.abort();
    for (const answer of await Promise.all(answers)) {
      expect(answer, `seed ${seed}`).toMatchObject(
        answer.text === undefined ? { code: expect.any(String) } : {},
      );
    }
  }
  await bench.advance(10_000);
  expect(bench.client.connections, `seed ${seed}`).toBe(0);
  expect(bench.clock.nextTimer(), `seed ${seed}`).toBe(Number.POSITIVE_INFINITY);
});

function headOf(...fields: readonly Buffer[]): Buffer {
  return frame(Type.HEADERS, END_HEADERS, 1, Buffer.concat(fields));
}
