import { Response } from '@netlayers/http';
import { type Handler, HttpError, type Server, type ServerOptions } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { chunk, Harness, head, post, settle } from '../support/harness.js';

function setUp(server: Server): void {
  server
    .route('GET', '/', () => Response.text('hello'))
    .route('POST', '/json', async (request) => Response.json(await request.json()))
    .route('POST', '/bytes', async (request) => Response.text(`${(await request.bytes()).length}`))
    .route('POST', '/form', async (request) =>
      Response.json([...(await request.formData()).keys()]),
    )
    .route('POST', '/ignore', () => Response.text('ignored'))
    .route('GET', '/throw', () => {
      throw new Error('secret');
    })
    .route('GET', '/reject', () => Promise.reject(new Error('secret')))
    .route('GET', '/teapot', () => {
      throw new HttpError(418, 'short and stout');
    })
    .route('GET', '/nothing', (() => undefined) as never)
    .route('GET', '/text', (async () => 'text') as never);
}

const LIMITS: ServerOptions = { limits: { bodyBytes: 100, bufferedBodyBytes: 50 } };

describe('each status of the server', () => {
  it.each([
    [200, 'of a handler', head('GET /')],
    [200, 'of a route under another spelling', head('GET http://server/?x=1')],
    [200, 'to HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    [204, 'to OPTIONS on a path', head('OPTIONS /')],
    [204, 'to OPTIONS on the server', head('OPTIONS *')],
    [400, 'to a malformed request line', 'GET\r\n\r\n'],
    [400, 'without Host', 'GET / HTTP/1.1\r\n\r\n'],
    [400, 'to two framings', head('POST /json', 'Content-Length: 3', 'Transfer-Encoding: chunked')],
    [400, 'to two lengths', head('POST /json', 'Content-Length: 3', 'Content-Length: 4')],
    [400, 'to a bare LF', 'GET / HTTP/1.1\nHost: x\n\n'],
    [400, 'to folding', head('GET /', 'X: a', ' b')],
    [400, 'to a space before the colon', head('GET /', 'X : a')],
    [400, 'to what is not JSON', post('/json', '{')],
    [
      400,
      'to a malformed form',
      post('/form', 'x', 'Content-Type: multipart/form-data; boundary=b'),
    ],
    [400, 'to a malformed chunk', `${head('POST /bytes', 'Transfer-Encoding: chunked')}x\r\n`],
    [404, 'to an unknown path', head('GET /nowhere')],
    [404, 'to an unknown path with an unknown method', head('BREW /nowhere')],
    [405, 'to a method without a handler', head('DELETE /')],
    [413, 'to a known length', head('POST /ignore', 'Content-Length: 101')],
    [413, 'to a length that nobody collects', post('/bytes', 'x'.repeat(51))],
    [413, 'to chunks', head('POST /bytes', 'Transfer-Encoding: chunked') + chunk('x'.repeat(51))],
    [
      413,
      'to unread chunks',
      head('POST /slow', 'Transfer-Encoding: chunked') + chunk('x'.repeat(101)),
    ],
    [414, 'to a long target', head(`GET /${'x'.repeat(10_000)}`)],
    [415, 'to what is no form', post('/form', '{}', 'Content-Type: application/json')],
    [417, 'to an unknown expectation', post('/bytes', 'x', 'Expect: miracles')],
    [418, 'that a handler throws', head('GET /teapot')],
    [431, 'to a large head', head('GET /', `X: ${'x'.repeat(20_000)}`)],
    [431, 'to many fields', head('GET /', ...Array.from({ length: 200 }, (_, i) => `X${i}: y`))],
    [500, 'when a handler throws', head('GET /throw')],
    [500, 'when a handler rejects', head('GET /reject')],
    [500, 'when a handler returns nothing', head('GET /nothing')],
    [500, 'when a handler returns text', head('GET /text')],
    [501, 'to an unknown method on a known path', head('BREW /')],
    [501, 'to CONNECT', head('CONNECT server:443').replace('Host: server', 'Host: server:443')],
    [501, 'to an unknown coding', head('POST /json', 'Transfer-Encoding: gzip, chunked')],
    [505, 'to another version', 'GET / HTTP/2.0\r\nHost: server\r\n\r\n'],
  ])('%i %s', async (status, _what, request) => {
    const harness = await Harness.start((server) => {
      setUp(server);
      server.route('POST', '/slow', () => new Promise(() => {}));
    }, LIMITS);
    const client = await harness.connect();
    await client.send(request);
    const response = client.takeResponses()[0];
    expect(response?.status).toBe(status);
    expect(response?.head).toMatch(/^Date: \w{3}, /m);
    if (status >= 400 && status !== 418) {
      expect(response?.head).toMatch(/^Content-Type: text\/plain; charset=utf-8$/m);
      expect(response?.body).toMatch(new RegExp(`^${status} [A-Z].*\n$`));
    }
  });

  it('411 to chunks, if asked for', async () => {
    const harness = await Harness.start(setUp, { requireContentLength: true });
    const request = head('POST /bytes', 'Transfer-Encoding: chunked') + chunk('x') + chunk('');
    expect((await harness.fetch(request)).status).toBe(411);
    expect((await harness.fetch(post('/bytes', 'x'))).status).toBe(200);
  });

  it('says in Allow what is allowed instead', async () => {
    const harness = await Harness.start(setUp);
    expect((await harness.fetch(head('PUT /'))).head).toMatch(/^Allow: GET, HEAD, OPTIONS$/m);
    expect((await harness.fetch(head('OPTIONS /json'))).head).toMatch(/^Allow: POST, OPTIONS$/m);
  });

  it('keeps what a handler threw from the peer, and reports it', async () => {
    const harness = await Harness.start(setUp);
    for (const path of ['/throw', '/reject']) {
      const response = await harness.fetch(head(`GET ${path}`));
      expect(response.body).toBe('500 Internal Server Error\n');
      expect(response.head).not.toContain('secret');
    }
    expect(harness.errors.map(String)).toEqual(['Error: secret', 'Error: secret']);
  });

  it.each([
    [undefined, /but nothing: a return is missing/],
    ['text', /but a string: make it one by Response\.text/],
    [{ a: 1 }, /but a value of type object: make it one by Response\.json/],
    [null, /but null/],
    [() => () => {}, /but a function: what makes middleware is called/],
    [new globalThis.Response('x'), /but one of the web platform: put fetchHandler\(\) around/],
  ])('says what a handler has returned instead of a response: %s', async (given, message) => {
    const harness = await Harness.start((server) =>
      server.route('GET', '/', (async () => given) as unknown as Handler),
    );
    expect((await harness.fetch(head('GET /'))).status).toBe(500);
    expect(String(harness.errors)).toMatch(message);
  });

  it('reports with the head of the request that it was about', async () => {
    const heard: string[] = [];
    const harness = await Harness.start(
      (server) =>
        server
          .route('GET', '/throw', () => {
            throw new Error('one');
          })
          .route('GET', '/stream', () =>
            new Response(200).body(
              (async function* () {
                yield new Uint8Array(1);
                throw new Error('two');
              })(),
            ),
          )
          .errorPage(() => {
            throw new Error('three');
          }),
      { onError: (error, of) => heard.push(`${of?.method} ${of?.target}: ${error}`) },
    );
    await harness.fetch(head('GET /throw?x'));
    const client = await harness.connect();
    await client.send(head('GET /stream'));
    await settle();
    expect(heard).toEqual([
      'GET /throw?x: Error: one',
      'GET /throw?x: Error: three',
      'GET /stream: Error: two',
    ]);
  });

  it('does not report what the peer did wrong', async () => {
    const harness = await Harness.start(setUp);
    await harness.fetch(post('/json', '{'));
    await harness.fetch('GET\r\n\r\n');
    await harness.fetch(head('GET /teapot'));
    expect(harness.errors).toEqual([]);
  });

  it.each([
    ['a malformed head', 'GET\r\n\r\n'],
    ['a body too large', head('POST /ignore', 'Content-Length: 101')],
    ['a malformed chunk', `${head('POST /bytes', 'Transfer-Encoding: chunked')}x\r\n`],
  ])('closes behind %s', async (_what, request) => {
    const harness = await Harness.start(setUp, LIMITS);
    const client = await harness.connect();
    const { head: answer } = await client.fetch(request);
    expect(answer).toMatch(/^Connection: close$/m);
    expect(client.isEnded).toBe(true);
    await client.send(head('GET /'));
    expect(client.take()).toBe('');
  });

  it.each([
    ['404', head('GET /nowhere')],
    ['405', head('DELETE /')],
    ['500', head('GET /throw')],
    ['400 of a handler', post('/json', '{')],
  ])('goes on behind %s', async (_what, request) => {
    const harness = await Harness.start(setUp);
    const client = await harness.connect();
    await client.fetch(request);
    expect((await client.fetch(head('GET /'))).body).toBe('hello');
  });
});
