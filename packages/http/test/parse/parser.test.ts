import {
  DEFAULT_LIMITS,
  type Limits,
  Request,
  RequestParser,
  Response,
  ResponseParser,
} from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { bytes, textOf } from '../support/pair.js';

const REQUESTS = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  '\r\n\r\nGET /x?y=z HTTP/1.0\r\n\r\n',
  'POST /p HTTP/1.1\r\nHost: a:1\r\nContent-Length: 11\r\nX:  spaced out \t\r\n\r\nhello world',
  'POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x="y z"\r\nhello\r\n06\r\n world\r\n0\r\nT: 1\r\nu: \r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n!',
];

/** Everything a parser tells of one message that comes in these pieces. */
function told(parser: RequestParser | ResponseParser, pieces: readonly Uint8Array[]): unknown[] {
  const events: unknown[] = [];
  let body = '';
  for (const buf of pieces) {
    let at = 0;
    for (;;) {
      at = parser.read(buf, at, buf.length);
      if (parser.event === 'partial') break;
      if (parser.event === 'head') {
        const { headers, ...rest } = parser.head!;
        events.push({ ...rest }, [...headers]);
      } else if (parser.event === 'body') {
        body += textOf(buf, parser.bodyStart, parser.bodyEnd);
      } else if (parser.event === 'end') {
        events.push(body, parser.trailers === null ? null : [...parser.trailers]);
        break;
      } else {
        events.push(parser.error);
        break;
      }
    }
    if (parser.event !== 'partial') break;
  }
  return events;
}

