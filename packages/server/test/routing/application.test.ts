import { Response } from '@netlayers/http';
import {
  Application,
  type Handler,
  HttpError,
  type Middleware,
  type ServerRequest,
} from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { Harness, head } from '../support/harness.js';

/** Middleware that writes down when it is entered and left. */
const trace =
  (log: string[], name: string): Middleware =>
  async (_request, next) => {
    log.push(`${name} in`);
    const response = await next();
    log.push(`${name} out ${response.status}`);
    return response;
  };

const params = ({ params }: ServerRequest): Response => Response.json(params);

describe('middleware', () => {
  it('stands around everything, the first of it outermost', async () => {
    const log: string[] = [];
    const harness = await Harness.start((server) =>
      server.use(trace(log, 'a'), trace(log, 'b')).route('GET', '/', trace(log, 'c'), () => {
        log.push('handler');
        return Response.text('hello');
      }),
    );
    const client = await harness.connect();
    expect((await client.fetch(head('GET /'))).body).toBe('hello');
    expect(log.splice(0)).toEqual([
      'a in',
      'b in',
      'c in',
      'handler',
      'c out 200',
      'b out 200',
      'a out 200',
    ]);
    expect((await client.fetch(head('GET /none'))).status).toBe(404);
    expect(log).toEqual(['a in', 'b in', 'b out 404', 'a out 404']);
  });

  it('may answer itself, change the response, and leave something for what is inside', async () => {
    const harness = await Harness.start((server) =>
      server
        .use(async (request, next) => {
          if (request.path === '/closed') return Response.text('closed', 403);
          request.state.user = 'ada';
          return (await next()).header('X-Seen', 'yes');
        })
        .any('/', (request) => Response.json(request.state)),
    );
    const client = await harness.connect();
    expect((await client.fetch(head('GET /closed'))).status).toBe(403);
    const response = await client.fetch(head('GET /'));
    expect(response.body).toBe('{"user":"ada"}');
    expect(response.head).toMatch(/^X-Seen: yes$/m);
  });

  it('costs no promise where nobody makes one', async () => {
    const answers: unknown[] = [];
    const harness = await Harness.start((server) =>
      server
        .use((_request, next) => {
          const answer = next();
          answers.push(answer);
          return answer;
        })
        .any('/', () => Response.text('now')),
    );
    expect((await harness.fetch(head('GET /'))).body).toBe('now');
    expect(answers[0]).toBeInstanceOf(Response);
  });

  it('is a function, and so is a handler', () => {
    const application = new Application();
    expect(() => application.use({} as never)).toThrow('middleware is a function, not object');
    expect(() => application.route('GET', '/', undefined as never)).toThrow(
      'a handler is a function, not undefined',
    );
  });
});

describe('an error handler', () => {
  it('answers what is thrown now or later, inside of it', async () => {
    const harness = await Harness.start((server) =>
      server
        .catch((error) => Response.text(`caught ${(error as Error).message}`, 500))
        .any('/now', () => {
          throw new Error('now');
        })
        .any('/later', () => Promise.reject(new Error('later'))),
    );
    const client = await harness.connect();
    expect((await client.fetch(head('GET /now'))).body).toBe('caught now');
    expect((await client.fetch(head('GET /later'))).body).toBe('caught later');
    expect(harness.errors).toEqual([]);
  });

  it('may let it go on outwards', async () => {
    const inner = new Application()
      .catch((error) => {
        if (error instanceof HttpError) return Response.text('inside', error.statusCode);
        throw error;
      })
      .any('/no', () => {
        throw new HttpError(403);
      })
      .any('/bad', () => {
        throw new Error('bad');
      });
    const harness = await Harness.start((server) => server.mount('/in', inner));
    const client = await harness.connect();
    expect(await client.fetch(head('GET /in/no'))).toMatchObject({ status: 403, body: 'inside' });
    expect((await client.fetch(head('GET /in/bad'))).status).toBe(500);
    expect(harness.errors).toHaveLength(1);
    expect(() => inner.catch(() => Response.text(''))).toThrow(TypeError);
  });
});

