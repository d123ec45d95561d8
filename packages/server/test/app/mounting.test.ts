import { Response as HttpResponse } from '@netlayers/http';
import { type CorsOptions, fetchHandler, Server } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { chunk, Harness, head, post, settle } from '../support/harness.js';

describe('a handler of the web platform', () => {
  it('gets a Request and gives a Response', async () => {
    const harness = await Harness.start((server) =>
      server.fetch(async (request) => {
        const seen = [request.method, request.url, request.headers.get('x'), await request.text()];
        return Response.json(seen, { status: 201, headers: { 'X-Y': 'z', 'Set-Cookie': 'a=b' } });
      }),
    );
    const client = await harness.connect();
    await client.send(post('/path?q=1', 'body', 'X: y'));
    await settle();
    expect(client.received).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
    expect(client.received).toMatch(/^x-y: z$/im);
    expect(client.received).toMatch(/^set-cookie: a=b$/im);
    expect(client.received).toContain('["POST","http://server/path?q=1","y","body"]');
  });

  it('is asked by an https URL where TLS carries the request [RFC 9110 4.2.2]', async () => {
    const harness = await Harness.start((server) => server.fetch(({ url }) => new Response(url)), {
      trustedGateway: () => true,
    });
    const client = await harness.connect();
    await client.send(head('GET /path'));
    await settle();
    expect(client.received).toContain('\r\nhttps://server/path\r\n');
  });

  it('answers beside routes', async () => {
    const harness = await Harness.start((server) =>
      server
        .route('GET', '/', () => HttpResponse.text('ours'))
        .any(
          '/api/*',
          fetchHandler(() => new Response(null, { status: 204 })),
        )
        .fetch(() => new Response(null, { status: 418 })),
    );
    const client = await harness.connect();
    expect((await client.fetch(head('GET /'))).body).toBe('ours');
    expect((await client.fetch(head('GET /api/x'))).status).toBe(204);
    await client.send(head('GET /else'));
    expect(client.received).toMatch(/^HTTP\/1\.1 418/);
  });

  it('streams both ways', async () => {
    const harness = await Harness.start((server) =>
      server.fetch((request) => new Response(request.body)),
    );
    const client = await harness.connect();
    await client.send(head('POST /', 'Transfer-Encoding: chunked') + chunk('one'));
    await settle();
    expect(client.take()).toContain(chunk('one'));
    await client.send(chunk('two') + chunk(''));
    await settle();
    expect(client.take()).toBe(chunk('two') + chunk(''));
  });

  it('hears that the client has gone', async () => {
    let signal: AbortSignal | undefined;
    const harness = await Harness.start((server) =>
      server.fetch((request) => {
        signal = request.signal;
        return new Promise(() => {});
      }),
    );
    const client = await harness.connect();
    await client.send(head('GET /'));
    client.stream.abort();
    await settle();
    expect(signal?.aborted).toBe(true);
  });

  it('is 500 when it fails and 400 for what the platform refuses', async () => {
    const harness = await Harness.start((server) =>
      server.fetch(() => {
        throw new Error('secret');
      }),
    );
    expect((await harness.fetch(head('GET /'))).status).toBe(500);
    expect((await harness.fetch(head('TRACE /'))).status).toBe(400);
  });
});

describe('leaving HTTP', () => {
  const start = (): Promise<Harness> =>
    Harness.start((server) =>
      server
        .route('GET', '/', () => HttpResponse.text('plain'))
        .upgrade('echo', (request) =>
          request.path === '/no'
            ? HttpResponse.text('no', 403)
            : request.upgrade(
                new HttpResponse(101).header('Upgrade', 'echo').header('Connection', 'upgrade'),
                (stream, remaining) => {
                  stream.write(remaining);
                  stream.setHandler({
                    handleData: (buf, start, end) => stream.write(buf, start, end),
                    handleEnd: () => stream.end(),
                    handleDrain: () => {},
                    handleClose: () => {},
                  });
                },
              ),
        )
        .connect((request) => request.upgrade(new HttpResponse(200), (stream) => stream.end())),
    );

  const ASK = ['Connection: upgrade', 'Upgrade: h2c, Echo'];

  it('hands the stream over with what came behind the request', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.send(`${head('GET /', ...ASK)}early`);
    await client.send(' late');
    expect(client.received).toMatch(/^HTTP\/1\.1 101 /);
    expect(client.received.endsWith('\r\n\r\nearly late')).toBe(true);
    expect(harness.server.counters().connections).toBe(0);
  });

  it('is refused with an ordinary response', async () => {
    const client = await (await start()).connect();
    expect((await client.fetch(head('GET /no', ...ASK))).status).toBe(403);
    expect((await client.fetch(head('GET /'))).body).toBe('plain');
  });

  it.each([
    ['of an unknown protocol', head('GET /', 'Connection: upgrade', 'Upgrade: other')],
    ['without Connection', head('GET /', 'Upgrade: echo')],
  ])('%s is ignored', async (_what, request) => {
    expect((await (await start()).fetch(request)).body).toBe('plain');
  });

  it('makes a tunnel of a CONNECT', async () => {
    const harness = await start();
    const client = await harness.connect();
    await client.send('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n');
    expect(client.received).toMatch(/^HTTP\/1\.1 200 /);
    expect(client.received).not.toMatch(/^(content-length|transfer-encoding)/im);
    expect(client.isEnded).toBe(true);
  });

  it('refuses a second handler', () => {
    const server = new Server()
      .upgrade('x', () => HttpResponse.text(''))
      .fallback(() => HttpResponse.text(''));
    expect(() => server.upgrade('X', () => HttpResponse.text(''))).toThrow(TypeError);
    expect(() => server.fallback(() => HttpResponse.text(''))).toThrow(TypeError);
    expect(() => server.route('CONNECT', '/', () => HttpResponse.text(''))).toThrow(TypeError);
  });
});

