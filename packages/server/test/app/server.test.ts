import { Response } from '@netlayers/http';
import { type AccessRecord, Server, ServerRequest } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { chunk, Harness, head, post, settle } from '../support/harness.js';

describe('a request', () => {
  it('has its parts', async () => {
    let seen: ServerRequest | undefined;
    const harness = await Harness.start((server) =>
      server.route('GET', '/users/:id', (request) => {
        seen = request;
        return Response.text('');
      }),
    );
    await harness.fetch(head('GET /users/a%20b?q=1&q=2&n=%C3%A4', 'X-One: 1', 'x-one: 2'));
    expect(seen).toBeInstanceOf(ServerRequest);
    expect(seen?.method).toBe('GET');
    expect(seen?.target).toBe('/users/a%20b?q=1&q=2&n=%C3%A4');
    expect(seen?.path).toBe('/users/a%20b');
    expect(seen?.params.id).toBe('a b');
    expect(seen?.query.getAll('q')).toEqual(['1', '2']);
    expect(seen?.query.get('n')).toBe('ä');
    expect(seen?.headers.get('X-ONE')).toBe('1, 2');
    expect(seen?.authority).toBe('server');
    expect(seen?.version).toBe('1.1');
    expect(seen?.remoteAddress).toBe('127.0.0.1');
    expect(seen?.remotePort).toBeGreaterThan(0);
    expect(seen?.localPort).toBe(80);
    expect(seen?.hasBody).toBe(false);
    expect(await seen?.text()).toBe('');
  });

  it('keeps its fields after the next one was read', async () => {
    const seen: ServerRequest[] = [];
    const harness = await Harness.start((server) =>
      server.any('/*', (request) => {
        seen.push(request);
        return Response.text('');
      }),
    );
    const client = await harness.connect();
    await client.fetch(head('GET /first', 'X: 1'));
    await client.fetch(head('GET /second', 'X: 2'));
    expect(seen.map((request) => request.headers.get('x'))).toEqual(['1', '2']);
    expect(seen.map((request) => request.path)).toEqual(['/first', '/second']);
  });
});