describe('a request in pieces', () => {
  it.each(REQUESTS)('split at every byte reads as the whole: %j', (text) => {
    const buf = bytes(text);
    const whole = told(new RequestParser(), [buf]);
    expect(whole).toHaveLength(4);
    for (let cut = 0; cut <= buf.length; cut++) {
      expect(told(new RequestParser(), [buf.slice(0, cut), buf.slice(cut)])).toEqual(whole);
    }
    expect(
      told(
        new RequestParser(),
        Array.from(buf, (byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(whole);
    for (let cut = 0; cut < buf.length; cut++) {
      expect(Request.parse(buf.subarray(0, cut)).status).toBe('partial');
    }
    const parsed = Request.parse(bytes(`${text}GET`));
    expect(parsed).toMatchObject({ status: 'complete', consumed: buf.length });
  });

  it('costs time linear in its length', () => {
    // A request of 16 KB in bytes: a parser that starts over would look at 130 million of them.
    const text = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(16_000)}\r\n\r\n`;
    let looked = 0;
    const watched = new Proxy(bytes(text), {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looked++;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const parser = new RequestParser();
    for (let at = 0; at < text.length; at++) parser.read(watched, at, at + 1);
    expect(parser.event).toBe('head');
    expect(looked).toBeLessThan(text.length * 3);
  });

  it('follows others in the same bytes', () => {
    const buf = bytes(REQUESTS.join(''));
    const parser = new RequestParser();
    const targets: string[] = [];
    let at = 0;
    for (let events = 0; events < 100; events++) {
      at = parser.read(buf, at, buf.length);
      if (parser.event === 'head') targets.push(parser.head?.target ?? '');
      if (parser.event === 'partial') break;
    }
    expect(targets).toEqual(['/', '/x?y=z', '/p', '/p', '*']);
    expect(at).toBe(buf.length);
  });

  it('is read in place, between the offsets and nowhere else', () => {
    const text = REQUESTS[2]!;
    const slab = bytes(`\0\0\0${text}\0\0\0`);
    const parser = new RequestParser();
    let at = parser.read(slab, 3, 3 + text.length);
    at = parser.read(slab, at, 3 + text.length);
    expect(textOf(slab, parser.bodyStart, parser.bodyEnd)).toBe('hello world');
    at = parser.read(slab, at, 3 + text.length);
    expect([parser.event, at]).toEqual(['end', 3 + text.length]);
  });
});

describe('limits', () => {
  const parse = (text: string, limits: Partial<Limits>): string | number => {
    const buf = bytes(text);
    const results = [1, 5, text.length].map((pieces) => {
      const parts: Uint8Array[] = [];
      for (let at = 0; at < buf.length; at += pieces) parts.push(buf.subarray(at, at + pieces));
      return JSON.stringify(told(new RequestParser({ limits }), parts).at(-1));
    });
    expect(new Set(results).size).toBe(1);
    const parsed = Request.parse(buf, { limits });
    return parsed.status === 'error' ? parsed.statusCode : parsed.status;
  };
  const fields = 'Host: a\r\nX: y\r\n\r\n';
  const trailed =
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;ab\r\nX: y\r\n\r\n';

  it.each([
    ['startLine', 14, `GET / HTTP/1.1\r\n${fields}`, 414],
    ['headerSection', fields.length, `GET / HTTP/1.1\r\n${fields}`, 431],
    ['fieldCount', 2, `GET / HTTP/1.1\r\n${fields}`, 431],
    ['trailerSection', 8, trailed, 431],
    ['chunkExtensions', 3, trailed, 413],
    ['emptyLines', 2, `\r\n\r\nGET / HTTP/1.1\r\n${fields}`, 400],
  ] as const)('%s lets %d pass and no more', (name, limit, text, status) => {
    expect(parse(text, { [name]: limit })).toBe('complete');
    expect(parse(text, { [name]: limit - 1 })).toBe(status);
  });

  it('bound what is copied of a head that comes in parts', () => {
    const parser = new RequestParser();
    const first = bytes('GET / HTTP/1.1\r\nX: ');
    parser.read(first, 0, first.length);
    const flood = new Uint8Array(1 << 20).fill(0x79);
    let copied = 0;
    flood.subarray = (start = 0, end = 0) => {
      copied += end - start;
      return flood.slice(start, end);
    };
    parser.read(flood, 0, flood.length);
    expect(parser.error).toBe('header-section-too-large');
    expect(copied).toBeLessThan(40_000);
  });

  it('hold by default as documented', () => {
    expect(DEFAULT_LIMITS).toEqual({
      startLine: 8192,
      headerSection: 16384,
      fieldCount: 100,
      trailerSection: 8192,
      chunkExtensions: 16384,
      emptyLines: 4,
    });
    const line = (length: number): string =>
      `GET /${'x'.repeat(length - 16)} HTTP/1.1\r\nHost: a\r\n\r\n`;
    // RFC 9112, 3: at least 8000
    expect(parse(line(8000), {})).toBe('complete');
  });
});

describe('heads of requests', () => {
  const head = (text: string) => {
    const parser = new RequestParser();
    parser.read(bytes(text), 0, text.length);
    return parser.head;
  };

  it.each([
    ['1.1', '', true],
    ['1.1', 'Connection: close\r\n', false],
    ['1.1', 'Connection: x\r\nconnection: Close\r\n', false],
    ['1.1', 'Connection: keep-alive, close\r\n', false],
    ['1.1', 'Connection: closed\r\n', true],
    ['1.0', '', false],
    ['1.0', 'Connection: Keep-Alive\r\n', true],
    ['1.0', 'Connection: x, keep-alive\r\n', true],
    ['1.9', '', true],
  ])('version %s with %j: keepAlive is %s', (version, fields, keepAlive) => {
    expect(head(`GET / HTTP/${version}\r\nHost: a\r\n${fields}\r\n`)?.keepAlive).toBe(keepAlive);
  });

  it('know methods of any name', () => {
    for (const method of ['GET', 'GETS', 'PUT', 'M-SEARCH', 'get', "!#$%&'*+-.^_`|~"]) {
      expect(head(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`)?.method).toBe(method);
    }
  });
});

describe('responses', () => {
  const parse = (text: string, options?: Parameters<typeof Response.parse>[1]) => {
    const parsed = Response.parse(bytes(text), options);
    if (parsed.status !== 'complete') return parsed;
    const { message, consumed } = parsed;
    const content = message.content === null ? null : textOf(message.content as Uint8Array);
    return {
      status: message.status,
      reason: message.reason,
      content,
      left: text.length - consumed,
    };
  };

  it.each([
    [
      'with a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokX',
      {},
      { content: 'ok', left: 1 },
    ],
    [
      'with an equal repeated length',
      'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\nContent-Length: 2\r\n\r\nok',
      {},
      { content: 'ok' },
    ],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
      {},
      { content: 'ok' },
    ],
    ['until the close', 'HTTP/1.1 200 OK\r\n\r\nok', { ended: true }, { content: 'ok' }],
    ['until the close, empty', 'HTTP/1.1 200 OK\r\n\r\n', { ended: true }, { content: null }],
    [
      'to HEAD',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nX',
      { method: 'HEAD' },
      { content: null, left: 1 },
    ],
    [
      'to HEAD in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nX',
      { method: 'HEAD' },
      { left: 1 },
    ],
    [
      'to CONNECT',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nX',
      { method: 'CONNECT' },
      { left: 1 },
    ],
    [
      'to a CONNECT that failed',
      'HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nok',
      { method: 'CONNECT' },
      { content: 'ok' },
    ],
    ['100', 'HTTP/1.1 100 Continue\r\n\r\nX', {}, { status: 100, left: 1 }],
    [
      '204 with a length',
      'HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nX',
      {},
      { content: null, left: 1 },
    ],
    [
      '304 with a length',
      'HTTP/1.1 304 No\r\nContent-Length: 2\r\n\r\nX',
      {},
      { content: null, left: 1 },
    ],
    ['without a reason', 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n', {}, { reason: '' }],
    [
      'without a reason and its space',
      'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
      {},
      { reason: '' },
    ],
    [
      'with a reason in ISO 8859-1',
      'HTTP/1.1 200 \xfc b\r\nContent-Length: 0\r\n\r\n',
      {},
      { reason: '\xfc b' },
    ],
    ['with an unknown status', 'HTTP/1.1 799 x\r\nContent-Length: 0\r\n\r\n', {}, { status: 799 }],
    [
      'behind an empty line',
      '\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      {},
      { status: 200 },
    ],
  ] as const)('%s', (_, text, options, expected) => {
    expect(parse(text, options)).toMatchObject(expected);
  });

  it.each([
    ['both framings', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['TE in 1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['another transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    [
      'a transfer coding but chunked at the end',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
    ],
    ['different lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['an invalid length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['a two-digit status', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a four-digit status', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['status 099', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['a status in letters', 'HTTP/1.1 2OO OK\r\n\r\n'],
    ['version 2', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['two spaces', 'HTTP/1.1  200 OK\r\n\r\n'],
    ['a request', 'GET / HTTP/1.1\r\n\r\n'],
    ['Shoutcast', 'ICY 200 OK\r\n\r\n'],
    ['a bare LF', 'HTTP/1.1 200 OK\nX: y\r\n\r\n'],
    ['a bare CR in a value', 'HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n'],
    ['a folded first line', 'HTTP/1.1 200 OK\r\n X: a\r\n\r\n'],
  ])('are refused: %s', (_, text) => {
    expect(parse(text)).toMatchObject({ status: 'error', statusCode: 502 });
  });

  it('that are cut off are incomplete, not partial, once the connection has ended', () => {
    for (const text of ['HTTP/1.1 2', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no']) {
      expect(parse(text)).toEqual({ status: 'partial' });
      expect(parse(text, { ended: true })).toMatchObject({
        status: 'error',
        reason: expect.stringContaining('ended'),
      });
    }
    expect(parse('', { ended: true })).toEqual({ status: 'partial' });
  });

  it('may fold lines: a user agent takes each fold as a space (RFC 9112, 5.2)', () => {
    const text =
      'HTTP/1.1 200 OK\r\nX: a \r\n\t b\r\nContent-Length:\r\n 2\r\nY: c\r\n d\r\n  e\r\nZ: f\r\n \r\n\t\r\n\r\nok';
    const buf = bytes(text);
    const expected = [
      ['X', 'a b'],
      ['Content-Length', '2'],
      ['Y', 'c d e'],
      ['Z', 'f'],
    ];
    for (let cut = 0; cut < text.length; cut++) {
      const events = told(new ResponseParser(), [buf.slice(0, cut), buf.slice(cut)]);
      expect(events[1]).toEqual(expected);
      expect(events[2]).toBe('ok');
    }
  });

  it('keep their trailers apart and drop those that may not be there', () => {
    const text =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1\r\nContent-Length: 5\r\nSet-Cookie: a\r\nx: 2\r\n\r\n';
    const parsed = Response.parse(bytes(text));
    if (parsed.status !== 'complete') throw new Error(parsed.status);
    expect([...(parsed.message.trailers ?? [])]).toEqual([
      ['X', '1'],
      ['x', '2'],
    ]);
    expect(parsed.message.headers.has('X')).toBe(false);
    const none = Response.parse(bytes(text.replace('X: 1\r\n', '').replace('x: 2\r\n', '')));
    expect(none.status === 'complete' && none.message.trailers).toBeNull();
  });
});

describe('a decoder of the host', () => {
  it('is used for heads', () => {
    let calls = 0;
    const decodeText = (buf: Uint8Array, start: number, end: number): string => {
      calls++;
      return textOf(buf, start, end);
    };
    expect(Request.parse(bytes(REQUESTS[0]!), { decodeText }).status).toBe('complete');
    expect(calls).toBe(1);
  });
});
