import http2Client, { type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { Duplex } from 'node:stream';
import { Headers, Response, StatusCode } from '@netlayers/http';
import { describe, expect, it, vi } from 'vitest';
import { answerOf, type H2Answer, H2Bench, settle } from './support/h2-bench.js';

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR } = http2Client.constants;

/** Sends one request and waits for what comes of it. */
async function ask(
  session: ClientHttp2Session,
  fields: OutgoingHttpHeaders,
  body: string | null = null,
): Promise<H2Answer> {
  const stream = session.request(fields, { endStream: body === null });
  const answer = answerOf(stream);
  if (body !== null) stream.end(body);
  return answer;
}

async function* pieces(...all: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield Buffer.from(piece);
}

describe('a request', () => {
  it('has the head that handlers know [RFC 9113 8.3.1] [RFC 9113 8.2.3]', async () => {
    const bench = await H2Bench.start((server) =>
      server.any('/*', ({ method, target, version, secure, headers, authority }) =>
        Response.json({ method, target, version, secure, authority, headers: headers.toJSON() }),
      ),
    );
    const session = await bench.session();
    const { status, body } = await ask(session, {
      ':method': 'PATCH',
      ':path': '/a%20b?x=1',
      ':authority': 'server.test',
      cookie: ['a=1', 'b=2'],
      'x-many': ['1', '2'],
    });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      method: 'PATCH',
      target: '/a%20b?x=1',
      version: '2.0',
      secure: true,
      authority: 'server.test',
      headers: { host: 'server.test', cookie: 'a=1; b=2', 'x-many': '1, 2' },
    });
  });

  it('is refused where its authority is none, or is another than its Host [RFC 9113 8.3.1]', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => Response.text('')),
    );
    const session = await bench.session();
    const statusOf = async (fields: OutgoingHttpHeaders) => (await ask(session, fields)).status;
    expect(await statusOf({ ':authority': 'server.test', host: 'SERVER.test' })).toBe(200);
    expect(await statusOf({ ':authority': 'server.test:x' })).toBe(400);
    expect(await statusOf({ ':authority': 'server.test', host: 'other.test' })).toBe(400);
    // What is malformed to nghttp2 is reset by it (RFC 9113, 8.1.1).
    expect(await statusOf({ ':authority': 'a b' })).toBe(0);
    expect(await statusOf({ ':path': 'https://other.test/' })).toBe(0);
    expect(await statusOf({ ':path': '*' })).toBe(0);
    expect(await statusOf({ ':method': 'OPTIONS', ':path': '*' })).toBe(204);
    expect(bench.server.counters()).toMatchObject({ requests: 2, rejected: 2, connections: 1 });
  });

  it('has its content, as it comes, and its trailers [RFC 9113 8.1]', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('POST', '/', async (request) => {
        const text = await request.text();
        return Response.json({ text, length: request.bodyLength, trailers: request.trailers });
      }),
    );
    const session = await bench.session();
    const stream = session.request({ ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7' }));
    const answer = answerOf(stream);
    stream.write('one ');
    await settle();
    stream.end('two');
    expect(JSON.parse((await answer).body)).toEqual({
      text: 'one two',
      length: -1,
      trailers: { 'x-sum': '7' },
    });
    const sized = await ask(session, { ':method': 'POST', 'content-length': 3 }, 'abc');
    expect(JSON.parse(sized.body)).toMatchObject({ length: 3, text: 'abc' });
  });

  it('waits where nobody reads it [RFC 9113 5.2.2]', async () => {
    let read: (() => void) | null = null;
    const bench = await H2Bench.start(
      (server) =>
        server.route('POST', '/', async (request) => {
          let length = 0;
          for await (const piece of request) {
            length += piece.length;
            if (read === null) {
              await new Promise<void>((resolve) => {
                read = resolve;
              });
            }
          }
          return Response.text(`${length}`);
        }),
      {},
      { streamWindow: 0x1_0000 },
    );
    const session = await bench.session();
    const stream = session.request({ ':method': 'POST' });
    const answer = answerOf(stream);
    stream.end(Buffer.alloc(2_000_000));
    await settle(400);
    expect(bench.server.counters().heldBodyBytes).toBeLessThan(700_000);
    expect(stream.writableLength).toBeGreaterThan(1_000_000);
    (read as unknown as () => void)();
    expect((await answer).body).toBe('2000000');
    expect(bench.server.counters().heldBodyBytes).toBe(0);
  });

  it('may come a good way ahead of who reads it', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('POST', '/', () => new Promise<Response>(() => {})),
    );
    const session = await bench.session();
    expect(session.remoteSettings.initialWindowSize).toBe(131_072);
    expect(session.state.remoteWindowSize).toBe(1_048_576);
    const upload = session.request({ ':method': 'POST' }).on('error', () => {});
    upload.end(Buffer.alloc(1_000_000));
    await settle(400);
    expect(bench.server.counters().heldBodyBytes).toBeLessThan(400_000);
    expect(upload.writableLength).toBeGreaterThan(0);
    session.destroy();
    await settle();
    expect(bench.server.counters().heldBodyBytes).toBe(0);
  });

  it('is told to go on where it asks, once its content is wanted [RFC 9110 10.1.1]', async () => {
    const bench = await H2Bench.start((server) =>
      server
        .route('POST', '/read', async (request) => Response.text(await request.text()))
        .route('POST', '/refuse', () => Response.text('no', 403)),
    );
    const session = await bench.session();
    const expecting = (path: string) =>
      session.request({ ':method': 'POST', ':path': path, expect: '100-continue' });
    const read = expecting('/read');
    const answer = answerOf(read);
    read.on('continue', () => read.end('content'));
    expect(await answer).toMatchObject({ status: 200, body: 'content', interim: [100] });
    const refused = expecting('/refuse');
    expect(await answerOf(refused)).toMatchObject({ status: 403, interim: [], code: 0 });
  });
});