describe('a response', () => {
  const harness = (): Promise<Harness> =>
    Harness.start((server) =>
      server
        .route('GET', '/text', () => Response.text('grüß'))
        .route('GET', '/bytes', () => new Response(200).body(Uint8Array.of(0, 255, 1)))
        .route('GET', '/empty', () => new Response(204))
        .route('GET', '/none', () => new Response(200))
        .route('GET', '/late', async () => {
          await settle();
          return Response.text('late');
        })
        .route('GET', '/close', () => Response.text('bye').header('Connection', 'close'))
        .route('GET', '/own', () =>
          Response.text('x').header('Server', 'other').header('Date', 'now'),
        ),
    );

  it('has Content-Length, Date and Server', async () => {
    const { head: fields } = await (await harness()).fetch(head('GET /text'));
    expect(fields).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(fields).toMatch(/^Content-Length: 6$/m);
    expect(fields).toMatch(/^Date: Tue, 14 Nov 2023 22:13:20 GMT$/m);
    expect(fields).toMatch(/^Server: netlayers$/m);
  });

  it('lets a handler say them otherwise', async () => {
    const { head: fields } = await (await harness()).fetch(head('GET /own'));
    expect(fields.match(/^(server|date):.*$/gim)).toEqual(['Server: other', 'Date: now']);
  });

  it('names the server as it was told to', async () => {
    const none = await Harness.start(() => {}, { serverName: null });
    expect((await none.fetch(head('GET /'))).head).not.toMatch(/^Server:/m);
    const other = await Harness.start(() => {}, { serverName: 'x/1' });
    expect((await other.fetch(head('GET /'))).head).toMatch(/^Server: x\/1$/m);
  });

  it.each([
    ['/text', 'gr\xc3\xbc\xc3\x9f'],
    ['/bytes', '\x00\xff\x01'],
    ['/late', 'late'],
    ['/none', ''],
    ['/empty', ''],
  ])('of %s has its content', async (path, body) => {
    expect((await (await harness()).fetch(head(`GET ${path}`))).body).toBe(body);
  });

  it('to HEAD is that to GET without its content', async () => {
    const client = await (await harness()).connect();
    const get = await client.fetch(head('GET /text'));
    const answer = await client.fetch(head('HEAD /text'));
    expect(answer.head).toBe(get.head);
    expect((await client.fetch(head('GET /bytes'))).body.length).toBe(3);
  });

  it('closes if it says so', async () => {
    const client = await (await harness()).connect();
    expect((await client.fetch(head('GET /close'))).body).toBe('bye');
    expect(client.isEnded).toBe(true);
  });

  it('closes if the request says so', async () => {
    const client = await (await harness()).connect();
    const { head: fields } = await client.fetch(head('GET /text', 'Connection: close'));
    expect(fields).toMatch(/^Connection: close$/m);
    expect(client.isEnded).toBe(true);
  });

  it('keeps a connection of HTTP/1.0 only when asked to', async () => {
    const old = await (await harness()).connect();
    await old.fetch('GET /text HTTP/1.0\r\n\r\n');
    expect(old.isEnded).toBe(true);
    const kept = await (await harness()).connect();
    await kept.fetch('GET /text HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    expect((await kept.fetch('GET /text HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  it('renews Date once a second at most, and when asked', async () => {
    const running = await harness();
    const client = await running.connect();
    const dates: (string | undefined)[] = [];
    for (const pause of [0, 100, 2000]) {
      await running.advance(pause);
      dates.push(/^Date: (.*)$/m.exec((await client.fetch(head('GET /text'))).head)?.[1]);
    }
    expect(dates).toEqual([
      'Tue, 14 Nov 2023 22:13:20 GMT',
      'Tue, 14 Nov 2023 22:13:20 GMT',
      'Tue, 14 Nov 2023 22:13:22 GMT',
    ]);
  });

  it('that contradicts itself becomes 500 and is reported', async () => {
    const running = await Harness.start((server) =>
      server.route('GET', '/', () => Response.text('hello').header('Content-Length', '3')),
    );
    expect((await running.fetch(head('GET /'))).status).toBe(500);
    expect(running.errors).toHaveLength(1);
  });
});

describe('pipelined requests', () => {
  it('are answered in order, ten deep, whoever is ready first', async () => {
    const waiting: (() => void)[] = [];
    const harness = await Harness.start((server) =>
      server
        .route('GET', '/fast/:n', (request) => Response.text(request.params.n!))
        .route('GET', '/slow/:n', async (request) => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return Response.text(request.params.n!);
        }),
    );
    const client = await harness.connect();
    const requests = Array.from({ length: 10 }, (_, i) =>
      head(`GET /${i % 3 ? 'fast' : 'slow'}/${i}`),
    );
    await client.send(requests.join(''));
    expect(client.received).toBe('');
    for (let i = 0; i < 4; i++) {
      waiting.shift()?.();
      await settle();
    }
    expect(client.takeResponses().map((response) => response.body)).toEqual([...'0123456789']);
  });

  it('are answered to the end of a half-closed connection', async () => {
    const harness = await Harness.start((server) =>
      server.any('/*', async (request) => {
        await settle();
        return Response.text(request.path);
      }),
    );
    const client = await harness.connect();
    client.stream.write(new TextEncoder().encode(head('GET /1') + head('GET /2')));
    client.stream.end();
    for (let i = 0; i < 5; i++) await settle();
    expect(client.takeResponses().map(({ body }) => body)).toEqual(['/1', '/2']);
    expect(client.closed).toEqual({ error: null });
  });

  it('with bodies are split at every byte', async () => {
    const harness = await Harness.start((server) =>
      server.any('/echo', async (request) => Response.text(await request.text())),
    );
    const bytes = [
      post('/echo', 'one'),
      head('GET /echo'),
      head('POST /echo', 'Transfer-Encoding: chunked') + chunk('tw') + chunk('o') + chunk(''),
      post('/echo', ''),
      post('/echo', 'three'),
    ].join('');
    for (let at = 1; at < bytes.length; at++) {
      const client = await harness.connect();
      client.stream.write(new TextEncoder().encode(bytes.slice(0, at)));
      await client.send(bytes.slice(at));
      const bodies = client.takeResponses().map(({ body }) => body);
      expect(bodies, `split at ${at}`).toEqual(['one', '', 'two', '', 'three']);
    }
  });

  it('arrive byte by byte', async () => {
    const harness = await Harness.start(
      (server) => server.any('/echo', async (request) => Response.text(await request.text())),
      {},
      { chunkSize: 1 },
    );
    const client = await harness.connect();
    await client.send(post('/echo', 'one') + post('/echo', 'two'));
    await settle();
    expect(client.takeResponses().map(({ body }) => body)).toEqual(['one', 'two']);
  });

  it('wait while the responses before them are not read', async () => {
    let handled = 0;
    const harness = await Harness.start(
      (server) =>
        server.route('GET', '/', () => {
          handled++;
          return Response.text('x'.repeat(1000));
        }),
      {},
      { highWaterMark: 4000 },
    );
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /').repeat(100));
    expect(handled).toBeGreaterThan(1);
    expect(handled).toBeLessThan(10);
    client.stream.resume();
    for (let i = 0; i < 50; i++) await harness.advance(1);
    expect(client.takeResponses()).toHaveLength(100);
  });
});

describe('limits', () => {
  it('ends a connection after its requests', async () => {
    const harness = await Harness.start((server) => server.any('/', () => Response.text('x')), {
      limits: { requestsPerConnection: 3 },
    });
    const client = await harness.connect();
    await client.send(head('GET /').repeat(5));
    const responses = client.takeResponses();
    expect(responses).toHaveLength(3);
    expect(responses.map(({ head }) => head.includes('Connection: close'))).toEqual([
      false,
      false,
      true,
    ]);
    expect(client.isEnded).toBe(true);
  });

  it('resets connections that are too many', async () => {
    const harness = await Harness.start((server) => server.any('/', () => Response.text('x')), {
      limits: { connections: 2 },
    });
    const [first, second, third] = [
      await harness.connect(),
      await harness.connect(),
      await harness.connect(),
    ];
    await settle();
    expect(third.closed?.error).toMatchObject({ code: 'ECONNRESET' });
    expect(harness.server.counters()).toMatchObject({ connections: 2, accepted: 2, refused: 1 });
    first.stream.abort();
    await settle();
    expect((await harness.fetch(head('GET /'))).status).toBe(200);
    expect((await second.fetch(head('GET /'))).status).toBe(200);
  });

  it('serves a thousand connections at once', async () => {
    const harness = await Harness.start((server) =>
      server.any('/:n', async (request) => {
        await settle();
        return Response.text(request.params.n!);
      }),
    );
    const clients = await Promise.all(Array.from({ length: 1000 }, () => harness.connect()));
    await Promise.all(clients.map((client, i) => client.send(head(`GET /${i}`))));
    for (let i = 0; i < 5; i++) await settle();
    expect(clients.map((client) => client.takeResponses()[0]?.body)).toEqual(
      clients.map((_, i) => `${i}`),
    );
    expect(harness.server.counters().connections).toBe(1000);
    for (const client of clients) client.stream.end();
    await settle();
    expect(harness.server.counters()).toMatchObject({ connections: 0, requests: 1000 });
    expect(harness.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([-1, Number.NaN, '5'])('refuses %s as one', (value) => {
    expect(() => new Server({ limits: { connections: value as number } })).toThrow(RangeError);
    expect(() => new Server({ timeouts: { idleMs: value as number } })).toThrow(RangeError);
  });
});

describe('the access log', () => {
  it('has one record per response', async () => {
    const records: AccessRecord[] = [];
    const harness = await Harness.start(
      (server) =>
        server
          .route('GET', '/', () => Response.text('grüß'))
          .route('GET', '/slow', async () => {
            await new Promise<void>((resolve) => {
              harness.clock.setTimer(harness.clock.now() + 250, resolve);
            });
            return new Response(200).body(pieces());
          }),
      { onAccess: (record) => records.push(record) },
    );
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      yield new Uint8Array(5);
    }
    const client = await harness.connect();
    await client.fetch(head('GET /'));
    await client.fetch(head('HEAD /'));
    await client.fetch(head('GET /no?x'));
    await client.send(head('GET /slow'));
    await harness.advance(250);
    await client.send('NONSENSE\r\n\r\n');
    expect(
      records.map(({ method, target, status, bytes, durationMs }) => [
        method,
        target,
        status,
        bytes,
        durationMs,
      ]),
    ).toEqual([
      ['GET', '/', 200, 6, 0],
      ['HEAD', '/', 200, 0, 0],
      ['GET', '/no?x', 404, 14, 0],
      ['GET', '/slow', 200, 15, 250],
      ['', '', 400, expect.any(Number), 0],
    ]);
    expect(records[0]).toMatchObject({ remoteAddress: '127.0.0.1' });
  });

  it('has one for a request whose client left', async () => {
    const records: AccessRecord[] = [];
    const harness = await Harness.start((server) => server.any('/', () => new Promise(() => {})), {
      onAccess: (record) => records.push(record),
    });
    const client = await harness.connect();
    await client.send(head('GET /'));
    client.stream.abort();
    await settle();
    expect(records).toMatchObject([{ method: 'GET', status: 0, bytes: 0 }]);
  });
});
