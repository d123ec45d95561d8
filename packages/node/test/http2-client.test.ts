import { Headers } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { settle } from './support/h2-bench.js';
import { failureOf, H2ClientBench } from './support/h2-client-bench.js';

const URL_ = 'https://server.test/';

async function* pieces(...all: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield Buffer.from(piece);
}

describe('a request', () => {
  it('has pseudo-fields, and nothing that is about a connection [RFC 9113 8.3.1] [RFC 9113 8.2.2]', async () => {
    const bench = await H2ClientBench.served((stream, fields) => {
      stream.respond({ ':status': 200 });
      stream.end(JSON.stringify(fields));
    });
    const response = await bench.client.get('https://server.test:443/a%20b?x=1', {
      headers: {
        Connection: 'keep-alive, X-Hop',
        'Keep-Alive': 'timeout=5',
        'X-Hop': '1',
        'Transfer-Encoding': 'chunked',
        TE: 'trailers, gzip',
        'X-Many': '1, 2',
        Cookie: 'a=1; b=2',
        'User-Agent': 'test',
      },
    });
    expect(response.version).toBe('2.0');
    expect(await response.json()).toEqual({
      ':method': 'GET',
      ':scheme': 'https',
      ':authority': 'server.test',
      ':path': '/a%20b?x=1',
      'user-agent': 'test',
      accept: '*/*',
      te: 'trailers',
      'x-many': '1, 2',
      cookie: 'a=1; b=2',
    });
  });

  it('has one field for each cookie [RFC 9113 8.2.3]', async () => {
    let lines: readonly unknown[] = [];
    const bench = new H2ClientBench();
    const { performServerHandshake } = await import('node:http2');
    const { duplexOf } = await import('@netlayers/node');
    await bench.listen((stream) => {
      const session = performServerHandshake(duplexOf(stream, { allowHalfOpen: true }));
      session.on('stream', (given, _fields, _flags, raw?: string[]) => {
        lines = (raw ?? []).filter((_, at, all) => at % 2 === 1 && all[at - 1] === 'cookie');
        (given as import('node:http2').ServerHttp2Stream).respond({}, { endStream: true });
      });
    });
    await (await bench.client.get(URL_, { headers: { Cookie: 'a=1; b=2;c=3' } })).text();
    expect(lines).toEqual(['a=1', 'b=2', 'c=3']);
  });

  it('has content of each kind, with its length where that is known [RFC 9113 8.1.1]', async () => {
    const bench = await H2ClientBench.served((stream, fields) => {
      let body = '';
      stream.on('data', (chunk) => {
        body += chunk;
      });
      stream.on('end', () => {
        stream.respond({});
        stream.end(JSON.stringify([fields[':method'], fields['content-length'] ?? null, body]));
      });
    });
    const { client } = bench;
    const sent = async (method: string, body: never | object | string | null) =>
      (await client.request(URL_, { method, body: body as string })).json();
    expect(await sent('POST', 'abc')).toEqual(['POST', '3', 'abc']);
    expect(await sent('POST', null)).toEqual(['POST', '0', '']);
    expect(await sent('GET', null)).toEqual(['GET', null, '']);
    expect(await sent('PUT', pieces('one ', 'two'))).toEqual(['PUT', null, 'one two']);
    expect(bench.connections).toBe(1);
  });

  it('has trailers [RFC 9113 8.1]', async () => {
    const bench = await H2ClientBench.served((stream) => {
      let trailers: object = {};
      stream.on('trailers', (fields) => {
        trailers = { ...fields };
      });
      stream.resume().on('end', () => {
        stream.respond({});
        stream.end(JSON.stringify(trailers));
      });
    });
    const trailers = () => new Headers([['X-Sum', '7']]);
    for (const body of ['abc', pieces('a', 'b')]) {
      const response = await bench.client.post(URL_, body, { trailers });
      expect(await response.json()).toEqual({ 'x-sum': '7' });
    }
  });

  it('waits for 100 before its content [RFC 9110 10.1.1]', async () => {
    const order: string[] = [];
    const bench = await H2ClientBench.served((stream, fields) => {
      expect(fields.expect).toBe('100-continue');
      stream.on('data', () => order.push('content'));
      setImmediate(() => {
        order.push('100');
        stream.additionalHeaders({ ':status': 100 });
      });
      stream.on('end', () => stream.respond({}, { endStream: true }));
    });
    const response = await bench.client.post(URL_, 'abc', { expectContinue: true });
    expect(response.status).toBe(200);
    expect(order).toEqual(['100', 'content']);
  });

  it('that cannot be sent is refused here, and the connection stays', async () => {
    const bench = await H2ClientBench.served((stream) => {
      if (!stream.destroyed) stream.respond({}, { endStream: true });
    });
    const bad = bench.client.post(URL_, 'abc', { headers: { 'Content-Length': '4' } });
    expect(await failureOf(bad)).toMatchObject({ code: 'invalid-framing' });
    const short = bench.client.post(URL_, pieces('abc'), { headers: { 'Content-Length': '4' } });
    expect(await failureOf(short)).toMatchObject({ code: 'length-mismatch' });
    expect((await bench.client.get(URL_)).status).toBe(200);
    expect(bench.connections).toBe(1);
  });
});