describe('CORS', () => {
  const start = (origin: string | string[]): Promise<Harness> =>
    Harness.start((server) => server.route('PUT', '/', () => HttpResponse.text('x')), {
      cors: { origin },
    });

  it('lets everyone read', async () => {
    const harness = await start('*');
    const response = await harness.fetch(post('/', '').replace('POST', 'PUT'));
    expect(response.head).toMatch(/^Access-Control-Allow-Origin: \*$/m);
    expect((await harness.fetch(head('GET /no'))).head).toMatch(
      /^Access-Control-Allow-Origin: \*$/m,
    );
  });

  it('lets the origins on its list read', async () => {
    const harness = await start(['https://a', 'https://b']);
    const allowed = await harness.fetch(head('PUT /', 'Origin: https://b', 'Content-Length: 0'));
    expect(allowed.head).toMatch(/^Access-Control-Allow-Origin: https:\/\/b$/m);
    expect(allowed.head).toMatch(/^Vary: Origin$/m);
    const other = await harness.fetch(head('PUT /', 'Origin: https://c', 'Content-Length: 0'));
    expect(other.head).not.toMatch(/^Access-Control-Allow-Origin/m);
    expect(other.head).toMatch(/^Vary: Origin$/m);
  });

  it.each([undefined, 'example.org', 'https://example.org/', 'https://Example.org', ['*', 'x']])(
    'refuses what is no origin: %j',
    (origin) => {
      expect(() => new Server({ cors: { origin } as CorsOptions })).toThrow(
        /^cors\.origin is \*, or/,
      );
    },
  );

  it('answers a preflight', async () => {
    const harness = await start('https://a');
    const { status, head: fields } = await harness.fetch(
      head(
        'OPTIONS /',
        'Origin: https://a',
        'Access-Control-Request-Method: PUT',
        'Access-Control-Request-Headers: x-token',
      ),
    );
    expect(status).toBe(204);
    expect(fields).toMatch(/^Access-Control-Allow-Origin: https:\/\/a$/m);
    expect(fields).toMatch(/^Access-Control-Allow-Methods: .*PUT/m);
    expect(fields).toMatch(/^Access-Control-Allow-Headers: x-token$/m);
  });

  it('answers a preflight to a handler that says what it allows, and to no other', async () => {
    const harness = await Harness.start(
      (server) =>
        server.fallback(({ path }) => {
          if (path === '/none') return new HttpResponse(404);
          if (path === '/own') {
            return new HttpResponse(200)
              .header('Allow', 'GET')
              .header('Access-Control-Allow-Methods', 'PATCH');
          }
          return HttpResponse.text('no', 405).header('Allow', 'GET, HEAD');
        }),
      { cors: { origin: '*' } },
    );
    const asked = ['Origin: https://a', 'Access-Control-Request-Method: GET'];
    const { status, head: fields } = await harness.fetch(head('OPTIONS /a.txt', ...asked));
    expect(status).toBe(204);
    expect(fields).toMatch(/^Access-Control-Allow-Origin: \*$/m);
    expect(fields).toMatch(/^Access-Control-Allow-Methods: GET, HEAD$/m);
    expect((await harness.fetch(head('OPTIONS /none', ...asked))).status).toBe(404);
    expect((await harness.fetch(head('OPTIONS /own', ...asked))).head).toContain('Methods: PATCH');
    // Without what makes it a preflight it is a plain question, which its handler answers.
    expect((await harness.fetch(head('OPTIONS /a.txt', 'Origin: https://a'))).status).toBe(405);
    expect((await harness.fetch(head('PUT /a.txt', ...asked, 'Content-Length: 0'))).status).toBe(
      405,
    );
  });
});