describe('a response', () => {
  it('has no fields of a connection, and those that every one has [RFC 9113 8.2.2]', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => {
        const response = Response.text('hello')
          .header('Connection', 'close, X-Hop')
          .header('X-Hop', '1')
          .header('Keep-Alive', 'timeout=5')
          .header('Upgrade', 'h3')
          .header('X-Kept', '1')
          .header('Set-Cookie', 'a=1')
          .header('Set-Cookie', 'b=2');
        response.headers.append('x-kept', '2');
        return response;
      }),
    );
    const { headers } = await ask(await bench.session(), {});
    expect({ ...Object.fromEntries(Object.entries(headers)), date: typeof headers.date }).toEqual({
      ':status': 200,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '5',
      'x-kept': '1, 2',
      'set-cookie': ['a=1', 'b=2'],
      server: 'netlayers',
      date: 'string',
    });
    expect(headers.date).toBe(new Date(bench.clock.wallTime()).toUTCString());
  });

  it('that is text is as long as its octets, which are UTF-8', async () => {
    const text = 'é€😀 \ud800';
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => Response.text(text)),
    );
    const { headers, body } = await ask(await bench.session(), {});
    const octets = Buffer.from('é€😀 \ufffd');
    expect([headers['content-length'], body]).toEqual([
      String(octets.length),
      octets.toString('latin1'),
    ]);
  });

  it('costs Node no error: its stream is not destroyed before it has called back', async () => {
    const destroyed: unknown[] = [];
    const destroy = Duplex.prototype.destroy;
    const watched = vi.spyOn(Duplex.prototype, 'destroy').mockImplementation(function (
      this: Duplex,
      ...args
    ) {
      if (this.constructor.name === 'ServerHttp2Stream') destroyed.push(this.writableFinished);
      return destroy.apply(this, args);
    });
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => Response.text('hello')),
    );
    const session = await bench.session();
    for (let count = 0; count < 3; count++) await ask(session, {});
    await settle();
    watched.mockRestore();
    expect(destroyed.length).toBeGreaterThanOrEqual(3);
    expect(destroyed).not.toContain(false);
  });

  it('to HEAD, 204 and 304 has no content [RFC 9110 8.6]', async () => {
    const bench = await H2Bench.start((server) =>
      server
        .route('GET', '/', () => Response.text('hello'))
        .route('GET', '/long', () => new Response(200).body(new Uint8Array(100_000)))
        .route('GET', '/stream', () => new Response(200).body(pieces('never')))
        .route('GET', '/204', () => new Response(204))
        .route('GET', '/304', () => new Response(304).header('ETag', '"1"')),
    );
    const session = await bench.session();
    const head = (path: string) => ask(session, { ':method': 'HEAD', ':path': path });
    const length = (answer: H2Answer) => answer.headers['content-length'];
    expect(length(await head('/'))).toBe('5');
    expect(length(await head('/long'))).toBe('100000');
    expect(length(await head('/stream'))).toBe(undefined);
    for (const path of ['/204', '/304']) {
      const answer = await ask(session, { ':path': path });
      expect(answer).toMatchObject({ status: Number(path.slice(1)), body: '' });
      expect(length(answer)).toBe(undefined);
    }
    expect(bench.errors).toEqual([]);
  });

  it('is streamed, with trailers, as fast as it is read [RFC 9113 5.2]', async () => {
    let made = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; made < 400; made++) yield new Uint8Array(10_000).fill(0x61);
    }
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => {
        const response = new Response(200).body(endless());
        response.trailers = new Headers({ 'x-sum': '4' });
        return response;
      }),
    );
    const session = await bench.session();
    const stream = session.request({});
    const answer = answerOf(stream);
    stream.pause();
    await settle(400);
    expect(made).toBeLessThan(40);
    stream.resume();
    const { body, trailers } = await answer;
    expect(body.length).toBe(4_000_000);
    expect(trailers).toEqual(expect.objectContaining({ 'x-sum': '4' }));
  });

  it('has interim ones before it [RFC 8297 2]', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', (request) => {
        request.inform(new Response(103).header('Link', '</style.css>; rel=preload'));
        return Response.text('page');
      }),
    );
    const answer = await ask(await bench.session(), {});
    expect(answer).toMatchObject({ status: 200, interim: [103], body: 'page' });
  });

  it('that is none is 500, and one that breaks off is reset', async () => {
    const bench = await H2Bench.start((server) =>
      server
        .route('GET', '/wrong', () => Response.text('hello').header('Content-Length', '3'))
        .route('GET', '/short', () =>
          new Response(200).header('Content-Length', '100').body(pieces('too short')),
        )
        .route('GET', '/fails', () =>
          new Response(200).body(
            (async function* (): AsyncGenerator<Uint8Array> {
              yield Buffer.from('begun');
              throw new Error('no more');
            })(),
          ),
        ),
    );
    const session = await bench.session();
    const get = (path: string) => ask(session, { ':path': path });
    expect(await get('/wrong')).toMatchObject({ status: 500, code: NGHTTP2_NO_ERROR });
    expect((await get('/short')).code).not.toBe(NGHTTP2_NO_ERROR);
    expect((await get('/fails')).code).not.toBe(NGHTTP2_NO_ERROR);
    expect(await get('/none')).toMatchObject({ status: 404 });
    expect(bench.errors).toHaveLength(3);
    expect(bench.server.counters().aborted).toBe(2);
  });

  it('before the end of its request stops that [RFC 9113 8.1]', async () => {
    const bench = await H2Bench.start(
      (server) => server.route('POST', '/', async (request) => Response.text(await request.text())),
      { limits: { bodyBytes: 1000 } },
    );
    const session = await bench.session();
    const stream = session.request({ ':method': 'POST' });
    const answer = answerOf(stream);
    stream.write(Buffer.alloc(50_000));
    expect(await answer).toMatchObject({ status: 413, code: NGHTTP2_NO_ERROR });
    expect((await ask(session, { ':method': 'POST' }, 'few')).body).toBe('few');
  });
});

