import { HeadDefaults, Headers, HttpProtocolError, Response, StatusCode } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { bytes, EventLog, serverEnd } from '../support/pair.js';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const quiet = { defaults: new HeadDefaults({ server: null }) };
const ok = (text = 'hello'): Response => new Response(StatusCode.Ok).body(text);

describe('a response', () => {
  it('leaves with its content in one write', () => {
    const { connection, sink, receives } = serverEnd({
      defaults: new HeadDefaults({ date: 'Sun, 06 Nov 1994 08:49:37 GMT' }),
    });
    receives(GET);
    expect(connection.sendResponse(Response.json({ a: 1 }))).toBe('complete');
    expect(sink.writes).toEqual([
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n' +
        'Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: netlayers\r\nConnection: keep-alive\r\n' +
        'Content-Length: 7\r\n\r\n{"a":1}',
    ]);
  });

  it('may replace every default', () => {
    const { connection, sink, receives } = serverEnd({
      defaults: new HeadDefaults({ date: 'Sun, 06 Nov 1994 08:49:37 GMT' }),
    });
    receives(GET);
    connection.sendResponse(
      ok()
        .header('date', 'x')
        .header('SERVER', 'y')
        .header('connection', 'close')
        .header('content-length', '5'),
    );
    expect(sink.text).toBe(
      'HTTP/1.1 200 OK\r\ndate: x\r\nSERVER: y\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello',
    );
    expect(sink.ended).toBe(true);
  });

  it.each([
    [
      '204 has no length and no content',
      'GET',
      204,
      'HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n',
    ],
    [
      '304 has no content and no invented length',
      'GET',
      304,
      'HTTP/1.1 304 Not Modified\r\nConnection: keep-alive\r\n\r\n',
    ],
    [
      '205 says that there is none',
      'GET',
      205,
      'HTTP/1.1 205 Reset Content\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'HEAD has the length of what is left out',
      'HEAD',
      200,
      'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n',
    ],
  ])('%s', (_, method, status, expected) => {
    const { connection, sink, receives, log } = serverEnd(quiet);
    receives(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(connection.sendResponse(new Response(status).body('hello'))).toBe('complete');
    expect(sink.text).toBe(expected);
    expect(log.events.at(-1)).toBe('next');
  });

  it('of unknown length is sent in chunks to 1.1 and until the close to 1.0', () => {
    const stream = { async *[Symbol.asyncIterator]() {} };
    const newer = serverEnd(quiet);
    newer.receives(GET);
    expect(newer.connection.sendResponse(new Response().body(stream))).toBe('open');
    newer.connection.sendBody(bytes('hello'));
    newer.connection.sendBody(bytes(''));
    newer.connection.sendBody(bytes('x'.repeat(20)));
    newer.connection.endBody(new Headers({ 'X-Sum': '1' }));
    expect(newer.sink.text).toBe(
      'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n' +
        `5\r\nhello\r\n14\r\n${'x'.repeat(20)}\r\n0\r\nX-Sum: 1\r\n\r\n`,
    );
    expect(newer.sink.ended).toBe(false);

    const older = serverEnd(quiet);
    older.receives('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    older.connection.sendResponse(new Response().body(stream));
    older.connection.sendBody(bytes('hello'));
    older.connection.endBody();
    expect(older.sink.text).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello');
    expect(older.sink.ended).toBe(true);
  });

  it('writes a large chunk where it lies, corked', () => {
    const { connection, sink, receives } = serverEnd(quiet);
    receives(GET);
    connection.sendResponse(new Response().body({ async *[Symbol.asyncIterator]() {} }));
    sink.take();
    connection.sendBody(bytes('y'.repeat(20_000)));
    expect(sink.writes.map((write) => write.length)).toEqual([6, 20_000, 2]);
    expect(sink.corks).toBe(0);
  });

  it('has no room where a large chunk was not taken, though the end of its line was', () => {
    const { connection, sink, receives } = serverEnd(quiet);
    receives(GET);
    connection.sendResponse(new Response().body({ async *[Symbol.asyncIterator]() {} }));
    sink.write = (_buf, start = 0, end = 0) => end - start < 100;
    expect(connection.sendBody(bytes('y'.repeat(20_000)), 0, 20_000, 'until-drain')).toBe(false);
    expect(connection.sendBody(bytes('y'.repeat(10)))).toBe(true);
  });

  it('keeps to its own Content-Length', () => {
    const { connection, sink, receives } = serverEnd(quiet);
    receives(GET);
    const stream = { async *[Symbol.asyncIterator]() {} };
    connection.sendResponse(new Response().header('Content-Length', '3').body(stream));
    sink.take();
    expect(() => connection.sendBody(bytes('four'))).toThrow(HttpProtocolError);
    connection.sendBody(bytes('ab'));
    expect(() => connection.endBody()).toThrow(/shorter/);
    expect(connection.serverState).toBe('ERROR');
    expect(sink.text).toBe('ab');
  });

  it.each([
    ['a Content-Length that is false', () => ok().header('Content-Length', '4')],
    ['a Content-Length that is none', () => ok().header('Content-Length', '+5')],
    [
      'both framings',
      () => ok().header('Content-Length', '5').header('Transfer-Encoding', 'chunked'),
    ],
    ['an unknown transfer coding', () => ok().header('Transfer-Encoding', 'gzip, chunked')],
  ])('is refused with %s, and nothing is sent', (_, make) => {
    const { connection, sink, receives } = serverEnd(quiet);
    receives(GET);
    expect(() => connection.sendResponse(make())).toThrow(
      expect.objectContaining({ side: 'local', code: 'invalid-framing' }),
    );
    expect(sink.text).toBe('');
    expect(connection.sendResponse(ok())).toBe('complete');
  });

  it('with a forbidden trailer is refused before a byte is sent', () => {
    const { connection, sink, receives } = serverEnd(quiet);
    receives(GET);
    const response = ok();
    response.trailers = new Headers({ 'Content-Length': '5' });
    expect(() => connection.sendResponse(response)).toThrow(
      expect.objectContaining({ code: 'invalid-trailer' }),
    );
    expect(sink.text).toBe('');
    connection.sendResponse(new Response().body({ async *[Symbol.asyncIterator]() {} }));
    expect(() => connection.endBody(response.trailers)).toThrow(
      expect.objectContaining({ code: 'invalid-trailer' }),
    );
    connection.endBody();
    expect(sink.text).toMatch(/0\r\n\r\n$/);
  });

  it('cannot be sent twice', () => {
    const log = new EventLog();
    const { connection, receives } = serverEnd(quiet, log);
    receives('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n');
    connection.sendResponse(ok());
    expect(() => connection.sendResponse(ok())).toThrow(
      expect.objectContaining({ code: 'wrong-state' }),
    );
    expect(() => connection.sendBody(bytes('x'))).toThrow(
      expect.objectContaining({ code: 'wrong-state' }),
    );
  });

  it('tells the sink to be full', () => {
    const { connection, sink, receives } = serverEnd(quiet);
    receives(GET);
    connection.sendResponse(new Response().body({ async *[Symbol.asyncIterator]() {} }));
    sink.goOn = false;
    expect(connection.sendBody(bytes('x'))).toBe(false);
  });

  it('with an interim one before it', () => {
    const { connection, sink, receives } = serverEnd(quiet);
    receives(GET);
    connection.sendInterim(new Response(103).header('Link', '</a.css>'));
    expect(sink.take()).toBe('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n');
    connection.sendResponse(ok());
    expect(() => connection.sendInterim(new Response(103))).toThrow(/wrong|no "interim"/);
    const older = serverEnd(quiet);
    older.receives('GET / HTTP/1.0\r\n\r\n');
    older.connection.sendInterim(new Response(103));
    expect(older.sink.text).toBe('');
  });
});

describe('persistence (RFC 9112, 9.3)', () => {
  it.each([
    ['1.1', '', true, 'keep-alive'],
    ['1.1', 'close', false, 'close'],
    ['1.1', 'foo, CLOSE', false, 'close'],
    ['1.0', '', false, 'close'],
    ['1.0', 'Keep-Alive', true, 'keep-alive'],
    ['1.0', 'keep-alive, close', false, 'close'],
  ])('%s with "%s"', (version, option, persists, said) => {
    const { connection, sink, receives, log } = serverEnd(quiet);
    const line = option === '' ? '' : `Connection: ${option}\r\n`;
    receives(`GET / HTTP/${version}\r\nHost: a\r\n${line}\r\n`);
    connection.sendResponse(ok());
    expect(sink.text).toContain(`\r\nConnection: ${said}\r\n`);
    expect(sink.ended).toBe(!persists);
    expect(log.events.at(-1)).toBe(persists ? 'next' : 'closed');
  });

  it('closes on request, at once when idle', () => {
    const idle = serverEnd(quiet);
    idle.connection.closeAfterResponse();
    expect(idle.sink.ended).toBe(true);

    const busy = serverEnd(quiet);
    busy.receives(GET + GET);
    busy.connection.closeAfterResponse();
    expect(busy.sink.ended).toBe(false);
    busy.connection.sendResponse(ok());
    expect(busy.sink.text).toContain('Connection: close');
    expect(busy.sink.ended).toBe(true);
    expect(busy.log.requests).toHaveLength(1);

    const later = serverEnd(quiet);
    later.receives(GET);
    const stream = { async *[Symbol.asyncIterator]() {} };
    later.connection.sendResponse(new Response().body(stream));
    later.connection.closeAfterResponse();
    expect(later.sink.ended).toBe(false);
    later.connection.endBody();
    expect(later.sink.ended).toBe(true);
  });

  it('ignores what comes behind the last exchange', () => {
    const { connection, receives, log } = serverEnd(quiet);
    receives('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    connection.sendResponse(ok());
    log.take();
    receives(GET);
    connection.handleEnd();
    expect(log.events).toEqual([]);
  });
});

describe('pipelining (RFC 9112, 9.3.2)', () => {
  const ten = Array.from({ length: 10 }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`).join(
    '',
  );

  it('answers ten requests in order, from inside the events', () => {
    class Answering extends EventLog {
      connection: { sendResponse(response: Response): unknown } | null = null;
      override handleRequest(head: Parameters<EventLog['handleRequest']>[0]): void {
        super.handleRequest(head);
        this.connection?.sendResponse(new Response().body(head.target));
      }
    }
    for (const pieces of [1, 7, 1000]) {
      const log = new Answering();
      const { connection, sink, receives } = serverEnd(quiet, log);
      log.connection = connection;
      receives(ten, pieces);
      expect(sink.text.match(/(?<=\r\n\r\n)\/\d/g)).toEqual(
        Array.from({ length: 10 }, (_, n) => `/${n}`),
      );
      expect(log.events.filter((event) => event === 'next')).toHaveLength(10);
      expect(connection.isIdle).toBe(true);
    }
  });

  it('holds the second back until the first is answered', () => {
    const { connection, sink, receives, log } = serverEnd(quiet);
    receives(ten);
    for (let n = 0; n < 10; n++) {
      expect(log.requests).toHaveLength(n + 1);
      connection.sendResponse(ok(`${n}`));
    }
    expect(sink.text.match(/\r\n\r\n\d/g)).toHaveLength(10);
    expect(log.requests.map((request) => request.target)).toEqual(
      Array.from({ length: 10 }, (_, n) => `/${n}`),
    );
  });

  it('pauses the sink when much is held, and resumes it', () => {
    const { connection, sink, receives } = serverEnd({ ...quiet, heldBytes: 100 });
    receives(ten);
    expect(sink.paused).toBe(true);
    for (let n = 0; n < 10; n++) connection.sendResponse(ok());
    expect(sink.paused).toBe(false);
  });

  it('keeps what a sink delivers while an event is answered', () => {
    class Answering extends EventLog {
      connection: { sendResponse(response: Response): unknown } | null = null;
      override handleRequest(head: Parameters<EventLog['handleRequest']>[0]): void {
        super.handleRequest(head);
        this.connection?.sendResponse(ok());
      }
    }
    const log = new Answering();
    const { connection, sink, receives } = serverEnd(quiet, log);
    log.connection = connection;
    const write = sink.write.bind(sink);
    let n = 0;
    sink.write = (buf, start, end) => {
      if (n++ === 0) receives('GET /late HTTP/1.1\r\nHost: a\r\n\r\n');
      return write(buf, start, end);
    };
    receives(GET + GET);
    expect(log.requests.map((request) => request.target)).toEqual(['/', '/', '/late']);
    expect(connection.isIdle).toBe(true);
  });

  it('keeps what a sink delivers from inside a write', () => {
    const { connection, sink, receives, log } = serverEnd(quiet);
    const write = sink.write.bind(sink);
    let more = 3;
    sink.write = (buf, start, end) => {
      if (more-- > 0) receives(GET);
      return write(buf, start, end);
    };
    receives(GET);
    for (let n = 0; n < 4; n++) connection.sendResponse(ok());
    expect(log.events.filter((event) => event === 'next')).toHaveLength(4);
    expect(connection.isIdle).toBe(true);
  });
});

describe('content of requests', () => {
  const post = (length: number): string =>
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

  it('comes as events, with trailers', () => {
    const { receives, log } = serverEnd(quiet);
    receives(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n',
    );
    expect(log.events).toEqual(['request POST /', 'body abcde', 'end [["X","y"]]']);
  });

  it('stops while paused', () => {
    const { connection, receives, log, sink } = serverEnd({ ...quiet, heldBytes: 10 });
    receives(post(30));
    connection.pause();
    receives('x'.repeat(20));
    expect(sink.paused).toBe(true);
    expect(log.body).toBe('');
    connection.resume();
    expect(log.body).toBe('x'.repeat(20));
    expect(sink.paused).toBe(false);
  });

  it('a pause of one request does not outlive it, one at its end does', () => {
    class Pausing extends EventLog {
      connection: { pause(): void } | null = null;
      override handleExchangeEnd(persists: boolean): void {
        super.handleExchangeEnd(persists);
        this.connection?.pause();
      }
    }
    const log = new Pausing();
    const { connection, receives } = serverEnd(quiet, log);
    receives(`${post(3)}abc`);
    connection.pause();
    connection.sendResponse(ok());
    receives(GET);
    expect(log.take().at(-1)).toBe('end');
    log.connection = connection;
    connection.sendResponse(ok());
    receives(GET);
    expect(log.take()).toEqual(['next']);
    connection.resume();
    expect(log.take()).toEqual(['request GET /', 'end']);
  });

  it('can be paused from inside an event', () => {
    class Pausing extends EventLog {
      connection: { pause(): void } | null = null;
      override handleRequest(head: Parameters<EventLog['handleRequest']>[0]): void {
        super.handleRequest(head);
        this.connection?.pause();
      }
    }
    const log = new Pausing();
    const { connection, receives } = serverEnd(quiet, log);
    log.connection = connection;
    receives(`${post(3)}abc`);
    expect(log.take()).toEqual(['request POST /']);
    connection.resume();
    expect(log.take()).toEqual(['body abc', 'end']);
  });

  it('that nobody read is dropped while it is little', () => {
    const { connection, receives, log, sink } = serverEnd({ ...quiet, drainBytes: 10 });
    receives(`${post(10)}01234`);
    connection.sendResponse(ok());
    expect(sink.text).toContain('keep-alive');
    receives(`56789${GET}`);
    expect(log.take()).toEqual(['request POST /', 'body 01234', 'next', 'request GET /', 'end']);
  });

  it('that is too much to drop closes the connection', () => {
    const { connection, receives, sink, log } = serverEnd({ ...quiet, drainBytes: 10 });
    receives(`${post(11)}`);
    connection.sendResponse(ok());
    expect(sink.text).toContain('Connection: close');
    expect(sink.ended).toBe(true);
    receives(`0123456789a${GET}`);
    expect(log.requests).toHaveLength(1);
  });

  it('in chunks is dropped up to the same bound', () => {
    const { connection, receives, sink } = serverEnd({ ...quiet, drainBytes: 10 });
    receives('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    connection.sendResponse(ok());
    receives('6\r\n012345\r\n');
    expect(sink.ended).toBe(false);
    receives('6\r\n012345\r\n');
    expect(sink.ended).toBe(true);
  });
});

describe('Expect: 100-continue (RFC 9110, 10.1.1)', () => {
  const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n';

  it('is answered when the content is wanted', () => {
    const { connection, receives, sink } = serverEnd(quiet);
    receives(POST);
    expect(connection.awaitsContinue).toBe(true);
    connection.sendContinue();
    connection.sendContinue();
    expect(sink.take()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    receives('hello');
    connection.sendResponse(ok());
    expect(sink.text).toContain('keep-alive');
  });

  it('is not answered once content has come, without content, or to 1.0', () => {
    const { connection, receives, sink } = serverEnd(quiet);
    receives(`${POST}h`);
    connection.sendContinue();
    expect(sink.text).toBe('');
    for (const request of [
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n',
      'POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
    ]) {
      const other = serverEnd(quiet);
      other.receives(request);
      expect(other.connection.awaitsContinue).toBe(false);
    }
  });

  it('closes the connection when the final response comes instead', () => {
    const { connection, receives, sink } = serverEnd(quiet);
    receives(POST);
    connection.sendResponse(new Response(413));
    expect(sink.text).toContain('Connection: close');
    expect(sink.ended).toBe(true);
  });
});

describe('errors of the peer', () => {
  it('are told once and can be answered', () => {
    const { connection, receives, sink, log } = serverEnd(quiet);
    receives('GET / HTTP/1.1\r\n\r\n');
    expect(log.take()).toEqual(['error missing-host 400']);
    expect(connection.canRespond).toBe(true);
    connection.sendResponse(new Response(400));
    expect(sink.text).toBe(
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
    expect(sink.ended).toBe(true);
    receives(GET);
    expect(log.take()).toEqual(['closed']);
  });

  it('in the content come before or behind the response', () => {
    const bad = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const first = serverEnd(quiet);
    first.receives(`${bad}x\r\n`);
    expect(first.log.events).toEqual(['request POST /', 'error bad-chunk-size 400']);
    expect(first.connection.canRespond).toBe(true);

    const second = serverEnd(quiet);
    second.receives(bad);
    second.connection.sendResponse(ok());
    second.receives('x\r\n');
    expect(second.log.events).toEqual(['request POST /', 'closed']);
    expect(second.sink.ended).toBe(true);
  });

  it('behind a good request are told after its response', () => {
    const { connection, receives, log } = serverEnd(quiet);
    receives(`${GET}GET\r\n`);
    expect(log.take()).toEqual(['request GET /', 'end']);
    connection.sendResponse(ok());
    expect(log.take()).toEqual(['next', 'error bad-method 400']);
  });

  it('a last word can be sent to half a request (408)', () => {
    const { connection, receives, sink } = serverEnd(quiet);
    receives('GET / HT');
    expect(connection.isIdle).toBe(false);
    connection.sendResponse(new Response(408));
    expect(sink.text).toContain('408 Request Timeout\r\nConnection: close');
    expect(sink.ended).toBe(true);
  });
});

describe('the end of input', () => {
  it.each([
    ['between requests', '', ['peer end', 'closed']],
    ['in a head', 'GET / HT', ['error incomplete 400']],
    [
      'in content',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe',
      ['request POST /', 'body he', 'error incomplete 400'],
    ],
  ])('%s', (_, text, events) => {
    const { connection, receives, log, sink } = serverEnd(quiet);
    receives(text);
    connection.handleEnd();
    connection.handleEnd();
    expect(log.events).toEqual(events);
    expect(sink.ended).toBe(text === '');
  });

  it('behind pipelined requests lets them be answered', () => {
    const { connection, receives, log, sink } = serverEnd(quiet);
    receives(GET + GET);
    connection.handleEnd();
    connection.sendResponse(ok());
    expect(sink.ended).toBe(false);
    connection.sendResponse(ok());
    expect(sink.text.match(/Connection: \S+/g)).toEqual([
      'Connection: keep-alive',
      'Connection: close',
    ]);
    expect(sink.ended).toBe(true);
    expect(log.events.at(-1)).toBe('closed');
  });
});

describe('leaving HTTP', () => {
  const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const switching = (): Response => new Response(101).header('Upgrade', 'websocket');

  it('by 101 hands over the bytes behind the request', () => {
    const { connection, receives, sink, log } = serverEnd(quiet);
    receives(`${UPGRADE}\x01\x02`);
    expect(log.requests[0]?.wantsSwitch).toBe(true);
    connection.sendResponse(switching());
    expect(sink.text).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
    );
    receives('\x03');
    expect([...connection.takeRemaining()]).toEqual([1, 2, 3]);
    expect(connection.serverState).toBe('SWITCHED');
  });

  it('works from inside the event', () => {
    class Switching extends EventLog {
      connection: import('@netlayers/http').ServerConnection | null = null;
      remaining: number[] = [];
      override handleRequest(head: Parameters<EventLog['handleRequest']>[0]): void {
        super.handleRequest(head);
        this.connection?.sendResponse(switching());
        this.remaining = [...(this.connection?.takeRemaining() ?? [])];
      }
    }
    const log = new Switching();
    const { connection, receives } = serverEnd(quiet, log);
    log.connection = connection;
    receives(`${UPGRADE}\x01\x02`);
    expect(log.remaining).toEqual([1, 2]);
    expect(log.events).toEqual(['request GET /']);
  });

  it('by a tunnel has no framing and no connection field', () => {
    const { connection, receives, sink } = serverEnd(quiet);
    receives('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nTLS');
    connection.sendResponse(new Response(200));
    expect(sink.text).toBe('HTTP/1.1 200 OK\r\n\r\n');
    expect([...connection.takeRemaining()]).toEqual([...bytes('TLS')]);
  });

  it('goes on with HTTP when it is declined', () => {
    const { connection, receives, log } = serverEnd(quiet);
    receives(UPGRADE + GET);
    connection.sendResponse(ok());
    expect(log.requests).toHaveLength(2);
  });

  it('is refused where it was not asked for or not named', () => {
    const plain = serverEnd(quiet);
    plain.receives(GET);
    expect(() => plain.connection.sendResponse(switching())).toThrow(
      expect.objectContaining({ code: 'wrong-state' }),
    );
    expect(() => plain.connection.takeRemaining()).toThrow(
      expect.objectContaining({ code: 'wrong-state' }),
    );
    const asked = serverEnd(quiet);
    asked.receives(UPGRADE);
    expect(() => asked.connection.sendResponse(new Response(101))).toThrow(
      expect.objectContaining({ code: 'missing-upgrade' }),
    );
    expect(() => asked.connection.sendResponse(new Response(101).header('Upgrade', 'h2c'))).toThrow(
      expect.objectContaining({ code: 'missing-upgrade' }),
    );
    // And what was refused can still be answered.
    asked.connection.sendResponse(ok());
    expect(asked.log.events.at(-1)).toBe('next');
    const early = serverEnd(quiet);
    early.receives(UPGRADE.replace('\r\n\r\n', '\r\nContent-Length: 1\r\n\r\n'));
    expect(() => early.connection.sendResponse(switching())).toThrow(/read to its end/);
    early.receives('x');
    early.connection.sendResponse(switching());
    // RFC 9110, 7.8: not from 1.0
    const older = serverEnd(quiet);
    older.receives(UPGRADE.replace('1.1', '1.0'));
    expect(older.log.requests[0]?.wantsSwitch).toBe(false);
  });
});