describe('the route of a request', () => {
  it('is the pattern that its path has matched, mounts included', async () => {
    const logged: (string | null)[] = [];
    const seen: (string | null)[] = [];
    const ok = (): Response => Response.text('');
    const deep = new Application()
      .any('/:key/*', ok)
      .host('x.test', new Application().any('/*', ok));
    const harness = await Harness.start(
      (server) =>
        server
          .use(async ({ route }, next) => {
            seen.push(route);
            return next();
          })
          .route('GET', '/', ok)
          .route('GET', '/users/:id', ok)
          .mount('/api/:version', new Application().route('GET', '/', ok).mount('/deep', deep))
          .mount('/', new Application().route('GET', '/root/:a', ok)),
      { onAccess: ({ route }) => logged.push(route) },
    );
    const client = await harness.connect();
    const asked: [string, string | null][] = [
      ['GET /', '/'],
      ['GET /users/7?x=1', '/users/:id'],
      ['PUT /users/%37', '/users/:id'],
      ['GET /api/1', '/api/:version/'],
      ['GET /api/1/deep/a/b/c', '/api/:version/deep/:key/*'],
      ['GET /api/1/none', null],
      ['GET /root/a', '/root/:a'],
      ['GET /none', null],
    ];
    for (const [line] of asked) await client.fetch(head(line));
    await client.send('GET /api/1/deep/a/b/c HTTP/1.1\r\nHost: x.test\r\n\r\n');
    expect(logged).toEqual([...asked.map(([, route]) => route), '/api/:version/deep/*']);
    expect(new Set(seen)).toEqual(new Set([null]));
  });

  it('is there for what stands inside of it, and behind it', async () => {
    const seen: (string | null)[] = [];
    const look: Middleware = async (request, next) => {
      const answer = await next();
      seen.push(request.route);
      return answer;
    };
    const harness = await Harness.start((server) =>
      server.use(look).route('GET', '/a/:b', look, ({ route }) => {
        seen.push(route);
        throw new HttpError(400);
      }),
    );
    await harness.fetch(head('GET /a/1'));
    expect(seen).toEqual(['/a/:b']);
  });
});