describe('many requests on one connection', () => {
  it('are answered as they are ready [RFC 9113 5]', async () => {
    const waiting: (() => void)[] = [];
    const bench = await H2Bench.start((server) =>
      server
        .route('GET', '/slow', async () => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return Response.text('slow');
        })
        .route('GET', '/fast', () => Response.text('fast')),
    );
    const session = await bench.session();
    const slow = ask(session, { ':path': '/slow' });
    expect((await ask(session, { ':path': '/fast' })).body).toBe('fast');
    waiting[0]?.();
    expect((await slow).body).toBe('slow');
    expect(bench.server.counters()).toMatchObject({ connections: 1, accepted: 1, requests: 2 });
  });

  it('are so many at once [RFC 9113 5.1.2]', async () => {
    const bench = await H2Bench.start(
      (server) => server.route('GET', '/', () => new Promise<Response>(() => {})),
      {},
      { maxConcurrentStreams: 3 },
    );
    const session = await bench.session();
    expect(session.remoteSettings.maxConcurrentStreams).toBe(3);
    for (let i = 0; i < 10; i++) void ask(session, {});
    await settle();
    expect(bench.server.counters().requests).toBe(3);
  });

  it('end with the connection, whose handlers are told', async () => {
    const reasons: unknown[] = [];
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', ({ signal }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return new Promise<Response>(() => {});
      }),
    );
    const session = await bench.session();
    const cancelled = session.request({});
    void answerOf(cancelled);
    void ask(session, {});
    await settle();
    cancelled.close(NGHTTP2_CANCEL);
    await settle();
    expect(reasons).toHaveLength(1);
    expect(String(reasons[0])).toContain('the client has reset the request');
    session.destroy();
    await settle();
    expect(reasons).toHaveLength(2);
    expect(bench.server.counters()).toMatchObject({ connections: 0, aborted: 0 });
  });

  it('end with the half of a connection that the client ends [RFC 9113 9.1]', async () => {
    const reasons: unknown[] = [];
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', ({ signal }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return new Promise<Response>(() => {});
      }),
    );
    const stream = await bench.stream();
    const session = bench.sessionOver(stream);
    void ask(session, {});
    await settle();
    stream.end();
    await settle();
    expect(reasons).toHaveLength(1);
    expect(bench.server.counters().connections).toBe(0);
  });

  it('are so many in all, where there is a limit', async () => {
    const bench = await H2Bench.start(
      (server) => server.route('GET', '/', () => Response.text('')),
      { limits: { requestsPerConnection: 2 } },
    );
    const session = await bench.session();
    let isGone = false;
    session.on('goaway', () => {
      isGone = true;
    });
    expect((await ask(session, {})).status).toBe(200);
    expect(isGone).toBe(false);
    expect((await ask(session, {})).status).toBe(200);
    await settle();
    expect(isGone).toBe(true);
    expect(bench.server.counters().connections).toBe(0);
  });

  it('are logged one by one', async () => {
    const log: unknown[] = [];
    const bench = await H2Bench.start(
      (server) => server.route('GET', '/', () => Response.text('hello')),
      {
        onAccess: ({ method, target, status, bytes }) => log.push([method, target, status, bytes]),
      },
    );
    const session = await bench.session();
    await ask(session, {});
    await ask(session, { ':path': '/none', ':method': 'HEAD' });
    await settle();
    expect(log).toEqual([
      ['GET', '/', 200, 5],
      ['HEAD', '/none', 404, 0],
    ]);
  });
});

