/**
 * Content of requests that nobody reads: how much of it a client can have a server keep.
 */

import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { Response } from '@netlayers/http';
import type { Server, ServerRequest } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { answerOf, H2Bench, settle } from './support/h2-bench.js';
import { END_HEADERS, field, frame, PREFACE, RawPeer, Type } from './support/h2-frames.js';

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM } = http2.constants;
const WINDOW = 0x10_0000;
/** What the body of a request takes before it holds its stream: its mark, and the last piece. */
const OF_BODY = 0x1_4000;
const OF_EACH = 0x8_0000;

/** Node 22 and later count what the client itself has not sent, in MB. */
const ROOMY = { maxSessionMemory: 100 };

/** Requests with content that is not sent faster than the server gives windows. */
const upload = (session: ClientHttp2Session, count: number, path = '/', octets = OF_EACH) =>
  Array.from({ length: count }, () => {
    const stream = session.request({ ':method': 'POST', ':path': path });
    stream.on('error', () => {});
    stream.end(Buffer.alloc(octets));
    return stream;
  });

/** A handler that waits for a word, and then counts what it reads. */
function slowReader() {
  let read = (): void => {};
  const word = new Promise<void>((resolve) => {
    read = resolve;
  });
  const handler = async (request: ServerRequest): Promise<Response> => {
    let length = 0;
    await word;
    for await (const piece of request) length += piece.length;
    return Response.text(`${length}`);
  };
  return { handler, read: () => read() };
}