describe('an application under a path', () => {
  it('is asked for what is there, behind its own path', async () => {
    const log: string[] = [];
    const harness = await Harness.start((server) =>
      server
        .use(trace(log, 'outer'))
        .route('GET', '/api/own', () => Response.text('of the outer one'))
        .group('/api', (api) =>
          api
            .use(trace(log, 'inner'))
            .route('GET', '/', () => Response.text('root'))
            .route('GET', '/own', () => Response.text('never'))
            .route('GET', '/users/:id', params)
            .group('/deep/:name', (deep) => deep.any('/:key/*', params)),
        ),
    );
    const client = await harness.connect();
    expect((await client.fetch(head('GET /api'))).body).toBe('root');
    expect((await client.fetch(head('GET /api/'))).body).toBe('root');
    log.length = 0;
    expect((await client.fetch(head('GET /api/own'))).body).toBe('of the outer one');
    expect(log.splice(0)).toEqual(['outer in', 'outer out 200']);
    expect((await client.fetch(head('GET /api/users/7?x=1'))).body).toBe('{"id":"7"}');
    expect(log.splice(0)).toEqual(['outer in', 'inner in', 'inner out 200', 'outer out 200']);
    expect((await client.fetch(head('GET /api/deep/a%20b/c/d/e%2F'))).body).toBe(
      '{"name":"a b","key":"c","*":"d/e%2F"}',
    );
    expect((await client.fetch(head('GET /api/none'))).status).toBe(404);
    expect((await client.fetch(head('POST /api/users/7'))).status).toBe(405);
    expect((await client.fetch(head('GET /apis'))).status).toBe(404);
  });

  it('keeps its place behind middleware that waits', async () => {
    const wait: Middleware = async (_request, next) => {
      await Promise.resolve();
      await Promise.resolve();
      return next();
    };
    const inner = new Application().use(wait).route('GET', '/x', () => Response.text('x'));
    const harness = await Harness.start((server) =>
      server.use(wait).mount('/one', inner).mount('/two', inner),
    );
    const client = await harness.connect();
    expect((await client.fetch(head('GET /one/x'))).body).toBe('x');
    expect((await client.fetch(head('GET /two/x'))).body).toBe('x');
  });

  it('tells its fallback what is behind the path', async () => {
    const harness = await Harness.start((server) =>
      server.group('/files/:volume', (files) => files.fallback(params)),
    );
    const client = await harness.connect();
    expect((await client.fetch(head('GET /files/a/b/c'))).body).toBe('{"volume":"a","*":"b/c"}');
    expect((await client.fetch(head('GET /files/a/'))).body).toBe('{"volume":"a","*":""}');
    expect((await client.fetch(head('GET /files/a'))).body).toBe('{"volume":"a","*":""}');
  });

  it('is mounted once, under a path without *', () => {
    const server = new Application();
    server.mount('/a', new Application());
    expect(() => server.mount('/a', new Application())).toThrow(TypeError);
    expect(() => server.mount('/b/*', new Application())).toThrow(TypeError);
  });

  it('answers preflights by what it allows', async () => {
    const harness = await Harness.start(
      (server) => server.group('/api', (api) => api.route('PUT', '/x', () => Response.text('x'))),
      { cors: { origin: '*' } },
    );
    const preflight = head(
      'OPTIONS /api/x',
      'Origin: https://a.example',
      'Access-Control-Request-Method: PUT',
    );
    const { status, head: fields } = await harness.fetch(preflight);
    expect(status).toBe(204);
    expect(fields).toMatch(/^Access-Control-Allow-Methods: PUT, OPTIONS$/m);
  });

  it('refuses methods in small letters, and what is no application [RFC 9110 9.1]', () => {
    const handler = () => Response.text('');
    expect(() => new Application().route('get', '/', handler)).toThrow(/: GET, not get$/);
    expect(() => new Application().route('purge', '/', handler)).not.toThrow();
    const other = {} as Application;
    expect(() => new Application().mount('/a', other)).toThrow(/mount\(\) takes an Application/);
  });

  it('answers preflights, which have no credentials, before what asks for some [Fetch Standard 3.2.2]', async () => {
    const asked: string[] = [];
    const refuse: Middleware = ({ method, path }) => {
      asked.push(`${method} ${path}`);
      return Response.text('who are you?', 401);
    };
    const harness = await Harness.start(
      (server) =>
        server
          .group('/api', (api) =>
            api
              .use(refuse)
              .route('PUT', '/x', () => Response.text('x'))
              .mount(
                '/in',
                new Application().route('PATCH', '/y', () => Response.text('y')),
              ),
          )
          .host('a.example', new Application().use(refuse).route('DELETE', '/z', refuse as Handler))
          .fallback(refuse as Handler),
      { cors: { origin: '*' } },
    );
    const ask = async (path: string, host = 'server'): Promise<string> => {
      const { status, head: fields } = await harness.fetch(
        `OPTIONS ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://b.example\r\n` +
          'Access-Control-Request-Method: PUT\r\n\r\n',
      );
      return `${status} ${/^Access-Control-Allow-Methods: (.*)$/m.exec(fields)?.[1]}`;
    };
    expect(await ask('/api/x')).toBe('204 PUT, OPTIONS');
    expect(await ask('/api/in/y')).toBe('204 PATCH, OPTIONS');
    expect(await ask('/z', 'a.example')).toBe('204 DELETE, OPTIONS');
    expect(asked).toEqual([]);
    // What no route knows is asked as ever, and so is what is no preflight.
    expect(await ask('/api/none')).toBe('401 undefined');
    expect(await ask('/else')).toBe('401 undefined');
    expect((await harness.fetch(head('OPTIONS /api/x'))).status).toBe(401);
    expect(asked).toEqual(['OPTIONS /api/none', 'OPTIONS /else', 'OPTIONS /api/x']);
  });
});

describe('hosts', () => {
  const site = (name: string): Application =>
    new Application().route('GET', '/', () => Response.text(name));

  it('have applications of their own [RFC 9110 7.2]', async () => {
    const harness = await Harness.start((server) =>
      server
        .route('GET', '/', () => Response.text('else'))
        .host('example.org', site('exact'))
        .host('*.example.org', site('below'))
        .host('*.a.example.org', site('far below')),
    );
    const ask = async (host: string): Promise<string> =>
      (await harness.fetch(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).body;
    expect(await ask('example.org')).toBe('exact');
    expect(await ask('EXAMPLE.org.:8080')).toBe('exact');
    expect(await ask('www.example.org')).toBe('below');
    expect(await ask('x.a.example.org')).toBe('far below');
    expect(await ask('notexample.org')).toBe('else');
    expect(await ask('[::1]:80')).toBe('else');
    // The authority of an absolute target wins over Host (RFC 9112, 3.2.2).
    const absolute = 'GET http://example.org/ HTTP/1.1\r\nHost: other\r\n\r\n';
    expect((await harness.fetch(absolute)).body).toBe('exact');
  });

  it('are named once, and by names', () => {
    const server = new Application().host('a', site('a'));
    expect(() => server.host('A', site('b'))).toThrow(TypeError);
    expect(() => server.host('a.*', site('b'))).toThrow(TypeError);
    expect(() => server.host('', site('b'))).toThrow(TypeError);
  });
});
