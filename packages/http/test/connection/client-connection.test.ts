import { Headers, Request } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { bytes, clientEnd, EventLog } from '../support/pair.js';

const get = (): Request => new Request('GET', '/', { Host: 'a' });
const STREAM = { async *[Symbol.asyncIterator]() {} };
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('a request', () => {
  it('has Host first and leaves in one write', () => {
    const { connection, sink } = clientEnd();
    const request = new Request('POST', '/x?y', { Accept: '*/*' })
      .header('Host', 'example.com:81')
      .body('hello');
    expect(connection.sendRequest(request)).toBe('complete');
    expect(sink.writes).toEqual([
      'POST /x?y HTTP/1.1\r\nHost: example.com:81\r\nAccept: */*\r\nContent-Length: 5\r\n\r\nhello',
    ]);
  });

  it.each([
    [
      'GET has no length',
      new Request('GET', '/', { Host: 'a' }),
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    [
      'POST says that there is no content',
      new Request('POST', '/', { Host: 'a' }),
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'an empty Host is sent',
      new Request('GET', '/', { Host: '' }),
      'GET / HTTP/1.1\r\nHost: \r\n\r\n',
    ],
    [
      'TE is a connection option',
      new Request('GET', '/', { Host: 'a', TE: 'trailers' }),
      'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n',
    ],
    [
      'Upgrade is a connection option',
      new Request('GET', '/', { Host: 'a', Upgrade: 'x', Connection: 'upgrade' }),
      'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
  ])('%s', (_, request, expected) => {
    const { connection, sink } = clientEnd();
    connection.sendRequest(request);
    expect(sink.text).toBe(expected);
  });

  it('of unknown length goes out in chunks, with trailers', () => {
    const { connection, sink } = clientEnd();
    expect(connection.sendRequest(new Request('PUT', '/', { Host: 'a' }).body(STREAM))).toBe(
      'open',
    );
    connection.sendBody(bytes('abc'));
    connection.endBody(new Headers({ 'X-Sum': '1' }));
    expect(sink.text).toBe(
      'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n',
    );
  });

  it('may carry trailers behind content in memory, or behind none', () => {
    const { connection, sink } = clientEnd();
    const request = new Request('PUT', '/', { Host: 'a' }).body('abc');
    request.trailers = new Headers({ 'X-Sum': '1' });
    connection.sendRequest(request);
    expect(sink.text).toContain(
      'Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n',
    );
  });

  it.each([
    ['missing-host', new Request('GET', '/')],
    ['invalid-header-value', new Request('GET', '/', { Host: 'a b' })],
    [
      'invalid-header-value',
      new Request('GET', '/', [
        ['Host', 'a'],
        ['Host', 'a'],
      ]),
    ],
    ['invalid-framing', new Request('PUT', '/', { Host: 'a', 'Content-Length': '4' }).body('abc')],
    [
      'invalid-framing',
      new Request('PUT', '/', {
        Host: 'a',
        'Content-Length': '3',
        'Transfer-Encoding': 'chunked',
      }).body('abc'),
    ],
    [
      'invalid-framing',
      new Request('PUT', '/', { Host: 'a', 'Transfer-Encoding': 'gzip' }).body('abc'),
    ],
    ['invalid-framing', new Request('GET', '/', { Host: 'a', Expect: '100-continue' })],
    ['invalid-framing', new Request('CONNECT', 'a:1', { Host: 'a' }).body('x')],
    ['invalid-framing', new Request('TRACE', '/', { Host: 'a' }).body('x')],
  ])('is refused as %s, and nothing is sent', (code, request) => {
    const { connection, sink } = clientEnd();
    expect(() => connection.sendRequest(request)).toThrow(
      expect.objectContaining({ side: 'local', code }),
    );
    expect(sink.text).toBe('');
    expect(connection.canRequest).toBe(true);
  });

  it('in chunks is not sent to a server that may not know them', () => {
    const { connection } = clientEnd({ chunks: false });
    const request = new Request('PUT', '/', { Host: 'a' }).body(STREAM);
    expect(() => connection.sendRequest(request)).toThrow(
      expect.objectContaining({ code: 'invalid-framing' }),
    );
  });

  it('waits for the one before', () => {
    const { connection, receives } = clientEnd();
    connection.sendRequest(get());
    expect(() => connection.sendRequest(get())).toThrow(
      expect.objectContaining({ code: 'wrong-state' }),
    );
    receives(OK);
    connection.sendRequest(get());
  });
});

describe('a response', () => {
  it('comes as events, whatever the pieces', () => {
    for (const pieces of [1, 3, 1000]) {
      const { connection, receives, log } = clientEnd();
      connection.sendRequest(get());
      receives(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`, pieces);
      expect(log.events).toEqual(['interim 103', 'response 200', 'body ok', 'end', 'next']);
      expect(connection.canRequest).toBe(true);
    }
  });

  it('to HEAD, 204 and 304 have no content', () => {
    for (const [method, head] of [
      ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
      ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
      ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
    ] as const) {
      const { connection, receives, log } = clientEnd();
      connection.sendRequest(new Request(method, '/', { Host: 'a' }));
      receives(head);
      expect(log.events.slice(1)).toEqual(['end', 'next']);
    }
  });

  it('without a length ends with the connection', () => {
    const { connection, receives, log, sink } = clientEnd();
    connection.sendRequest(get());
    receives('HTTP/1.1 200 OK\r\n\r\nsome');
    receives(' more');
    connection.handleEnd();
    expect(log.events).toEqual(['response 200', 'body some more', 'end', 'closed']);
    expect(sink.ended).toBe(true);
  });

  it.each([
    ['before it', '', 'error closed 502'],
    ['in its head', 'HTTP/1.1 2', 'error incomplete 502'],
    ['in its content', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab', 'error incomplete 502'],
    [
      'in its chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      'error incomplete 502',
    ],
  ])('that is cut off %s is an error', (_, text, event) => {
    const { connection, receives, log } = clientEnd();
    connection.sendRequest(get());
    receives(text);
    connection.handleEnd();
    expect(log.events.at(-1)).toBe(event);
    expect(connection.canRequest).toBe(false);
  });

  it.each([
    ['HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', 'closed'],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', 'closed'],
    ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n', 'next'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'next'],
  ])('decides whether the connection persists: %j', (text, event) => {
    const { connection, receives, log } = clientEnd();
    connection.sendRequest(get());
    receives(text);
    expect(log.events.at(-1)).toBe(event);
  });

  it('to a request that said close ends the connection', () => {
    const { connection, receives, log, sink } = clientEnd();
    connection.sendRequest(get().header('Connection', 'close'));
    receives(OK);
    expect(log.events.at(-1)).toBe('closed');
    expect(sink.ended).toBe(true);
  });

  it('of 1.0 ends the knowledge that chunks are understood', () => {
    const { connection, receives } = clientEnd();
    connection.sendRequest(get());
    receives('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n');
    expect(() =>
      connection.sendRequest(new Request('PUT', '/', { Host: 'a' }).body(STREAM)),
    ).toThrow(/1\.0/);
  });

  it('before the request is over waits for it, or ends it', () => {
    const waiting = clientEnd();
    waiting.connection.sendRequest(new Request('PUT', '/', { Host: 'a' }).body(STREAM));
    waiting.receives(OK);
    expect(waiting.log.events).toEqual(['response 200', 'body ok', 'end']);
    waiting.connection.sendBody(bytes('x'));
    waiting.connection.endBody();
    expect(waiting.log.events.at(-1)).toBe('next');

    const ended = clientEnd();
    ended.connection.sendRequest(new Request('PUT', '/', { Host: 'a' }).body(STREAM));
    ended.receives(
      'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
    expect(ended.log.events.at(-1)).toBe('closed');
    expect(() => ended.connection.sendBody(bytes('x'))).toThrow(
      expect.objectContaining({ code: 'wrong-state' }),
    );
  });
});

describe('Expect: 100-continue', () => {
  const put = (): Request =>
    new Request('PUT', '/', { Host: 'a', Expect: '100-continue' }).body('hello');

  it('holds the content back until 100 comes, or patience ends', () => {
    const { connection, receives, sink, log } = clientEnd();
    expect(connection.sendRequest(put())).toBe('open');
    expect(connection.awaitsContinue).toBe(true);
    expect(sink.take()).toBe(
      'PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
    );
    receives('HTTP/1.1 100 Continue\r\n\r\n');
    expect(connection.awaitsContinue).toBe(false);
    connection.sendBody(bytes('hello'));
    connection.endBody();
    receives(OK);
    expect(log.events.at(-1)).toBe('next');
  });

  it('ends the connection when the final response comes instead', () => {
    const { connection, receives, log } = clientEnd();
    connection.sendRequest(put());
    receives('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n');
    expect(log.events).toEqual(['response 417', 'end', 'closed']);
  });
});

describe('bytes that belong to no request (RFC 9112, 9.2)', () => {
  it('end an idle connection, but line ends do not', () => {
    const { connection, receives, log } = clientEnd();
    connection.sendRequest(get());
    receives(`${OK}\r\n`);
    expect(log.events.at(-1)).toBe('next');
    receives('\r\n');
    expect(connection.canRequest).toBe(true);
    receives('H');
    expect(log.events.at(-1)).toBe('error unexpected-data 502');
    expect(connection.canRequest).toBe(false);
  });

  it('behind a response are never the next one', () => {
    const { connection, receives, log } = clientEnd();
    connection.sendRequest(get());
    receives(`${OK}${OK}`);
    expect(log.events).toEqual(['response 200', 'body ok', 'end', 'closed']);
    expect(connection.canRequest).toBe(false);
  });
});

describe('leaving HTTP', () => {
  const upgrade = (): Request =>
    new Request('GET', '/', { Host: 'a', Connection: 'Upgrade', Upgrade: 'websocket' });

  it('by 101 hands over what came behind it', () => {
    const { connection, receives, log } = clientEnd();
    connection.sendRequest(upgrade());
    receives(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x01',
    );
    receives('\x02');
    expect(log.events).toEqual(['response 101']);
    expect(connection.clientState).toBe('SWITCHED');
    expect([...connection.takeRemaining()]).toEqual([1, 2]);
  });

  it('by a tunnel ignores what frames the response (RFC 9110, 9.3.6)', () => {
    const { connection, receives } = clientEnd();
    connection.sendRequest(new Request('CONNECT', 'a:443', { Host: 'a:443' }));
    receives('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nTLS');
    expect([...connection.takeRemaining()]).toEqual([...bytes('TLS')]);
  });

  it('is refused when it was not asked for', () => {
    const { connection, receives, log } = clientEnd();
    connection.sendRequest(get());
    receives('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n');
    expect(log.events).toEqual(['error unexpected-switch 502']);
  });
});

describe('pause', () => {
  it('holds events back, from inside one too', () => {
    const { connection, receives, log, sink } = clientEnd({ heldBytes: 3 });
    connection.sendRequest(get());
    connection.pause();
    receives(OK);
    expect(log.events).toEqual([]);
    expect(sink.paused).toBe(true);
    connection.handleEnd();
    connection.resume();
    expect(log.events).toEqual(['response 200', 'body ok', 'end', 'next', 'peer end']);
    expect(sink.paused).toBe(false);
  });

  it('at the last piece of a body leaves its end for later', () => {
    class Pausing extends EventLog {
      connection: { pause(): void } | null = null;
      override handleBody(buf: Uint8Array, start: number, end: number): void {
        super.handleBody(buf, start, end);
        this.connection?.pause();
      }
    }
    for (const ends of [false, true]) {
      const log = new Pausing();
      const { connection, receives } = clientEnd({}, log);
      log.connection = connection;
      connection.sendRequest(get());
      receives(OK);
      if (ends) connection.handleEnd();
      expect(log.take()).toEqual(['response 200', 'body ok']);
      connection.resume();
      expect(log.take()).toEqual(ends ? ['end', 'next', 'peer end'] : ['end', 'next']);
    }
  });
});