describe('content that is a stream', () => {
  it('may be made in the same memory again and again', async () => {
    const memory = new Uint8Array(40_000);
    const sizes = [1, 100, 0x4000, 40_000, 3, 0x4001, 0x3fff, 7];
    const expected = sizes.map((size, at) => String.fromCharCode(97 + at).repeat(size)).join('');
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () =>
        Response.text('').body(
          (async function* () {
            for (const [at, size] of sizes.entries()) {
              memory.fill(97 + at);
              yield memory.subarray(0, size);
            }
            memory.fill(0);
          })(),
        ),
      ),
    );
    const session = await bench.session({ settings: { initialWindowSize: 5000 } });
    const { body } = await ask(session, {});
    expect(body.length).toBe(expected.length);
    expect(body === expected).toBe(true);
  });
});

describe('another protocol', () => {
  it('is one stream of many [RFC 8441 4]', async () => {
    let ended = false;
    const bench = await H2Bench.start((server) =>
      server
        .upgrade('websocket', (request) =>
          request.upgrade(
            new Response(StatusCode.SwitchingProtocols, {
              Upgrade: 'websocket',
              'Sec-WebSocket-Accept': 'of no use here',
              'Sec-WebSocket-Protocol': request.headers.get('sec-websocket-protocol') ?? '',
            }),
            (stream) =>
              stream.setHandler({
                handleData: (buf, start, end) => stream.write(buf, start, end),
                handleEnd: () => {
                  ended = true;
                  stream.end();
                },
                handleDrain() {},
                handleClose() {},
              }),
          ),
        )
        .route('GET', '/', () => Response.text('page')),
    );
    const session = await bench.session();
    expect(session.remoteSettings.enableConnectProtocol).toBe(true);
    const stream = session.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':path': '/chat',
      'sec-websocket-protocol': 'chat',
    });
    const answer = answerOf(stream);
    stream.write('one');
    await settle();
    expect((await ask(session, {})).body).toBe('page');
    stream.end(' two');
    const { status, headers, body } = await answer;
    expect({ status, body, ended }).toEqual({ status: 200, body: 'one two', ended: true });
    expect(headers.upgrade).toBe(undefined);
    expect(headers['sec-websocket-protocol']).toBe('chat');
  });

  it('is a tunnel, too [RFC 9113 8.5]', async () => {
    const closes: unknown[] = [];
    const bench = await H2Bench.start((server) =>
      server.connect((request) =>
        request.upgrade(new Response(200), (stream) => {
          stream.setHandler({
            handleData: (buf, start, end) => stream.write(buf, start, end),
            handleEnd() {},
            handleDrain() {},
            handleClose: (error) => closes.push((error as { code?: unknown } | null)?.code ?? null),
          });
        }),
      ),
    );
    const session = await bench.session();
    const stream = session.request({ ':method': 'CONNECT', ':authority': 'far.test:443' });
    const answer = answerOf(stream);
    stream.write('through');
    await settle();
    stream.close(NGHTTP2_CANCEL);
    expect(await answer).toMatchObject({ status: 200, body: 'through' });
    await settle();
    expect(closes).toEqual(['ECONNRESET']);
    expect(bench.server.counters().connections).toBe(1);
  });

  it('is refused where nobody speaks it', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => Response.text('')),
    );
    const session = await bench.session();
    const fields = { ':method': 'CONNECT', ':authority': 'far.test:443' };
    expect(await ask(session, fields)).toMatchObject({ status: 501 });
  });
});