describe('a response', () => {
  it('has interim ones before it, and trailers behind it [RFC 9113 8.1]', async () => {
    const bench = await H2ClientBench.served((stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond({ ':status': 201, 'set-cookie': ['a=1', 'b=2'] }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7' }));
      stream.end('hello');
    });
    const interim: unknown[] = [];
    const response = await bench.client.get(URL_, {
      onInterim: ({ status, headers }) => interim.push([status, headers.get('link')]),
    });
    expect(interim).toEqual([[103, '</a>']]);
    expect(response.status).toBe(201);
    expect(response.headers.getAll('set-cookie')).toEqual(['a=1', 'b=2']);
    expect(response.bodyLength).toBe(-1);
    expect(await response.text()).toBe('hello');
    expect(response.trailers?.get('x-sum')).toBe('7');
  });

  it('may have no content [RFC 9113 8.1.1]', async () => {
    const bench = await H2ClientBench.served((stream, fields) => {
      const status = Number(String(fields[':path']).slice(1));
      stream.respond({ ':status': status, 'content-length': '5' }, { endStream: true });
    });
    const head = await bench.client.head(`${URL_}200`);
    expect([head.bodyLength, head.headers.get('content-length')]).toEqual([0, '5']);
    const unchanged = await bench.client.get(`${URL_}304`);
    expect([unchanged.status, await unchanged.text()]).toEqual([304, '']);
    await settle();
    expect(bench.client.connections).toBe(1);
  });

  it('comes in large windows [RFC 9113 6.9.2]', async () => {
    const bench = await H2ClientBench.served((stream) => stream.respond({}, { endStream: true }));
    await bench.client.get('https://server.test/');
    await settle();
    const [session] = bench.sessions;
    expect(session?.remoteSettings.initialWindowSize).toBe(0x10_0000);
    expect(session?.state.remoteWindowSize).toBe(0x100_0000);
  });

  it('waits where nobody reads it [RFC 9113 5.2.2]', async () => {
    let sent = 0;
    const bench = await H2ClientBench.served(
      (stream) => {
        stream.respond({});
        const piece = Buffer.alloc(0x4000);
        const more = (): void => {
          for (let hasRoom = true; hasRoom && sent < 0x100_0000; sent += piece.length) {
            hasRoom = stream.write(piece);
          }
          if (sent >= 0x100_0000) stream.end();
        };
        stream.on('drain', more);
        more();
      },
      { h2: { streamWindow: 0x2_0000 } },
    );
    const response = await bench.client.get(URL_);
    await settle(200);
    // What the program's queue takes, the window, and what the server has at hand.
    expect(sent).toBeLessThan(0x10_0000);
    let length = 0;
    for await (const chunk of response) length += chunk.length;
    expect(length).toBe(0x100_0000);
  });

  it('that is complete outlives its connection', async () => {
    const bench = await H2ClientBench.served(
      (stream, _fields, session) => {
        stream.respond({});
        stream.end(Buffer.alloc(400_000, 'a'));
        stream.on('close', () => setImmediate(() => session.destroy()));
      },
      { h2: { streamWindow: 0x10_0000 } },
    );
    const response = await bench.client.get(URL_);
    await settle(100);
    expect(bench.client.connections).toBe(0);
    expect((await response.bytes()).length).toBe(400_000);
    const discarded = await bench.client.get(URL_);
    await discarded.discard();
    const left = await bench.client.get(URL_);
    await settle(100);
    for await (const _ of left) break;
  });

  it('in front of the whole request lets the rest of it be [RFC 9113 8.1]', async () => {
    const bench = await H2ClientBench.served((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('enough');
      stream.on('finish', () => stream.close(0));
    });
    let isLetGo = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield Buffer.alloc(10_000);
          await settle(1);
        }
      } finally {
        isLetGo = true;
      }
    }
    const response = await bench.client.post(URL_, endless());
    expect(await response.text()).toBe('enough');
    await settle();
    expect(isLetGo).toBe(true);
    expect((await bench.client.post(URL_, 'x')).status).toBe(200);
    expect(bench.connections).toBe(1);
  });
});

