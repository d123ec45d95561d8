import { type Limits, RequestParser, RequestParsers, Response, StatusCode } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { serverEnd } from '../support/pair.js';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const ok = (): Response => new Response(StatusCode.Ok).body('hello');

/** Parsers that say how many of them are in use. */
class CountedParsers extends RequestParsers {
  inUse = 0;
  made = 0;
  readonly #seen = new Set<RequestParser>();

  override take(): RequestParser {
    const parser = super.take();
    this.inUse++;
    this.#seen.add(parser);
    this.made = this.#seen.size;
    return parser;
  }

  override give(parser: RequestParser): void {
    this.inUse--;
    super.give(parser);
  }
}

const ends = (count: number, limits: Partial<Limits> = {}) => {
  const parsers = new CountedParsers({ limits });
  return { parsers, ends: Array.from({ length: count }, () => serverEnd({ parsers })) };
};

/** The targets that an end has been asked for. */
const targetsOf = ({ log }: ReturnType<typeof serverEnd>): string[] =>
  log.requests.map(({ target }) => target);

describe('connections that share parsers', () => {
  it('hold none while they wait for a request', () => {
    const { parsers, ends: all } = ends(5);
    for (const { receives, connection } of all) {
      receives(get('/a'));
      connection.sendResponse(ok());
    }
    expect(parsers).toMatchObject({ inUse: 0, made: 1 });
    expect(all.every(({ connection }) => connection.isIdle)).toBe(true);
  });

  it('hold none while a response is made for a request that is read', () => {
    const {
      parsers,
      ends: [end],
    } = ends(1);
    end!.receives(get('/a'));
    expect(parsers.inUse).toBe(0);
    expect(end!.connection.sendResponse(ok())).toBe('complete');
    end!.receives(get('/b'));
    expect(end!.connection.sendResponse(ok())).toBe('complete');
    expect(targetsOf(end!)).toEqual(['/a', '/b']);
  });

  it('keep what has begun to come to themselves, be it one octet of it', () => {
    for (const cut of [1, 2, 9, 16, 30]) {
      const {
        ends: [slow, other],
      } = ends(2);
      const request = `\r\n${get('/slow')}`;
      slow!.receives(request.slice(0, cut));
      other!.receives(get('/other'));
      other!.connection.sendResponse(ok());
      slow!.receives(request.slice(cut));
      expect(targetsOf(slow!)).toEqual(['/slow']);
      expect(targetsOf(other!)).toEqual(['/other']);
    }
  });

  it('count empty lines each for itself (RFC 9112, 2.2)', () => {
    const {
      ends: [first, second],
    } = ends(2, { emptyLines: 5 });
    for (let line = 0; line < 4; line++) {
      first!.receives('\r\n');
      second!.receives('\r\n');
    }
    second!.receives(get('/b'));
    expect(targetsOf(second!)).toEqual(['/b']);
  });

  it('never lend one that stopped inside of a request', () => {
    const {
      parsers,
      ends: [broken, other],
    } = ends(2);
    broken!.receives('GET / HTTP/1.1\r\nHost : a\r\n\r\n');
    expect(parsers.inUse).toBe(1);
    other!.receives(get('/other'));
    other!.connection.sendResponse(ok());
    expect(targetsOf(other!)).toEqual(['/other']);
    expect(parsers.made).toBe(2);
  });
});

describe('parsers at rest', () => {
  it('are those that have read nothing since the last request', () => {
    const parser = new RequestParser();
    const feed = (text: string): void => {
      const buf = new TextEncoder().encode(text);
      for (let at = 0; at < buf.length; ) at = parser.read(buf, at, buf.length);
    };
    expect(parser.isAtRest).toBe(true);
    feed('\r');
    expect(parser.isAtRest).toBe(false);
    feed('\n');
    expect(parser.isAtRest).toBe(false);
    feed(get('/'));
    expect(parser.isAtRest).toBe(false);
    parser.read(new Uint8Array(0), 0, 0);
    expect(parser.event).toBe('end');
    expect(parser.isAtRest).toBe(true);
  });
});