describe('an end', () => {
  it('lets finish what runs, and takes nothing more [RFC 9113 6.8]', async () => {
    let finish: (() => void) | null = null;
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', async () => {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return Response.text('done');
      }),
    );
    const session = await bench.session();
    const running = ask(session, {});
    await settle();
    const goAways: number[] = [];
    session.on('goaway', (code) => goAways.push(code));
    let isClosed = false;
    const closing = bench.server.close().then(() => {
      isClosed = true;
    });
    await settle();
    expect(goAways).toEqual([NGHTTP2_NO_ERROR]);
    expect(isClosed).toBe(false);
    (finish as unknown as () => void)();
    expect(await running).toMatchObject({ status: 200, body: 'done' });
    await settle();
    await closing;
    expect(bench.server.counters()).toMatchObject({ connections: 0, cut: 0 });
  });

  it('cuts who gets no further', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => new Promise<Response>(() => {})),
    );
    const session = await bench.session();
    const running = ask(session, {});
    await settle();
    const closing = bench.server.close({ graceMs: 3000 });
    await bench.advance(2500);
    expect(bench.server.counters().connections).toBe(1);
    await bench.advance(4000);
    await closing;
    expect(bench.server.counters()).toMatchObject({ connections: 0, cut: 1 });
    expect((await running).status).toBe(0);
  });

  it('comes to a connection that nobody uses, however much it pings', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => Response.text('')),
    );
    const session = await bench.session();
    await ask(session, {});
    await settle();
    let isClosed = false;
    session.on('close', () => {
      isClosed = true;
    });
    for (let i = 0; i < 7; i++) {
      session.ping(() => {});
      await bench.advance(10_000);
    }
    expect(isClosed).toBe(false);
    await bench.advance(10_000);
    expect(isClosed).toBe(true);
    expect(bench.server.counters()).toMatchObject({ connections: 0, aborted: 0 });
  });

  it('comes to who says nothing at all', async () => {
    const bench = await H2Bench.start(() => {});
    const stream = await bench.stream();
    let isEnded = false;
    stream.setHandler({
      handleData() {},
      handleEnd: () => {
        isEnded = true;
      },
      handleDrain() {},
      handleClose() {},
    });
    await bench.advance(36_000);
    expect(isEnded).toBe(true);
    expect(bench.server.counters().connections).toBe(0);
  });
});