it('may become a stream of its own: CONNECT [RFC 9113 8.5]', async () => {
  const bench = await H2ClientBench.served((stream, fields) => {
    expect({ ...fields }).toMatchObject({ ':method': 'CONNECT', ':authority': 'far.test:80' });
    expect(fields).not.toHaveProperty(':path');
    stream.respond({ ':status': 200 });
    stream.pipe(stream);
  });
  const response = await bench.client.request(URL_, { method: 'CONNECT', target: 'far.test:80' });
  const { stream } = response.takeStream();
  let heard = '';
  let isOver = false;
  stream.setHandler({
    handleData: (buf, start, end) => {
      heard += Buffer.from(buf.subarray(start, end)).toString();
    },
    handleEnd: () => {
      isOver = true;
    },
    handleDrain() {},
    handleClose() {},
  });
  stream.write(Buffer.from('hello'));
  stream.end();
  await settle();
  expect([heard, isOver, bench.client.connections]).toEqual(['hello', true, 1]);
});

describe('a connection', () => {
  it('is one for requests that come at the same time [RFC 9113 9.1]', async () => {
    const bench = await H2ClientBench.served((stream, fields) => {
      stream.respond({});
      stream.end(String(fields[':path']));
    });
    const texts = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => (await bench.client.get(`${URL_}${at}`)).text()),
    );
    expect(texts).toEqual(Array.from({ length: 100 }, (_, at) => `/${at}`));
    expect(bench.connections).toBe(1);
  });

  it('has as many streams as the server takes; then there is another [RFC 9113 5.1.2]', async () => {
    const open: (() => void)[] = [];
    const bench = await H2ClientBench.served(
      (stream) => {
        open.push(() => stream.respond({}, { endStream: true }));
      },
      { client: { maxConnectionsPerOrigin: 2 } },
      { maxConcurrentStreams: 3 },
    );
    const first = bench.client.get(URL_);
    await settle();
    const others = Array.from({ length: 9 }, () => bench.client.get(URL_));
    await settle();
    expect([bench.connections, open.length]).toEqual([2, 6]);
    while (open.length > 0) {
      for (const answer of open.splice(0)) answer();
      await settle();
    }
    for (const response of await Promise.all([first, ...others])) expect(response.status).toBe(200);
    expect(bench.connections).toBe(2);
  });

  it('is ended when it is idle, and at the end [RFC 9113 9.1]', async () => {
    const bench = await H2ClientBench.served((stream) => stream.respond({}, { endStream: true }));
    await bench.client.get(URL_);
    await settle();
    await bench.advance(3500);
    expect(bench.client.connections).toBe(1);
    await bench.advance(1000);
    expect([bench.client.connections, bench.sessions[0]?.destroyed]).toEqual([0, true]);
    await bench.client.get(URL_);
    await bench.client.close();
    await settle();
    expect([bench.client.connections, bench.sessions[1]?.destroyed]).toEqual([0, true]);
    expect(bench.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it('is asked for h2 where TLS can, and for HTTP/1.1 where it is to be left [RFC 9113 3.2]', async () => {
    const offers: unknown[] = [];
    const bench = await H2ClientBench.served((stream) => stream.respond({}, { endStream: true }));
    const { connect } = bench.memory;
    bench.memory.connect = (options) => {
      offers.push((options as { alpn?: unknown }).alpn);
      return connect.call(bench.memory, options);
    };
    await bench.client.get(URL_);
    const upgrade = bench.client.get(URL_, { headers: { Upgrade: 'websocket' } });
    expect(await failureOf(upgrade)).toMatchObject({ code: 'unsupported-protocol' });
    expect(offers).toEqual([['h2', 'http/1.1'], ['http/1.1']]);
  });

  it('without TLS is HTTP/2 only where that is known [RFC 9113 3.3]', async () => {
    const known = await H2ClientBench.served(
      (stream) => {
        stream.respond({});
        stream.end('two');
      },
      { h2: { priorKnowledge: true }, memory: { alpn: null, secure: false } },
    );
    const response = await known.client.get('http://server.test:443/');
    expect([response.version, await response.text()]).toEqual(['2.0', 'two']);
  });
});