describe('content that nobody reads', () => {
  it('is one window of its connection at most, is counted, and goes on when it is read [RFC 9113 5.2.2] [RFC 9113 6.9]', async () => {
    const { handler, read } = slowReader();
    const bench = await H2Bench.start((server) => server.route('POST', '/', handler));
    const session = await bench.session(ROOMY);
    const answers = upload(session, 40).map(answerOf);
    await settle(1000);
    const sent = session.socket.bytesWritten;
    expect(sent).toBeGreaterThan(WINDOW);
    expect(sent).toBeLessThan(40 * OF_BODY + WINDOW + 0x1_0000);
    const { heldBodyBytes } = bench.server.counters();
    expect(heldBodyBytes).toBeGreaterThan(0.95 * sent);
    expect(heldBodyBytes).toBeLessThan(1.05 * sent);
    read();
    const bodies = (await Promise.all(answers)).map(({ body }) => body);
    expect(bodies).toEqual(Array.from({ length: 40 }, () => `${OF_EACH}`));
    expect(bench.server.counters().heldBodyBytes).toBe(0);
  });

  it('lets other streams go on as soon as it is gone [RFC 9113 5.2.1]', async () => {
    const { handler } = slowReader();
    const atOnce = async (request: ServerRequest): Promise<Response> =>
      Response.text(`${(await request.bytes()).length}`);
    const bench = await H2Bench.start(
      (server) => server.route('POST', '/', handler).route('POST', '/at-once', atOnce),
      {},
      { streamWindow: 2 * WINDOW },
    );
    const session = await bench.session();
    const [unread] = upload(session, 2, '/', 4 * WINDOW);
    await settle(1000);
    const [other] = upload(session, 1, '/at-once');
    const answer = answerOf(other as ClientHttp2Stream);
    await settle(100);
    expect(other?.closed).toBe(false);
    unread?.close(NGHTTP2_CANCEL);
    expect((await answer).body).toBe(`${OF_EACH}`);
  });

  it('is given back with streams that are reset [RFC 9113 6.9]', async () => {
    const { handler, read } = slowReader();
    const bench = await H2Bench.start((server) => server.route('POST', '/', handler));
    const session = await bench.session();
    const streams = upload(session, 20);
    await settle(1000);
    for (const stream of streams) stream.close(NGHTTP2_CANCEL);
    await settle(100);
    expect(bench.server.counters().heldBodyBytes).toBe(0);
    read();
    const [answer] = await Promise.all(upload(session, 4).map(answerOf));
    expect(answer?.body).toBe(`${OF_EACH}`);
  });

  it('is refused by 503 where all connections together hold too much', async () => {
    const { handler } = slowReader();
    const limits = { heldBodyBytes: 200_000 };
    const bench = await H2Bench.start((server) => server.route('POST', '/', handler), { limits });
    const session = await bench.session();
    const statuses: number[] = [];
    for (const stream of upload(session, 10)) {
      stream.on('response', (fields) => statuses.push(Number(fields[':status'])));
    }
    await settle(500);
    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(bench.server.counters().heldBodyBytes).toBeLessThan(2 * limits.heldBodyBytes);
  });

  it('is reset where the response has begun [RFC 9113 7]', async () => {
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('begun');
      await new Promise(() => {});
    };
    const limits = { heldBodyBytes: 100_000 };
    const bench = await H2Bench.start(
      (server) =>
        server.route('POST', '/', (request) => {
          request[Symbol.asyncIterator]();
          return Response.text('').body(endless());
        }),
      { limits },
    );
    const session = await bench.session();
    const answers = upload(session, 1).map(answerOf);
    await settle(100);
    await bench.advance(2000);
    const [answer] = await Promise.all(answers);
    expect(answer).toMatchObject({ status: 200, code: NGHTTP2_ENHANCE_YOUR_CALM });
    expect(bench.server.counters()).toMatchObject({ aborted: 1, heldBodyBytes: 0 });
  });

  it('counts with what pieces cost, and too many are refused [RFC 9113 10.5]', async () => {
    const { handler } = slowReader();
    const bench = await H2Bench.start((server) => server.route('POST', '/', handler));
    const client = new RawPeer(await bench.stream());
    const head = Buffer.concat([
      field(':method', 'POST'),
      field(':scheme', 'https'),
      field(':path', '/'),
      field(':authority', 'server'),
    ]);
    await client.send(
      PREFACE,
      frame(Type.SETTINGS, 0, 0),
      frame(Type.HEADERS, END_HEADERS, 1, head),
    );
    // The body takes this much before it holds the stream.
    for (let at = 0; at < 5; at++) await client.send(frame(Type.DATA, 0, 1, Buffer.alloc(0x4000)));
    const many = Buffer.concat(
      Array.from({ length: 1000 }, () => frame(Type.DATA, 0, 1, Buffer.alloc(1))),
    );
    for (let at = 0; at < 15; at++) await client.send(many);
    expect(bench.server.counters()).toMatchObject({ rejected: 0 });
    expect(bench.server.counters().heldBodyBytes).toBeGreaterThan(15_000 * 256);
    for (let at = 0; at < 3; at++) await client.send(many);
    expect(bench.server.counters()).toMatchObject({ rejected: 1, heldBodyBytes: 0 });
  });

  it('is counted in tunnels, too', async () => {
    let read = (): void => {};
    let length = 0;
    const tunnel = (server: Server) =>
      server.connect((request) =>
        request.upgrade(new Response(200), (stream) => {
          stream.pause();
          read = () => stream.resume();
          stream.setHandler({
            handleData: (_buf, start, end) => {
              length += end - start;
            },
            handleEnd: () => stream.end(),
            handleDrain() {},
            handleClose() {},
          });
        }),
      );
    const bench = await H2Bench.start(tunnel);
    const session = await bench.session();
    const stream = session.request({ ':method': 'CONNECT', ':authority': 'far.test:443' });
    stream.on('error', () => {}).resume();
    stream.write(Buffer.alloc(OF_EACH));
    await settle(300);
    expect(bench.server.counters().heldBodyBytes).toBeGreaterThan(0x2_0000 - 1);
    read();
    await settle(300);
    expect(length).toBe(OF_EACH);
    expect(bench.server.counters().heldBodyBytes).toBe(0);
    stream.end();
  });
});