describe('a client that does not read', () => {
  it('is given up, its windows shut [RFC 9113 10.5]', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => new Response(200).body(new Uint8Array(1_000_000))),
    );
    const session = await bench.session({ settings: { initialWindowSize: 0 } });
    const stalled = ask(session, {});
    await settle();
    await bench.advance(60_000);
    expect(bench.server.counters().aborted).toBe(0);
    await bench.advance(400_000);
    expect((await stalled).code).not.toBe(NGHTTP2_NO_ERROR);
    expect(bench.server.counters().aborted).toBe(1);
  });

  it('is given up, its connection stuck', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => new Response(200).body(new Uint8Array(10_000_000))),
    );
    const stream = await bench.stream();
    const session = bench.sessionOver(stream, { settings: { initialWindowSize: 100_000_000 } });
    session.setLocalWindowSize(100_000_000);
    void ask(session, {});
    await settle(4);
    stream.pause();
    stream.resume = () => {};
    await bench.advance(55_000);
    expect(bench.server.counters()).toMatchObject({ connections: 1, aborted: 0 });
    await bench.advance(10_000);
    expect(bench.server.counters()).toMatchObject({ connections: 0, aborted: 1 });
  });
});

describe('without TLS', () => {
  it('is begun by who knows, for http alone [RFC 9113 3.3] [RFC 9110 7.4]', async () => {
    const bench = await H2Bench.start(
      (server) => server.route('GET', '/', ({ version }) => Response.text(version)),
      {},
      { h2c: true },
      { secure: false, alpn: null },
    );
    const session = await bench.session();
    expect(await ask(session, { ':scheme': 'http' })).toMatchObject({ status: 200, body: '2.0' });
    expect((await ask(session, { ':scheme': 'https' })).status).toBe(421);
    const trusting = await H2Bench.start(
      (server) => server.route('GET', '/', ({ secure }) => Response.text(`${secure}`)),
      { trustedGateway: () => true },
      { h2c: true },
      { secure: false, alpn: null },
    );
    expect((await ask(await trusting.session(), { ':scheme': 'https' })).body).toBe('true');
  });

  it('is not begun where it was not asked for', async () => {
    const bench = await H2Bench.start(() => {}, {}, {}, { secure: false, alpn: null });
    const session = await bench.session();
    expect(session.destroyed).toBe(true);
    expect(bench.server.counters().rejected).toBe(1);
  });
});

describe('floods', () => {
  it('of requests that are reset at once end the connection', async () => {
    const bench = await H2Bench.start((server) =>
      server.route('GET', '/', () => new Promise<Response>(() => {})),
    );
    const session = await bench.session();
    for (let i = 0; i < 3000 && !session.destroyed; i++) {
      const stream = session.request({});
      stream.on('error', () => {});
      stream.close(NGHTTP2_CANCEL);
      if (i % 50 === 0) await settle(4);
    }
    await settle(100);
    expect(session.destroyed).toBe(true);
    expect(bench.server.counters().requests).toBeLessThan(1300);
    // nghttp2 has said GOAWAY, and reads no more: what is left is an idle connection.
    await bench.advance(80_000);
    expect(bench.server.counters().connections).toBe(0);
  });

  it('of fields are refused [RFC 9113 10.5.1]', async () => {
    const bench = await H2Bench.start(
      (server) => server.route('GET', '/', () => Response.text('')),
      {},
      { maxHeaderListSize: 8192 },
    );
    const session = await bench.session();
    const fields = (count: number, length: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`x-field-${at}`, 'v'.repeat(length)]),
      );
    expect((await ask(session, fields(10, 700))).status).toBe(200);
    for (const tooMuch of [fields(20, 700), fields(300, 1)]) {
      const { status, code } = await ask(session, tooMuch);
      expect({ status, code }).toEqual({ status: 0, code: NGHTTP2_ENHANCE_YOUR_CALM });
    }
    expect(bench.server.counters()).toMatchObject({ requests: 1, rejected: 0, connections: 1 });
  });
});
