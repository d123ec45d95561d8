import {
  ClientConnection,
  Request,
  RequestParser,
  Response,
  ResponseParser,
  ServerConnection,
} from '@netlayers/http';
import { fuzzSeed, type SeededRandom, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { mutate } from '../support/mutate.js';
import { bytes, EventLog, ListSink } from '../support/pair.js';
import { SMUGGLING_CORPUS } from '../support/smuggling-corpus.js';

const SEED = fuzzSeed(9112);

const REQUESTS = SMUGGLING_CORPUS.filter(([, text]) => text.length < 400).map(([, text]) =>
  bytes(text),
);
const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5;a="b"\r\nhello\r\n0\r\nT: u\r\n\r\n',
  'HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\n\r\nno',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\nSet-Cookie: d\r\n\r\n',
].map(bytes);

/** Reads all a parser can, in random pieces of one slab whose other bytes are a trap. */
function feed(
  random: SeededRandom,
  parser: RequestParser | ResponseParser,
  data: Uint8Array,
): void {
  const pieces = 1 + random.below(data.length + 1);
  for (let start = 0; start < data.length; start += pieces) {
    const end = Math.min(data.length, start + pieces);
    // What lies behind `end` must not be read: it would look like the end of a head.
    const slab = new Uint8Array(data.length + 8).fill(0x0a);
    slab.set(data.subarray(0, end));
    let at = start;
    for (let events = 0; ; events++) {
      const before = at;
      at = parser.read(slab, at, end);
      if (at < before || at > end) throw new Error(`went from ${before} to ${at} of ${end}`);
      if (events > data.length * 3 + 3) throw new Error('does not come to an end');
      if (parser.event === 'error') return;
      if (parser.event === 'partial') {
        if (at !== end) throw new Error('left bytes although it wants more');
        break;
      }
      if (parser.event === 'body' && (parser.bodyStart < before || parser.bodyEnd > end)) {
        throw new Error('content from outside of the input');
      }
    }
  }
  parser.finish();
}

/** Runs a case many times; the seed that failed is in the message. */
function repeat(times: number, body: (random: SeededRandom) => void): void {
  for (let n = 0; n < times; n++) {
    const seed = SEED + n;
    try {
      body(seededRandom(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).stack}`);
    }
  }
}

const pick = <T>(random: SeededRandom, list: readonly T[]): T => list[random.below(list.length)]!;

describe(`mutations from seed ${SEED}`, () => {
  it('of requests never make a parser throw or read beyond its input', () => {
    repeat(100_000, (random) =>
      feed(random, new RequestParser(), mutate(random, pick(random, REQUESTS))),
    );
  });

  it('of responses neither', () => {
    repeat(60_000, (random) => {
      const parser = new ResponseParser();
      parser.method = pick(random, ['GET', 'HEAD', 'CONNECT']);
      feed(random, parser, mutate(random, pick(random, RESPONSES)));
    });
  });

  it('read the same in one piece and in many', () => {
    repeat(15_000, (random) => {
      const data = mutate(random, pick(random, REQUESTS));
      const whole = Request.parse(data);
      const parser = new RequestParser();
      let result = 'partial';
      for (let start = 0; start < data.length && result === 'partial'; start++) {
        let at = start;
        do {
          at = parser.read(data, at, start + 1);
          if (parser.event === 'end') result = 'complete';
          if (parser.event === 'error') result = 'error';
        } while (parser.event !== 'partial' && result === 'partial');
      }
      expect(result).toBe(whole.status);
    });
  });

  it('on a server give each request one answer and one end', () => {
    repeat(15_000, (random) => {
      const sink = new ListSink();
      const log = new EventLog();
      const connection = new ServerConnection(sink, log, { heldBytes: 256, drainBytes: 64 });
      const data = mutate(random, pick(random, REQUESTS));
      const pieces = 1 + random.below(data.length + 1);
      for (let at = 0; at < data.length; at += pieces) {
        connection.handleData(data, at, Math.min(data.length, at + pieces));
        if (random.below(3) === 0) connection.pause();
        if (random.below(2) === 0) connection.resume();
        if (random.below(2) === 0 && connection.serverState === 'SEND-RESPONSE') {
          connection.sendResponse(new Response(pick(random, [200, 204, 404])).body('x'));
        }
      }
      connection.resume();
      connection.handleEnd();
      for (let n = 0; n < 50 && connection.serverState === 'SEND-RESPONSE'; n++) {
        connection.sendResponse(new Response());
      }
      if (connection.serverState === 'IDLE' && connection.canRespond)
        connection.sendResponse(new Response(400));
      expect(sink.corks).toBe(0);
      expect(sink.ended || connection.serverState === 'SWITCHED').toBe(true);
      expect(log.events.filter((event) => event.startsWith('error')).length).toBeLessThan(2);
    });
  });

  it('on a client end in an event', () => {
    repeat(10_000, (random) => {
      const sink = new ListSink();
      const log = new EventLog();
      const connection = new ClientConnection(sink, log, { heldBytes: 256 });
      connection.sendRequest(new Request(pick(random, ['GET', 'HEAD']), '/', { Host: 'a' }));
      const data = mutate(random, pick(random, RESPONSES));
      const pieces = 1 + random.below(data.length + 1);
      for (let at = 0; at < data.length; at += pieces) {
        connection.handleData(data, at, Math.min(data.length, at + pieces));
      }
      connection.handleEnd();
      expect(log.events.at(-1)).toMatch(/^(closed|error|peer end)/);
      expect(connection.canRequest).toBe(false);
    });
  });
});
