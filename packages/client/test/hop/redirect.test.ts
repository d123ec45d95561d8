import {
  Client,
  type ClientActivity,
  type ClientOptions,
  type RequestBody,
  type RequestOptions,
} from '@netlayers/client';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import {
  answers,
  memory,
  ok,
  type RawConnection,
  rawServer,
  settle,
  watched,
} from '../support/raw-server.js';

const to = (location: string, status = 302): string =>
  `HTTP/1.1 ${status} Elsewhere\r\nLocation: ${location}\r\nContent-Length: 4\r\n\r\nmove`;

const methodsOf = (connections: readonly RawConnection[]): (string | undefined)[] =>
  connections.flatMap((connection) => connection.heads.map((head) => head.split(' ')[0]));

describe('redirections', () => {
  it('are followed on the same connection, relative to where they come from', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(to('../c?d=e'), to('/f'), ok('here')));
    const response = await new Client({ transport }).get('http://a.test/a/b#part');
    expect(await response.text()).toBe('here');
    expect(response.url.href).toBe('http://a.test/f#part');
    expect(response.redirects.map((url) => url.pathname)).toEqual(['/a/b', '/c']);
    expect(connections).toHaveLength(1);
    expect(connections[0]?.heads.map((head) => head.split(' ')[1])).toEqual([
      '/a/b',
      '/c?d=e',
      '/f',
    ]);
  });

  it.each([
    [301, 'GET', 'GET'],
    [301, 'POST', 'GET'],
    [301, 'PUT', 'PUT'],
    [302, 'POST', 'GET'],
    [302, 'DELETE', 'DELETE'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'PATCH', 'PATCH'],
  ])('%d after %s asks with %s', async (status, method, then) => {
    const transport = memory();
    const connections = await rawServer(transport, (connection, index) => {
      const complete =
        method === 'HEAD' || method === 'GET' || method === 'DELETE' || then === 'GET';
      if (index === 0 && connection.received.endsWith(bodyOf(method))) {
        connection
          .send(`HTTP/1.1 ${status} Elsewhere\r\nLocation: /2\r\nConnection: close\r\n\r\n`)
          .end();
      } else if (
        index === 1 &&
        connection.received.endsWith(complete ? '\r\n\r\n' : bodyOf(method))
      ) {
        connection.send('HTTP/1.1 204 No Content\r\n\r\n');
      }
    });
    const body = bodyOf(method) === 'data' ? 'data' : null;
    const response = await new Client({ transport }).request('http://a.test/1', { method, body });
    expect(response.status).toBe(204);
    expect(methodsOf(connections)).toEqual([method, then]);
    const keeps = then === method && body !== null;
    expect(connections[1]?.received.endsWith('data')).toBe(keeps);
    expect(/content-type|content-length/i.test(connections[1]?.received ?? '')).toBe(keeps);
  });

  it('leave credentials behind when the origin changes, and the Host they were given', async () => {
    const transport = memory();
    const first = await rawServer(transport, answers(to('/same'), to('http://a.test:81/')), {
      port: 80,
    });
    const second = await rawServer(transport, answers(ok('')), { port: 81 });
    const headers = {
      Authorization: 'Bearer t',
      Cookie: 'c=1',
      'Proxy-Authorization': 'p',
      Host: 'virtual.test',
      Accept: 'text/html',
    };
    await new Client({ transport }).get('http://a.test/', { headers });
    for (const head of first[0]?.heads ?? []) {
      expect(head).toContain('Authorization: Bearer t');
      expect(head).toContain('Host: virtual.test');
    }
    expect(first[0]?.heads).toHaveLength(2);
    const head = second[0]?.heads[0] ?? '';
    expect(head).not.toMatch(/authorization|cookie/i);
    expect(head).toContain('Host: a.test:81');
    expect(head).toContain('Accept: text/html');
  });

  it('end after so many', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(to('/again')));
    const client = new Client({ transport, maxRedirects: 3 });
    await expect(client.get('http://a.test/')).rejects.toMatchObject({
      code: 'too-many-redirects',
    });
    expect(connections[0]?.heads).toHaveLength(4);
  });

  it('are returned, or an error, where that is asked for', async () => {
    const transport = memory();
    await rawServer(transport, answers(to('/2')));
    const client = new Client({ transport });
    const manual = await client.get('http://a.test/', { redirect: 'manual' });
    expect(manual.status).toBe(302);
    expect(await manual.text()).toBe('move');
    await expect(client.get('http://a.test/', { redirect: 'error' })).rejects.toMatchObject({
      code: 'redirect-refused',
    });
  });

  it('without a place, or of another kind, are the answer', async () => {
    const transport = memory();
    const bare = 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n';
    const notModified = 'HTTP/1.1 304 Not Modified\r\nLocation: /2\r\n\r\n';
    await rawServer(transport, answers(bare, notModified));
    const client = new Client({ transport });
    expect((await client.get('http://a.test/')).status).toBe(302);
    expect((await client.get('http://a.test/')).status).toBe(304);
  });

  it('to another scheme, or to nonsense, fail', async () => {
    const transport = memory();
    await rawServer(transport, answers(to('file:///etc/passwd'), to('http://[')));
    const client = new Client({ transport });
    await expect(client.get('http://a.test/')).rejects.toMatchObject({
      code: 'unsupported-protocol',
    });
    await expect(client.get('http://a.test/')).rejects.toMatchObject({ code: 'invalid-url' });
  });

  it('that want a stream repeated fail, and stop it', async () => {
    const transport = memory();
    let released = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield new Uint8Array(10);
          await settle();
        }
      } finally {
        released = true;
      }
    }
    await rawServer(transport, (connection) => {
      if (connection.heads.length === 1 && connection.received.length < 200)
        connection.send(to('/2', 307));
    });
    const client = new Client({ transport });
    await expect(client.post('http://a.test/', source())).rejects.toMatchObject({
      code: 'body-not-repeatable',
    });
    await settle();
    expect(released).toBe(true);
    await settle();
    expect(client.connections).toBe(0);
  });

  it('may name their place in UTF-8', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(to('/\u00c3\u00a9'), ok('')));
    await new Client({ transport }).get('http://a.test/');
    expect(connections[0]?.heads[1]).toContain('GET /%C3%A9 ');
  });
});

const bodyOf = (method: string): string =>
  method === 'POST' || method === 'PUT' || method === 'PATCH' ? 'data' : '\r\n\r\n';

describe('a redirection whose content does not end', () => {
  const endless = 'HTTP/1.1 302 Found\r\nLocation: /2\r\nTransfer-Encoding: chunked\r\n\r\n';

  async function redirecting(head: string) {
    const transport = memory();
    const clock = new ManualClock();
    const connections = await rawServer(transport, (connection, index) => {
      connection.send(index === 0 ? head : ok('here'));
    });
    const client = new Client({ transport, clock });
    const response = await client.get('http://a.test/');
    expect(await response.text()).toBe('here');
    return { connections, clock, client };
  }

  it('is followed at once, and its connection is given up a second later', async () => {
    const { connections, clock, client } = await redirecting(endless);
    expect(connections).toHaveLength(2);
    expect(client.connections).toBe(2);
    clock.advance(999);
    await settle();
    expect(connections[0]?.closed).toBe(false);
    clock.advance(1);
    await settle();
    expect(connections[0]?.closed).toBe(true);
    expect(client.connections).toBe(1);
  });

  it('or is long, is followed at once, and its connection is given up', async () => {
    const long = endless.replace('Transfer-Encoding: chunked', 'Content-Length: 65537');
    const { connections, client } = await redirecting(long);
    await settle();
    expect(connections[0]?.closed).toBe(true);
    expect(client.connections).toBe(1);
  });

  it('but ends soon, leaves its connection for the next request', async () => {
    const { connections, client } = await redirecting(endless);
    connections[0]?.send('3\r\nend\r\n0\r\n\r\n');
    await settle();
    expect(client.connections).toBe(2);
    expect(connections[0]?.closed).toBe(false);
  });

  it('or brings too much, is given up by its bytes', async () => {
    const { connections } = await redirecting(endless);
    for (let i = 0; i < 5; i++) {
      connections[0]?.send(`5000\r\n${'x'.repeat(0x5000)}\r\n`);
      await settle();
    }
    expect(connections[0]?.closed).toBe(true);
  });
});

describe('a response that is discarded', () => {
  it('is waited for no longer than a second', async () => {
    const transport = memory();
    const clock = new ManualClock();
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345';
    const connections = await rawServer(transport, answers(head));
    const client = new Client({ transport, clock });
    const discarded = watched((await client.get('http://a.test/')).discard());
    await settle();
    expect(discarded.settled).toBe(false);
    clock.advance(1000);
    await discarded.promise;
    await settle();
    expect(connections[0]?.closed).toBe(true);
    expect(clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('what crosses to another origin [RFC 9110 15.4]', () => {
  const MINE = {
    Accept: 'text/html',
    'Accept-Language': 'de',
    'User-Agent': 'mine',
    Range: 'bytes=0-9',
    'If-Range': '"1"',
    Authorization: 'Bearer t',
    Cookie: 'c=1',
    Referer: 'http://a.test/secret',
    Origin: 'http://a.test',
    'X-Api-Key': 'k',
    'X-Trace': 't',
    'If-None-Match': '"2"',
  };
  const GOES = ['host', 'accept', 'accept-language', 'user-agent', 'range', 'if-range'];

  /** The names of the fields that arrive behind a redirection. */
  async function crossing(
    location: string,
    options: RequestOptions = {},
    clientOptions: Partial<ClientOptions> = {},
    url = 'http://a.test/',
  ): Promise<string[]> {
    const transport = memory();
    const first = { port: 80, host: 'a.test' };
    await rawServer(transport, answers(to(location, 307)), first);
    await rawServer(transport, answers(to(location, 307)), { port: 443, host: 'a.test' });
    const second = await rawServer(transport, answers(ok('')), { port: 80 });
    const third = await rawServer(transport, answers(ok('')), { port: 81 });
    const client = new Client({ transport, secureTransport: transport, ...clientOptions });
    await (await client.request(url, { headers: MINE, ...options })).text();
    const [, ...lines] =
      [...second, ...third].flatMap(({ heads }) => heads)[0]?.split('\r\n') ?? [];
    return lines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
  }

  it.each([
    ['another host', 'http://b.test/', 'http://a.test/'],
    ['another port', 'http://a.test:81/', 'http://a.test/'],
    ['no encryption', 'http://b.test/', 'https://a.test/'],
  ])('are ordinary fields: %s', async (_, location, url) => {
    expect((await crossing(location, {}, {}, url)).sort()).toEqual([...GOES].sort());
  });

  it('also of those that the client adds, and the type of a body that goes too', async () => {
    const headers = { 'x-all': 'secret', 'accept-language': 'fr' };
    const body = { method: 'POST', headers: {}, json: { a: 1 } };
    const names = await crossing('http://b.test/', body, { headers });
    expect(names.sort()).toEqual(
      ['accept', 'accept-language', 'content-length', 'content-type', 'host', 'user-agent'].sort(),
    );
  });

  it('are others too where the program names them, but never Host', async () => {
    const redirectHeaders = ['X-TRACE', 'host'];
    const headers = { ...MINE, Host: 'virtual.test' };
    const names = await crossing('http://b.test/', { headers }, { redirectHeaders });
    expect(names.sort()).toEqual([...GOES, 'x-trace'].sort());
  });

  it('are no credentials of URLs, neither of the first nor of the second', async () => {
    for (const location of ['http://b.test/', 'http://x:y@b.test/']) {
      const names = await crossing(location, {}, {}, 'http://u:p@a.test/');
      expect(names).not.toContain('authorization');
    }
  });
});

describe('credentials in a URL', () => {
  it('stay with their origin through its own redirections', async () => {
    const transport = memory();
    const [connections] = [await rawServer(transport, answers(to('http://a.test/2'), ok('')))];
    await new Client({ transport }).get('http://u:p@a.test/');
    expect(connections[0]?.heads[1]).toContain('Authorization: Basic ');
  });

  it('show in no message and no log', async () => {
    const transport = memory();
    await rawServer(transport, answers(to('http://u:secret@a.test/2')));
    const seen: string[] = [];
    const observe = (activity: ClientActivity): void => {
      if (activity.type === 'redirect') seen.push(activity.url.href);
    };
    const client = new Client({ transport, maxRedirects: 1, observe });
    for (const redirect of ['follow', 'error'] as const) {
      const error: Error = await client.get('http://u:secret@a.test/', { redirect }).then(
        () => new Error('secret'),
        (error: Error) => error,
      );
      expect(error.message).not.toContain('secret');
    }
    expect(seen).toEqual(['http://a.test/2']);
    await expect(client.get('http://u:secret@[bad')).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});

describe('two lines of Location', () => {
  it('are not one place: the first counts [RFC 9110 10.2.2]', async () => {
    const transport = memory();
    const two =
      'HTTP/1.1 302 Found\r\nLocation: /one\r\nLocation: /two\r\nContent-Length: 0\r\n\r\n';
    await rawServer(transport, answers(two, ok('')));
    const response = await new Client({ transport }).get('http://a.test/');
    expect(response.url.pathname).toBe('/one');
  });
});

describe('a body that is sent again after 307 and 308 [RFC 9110 15.4.8]', () => {
  const text = 'q'.repeat(300_000);

  async function* stream(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < text.length; at += 1000) yield new Uint8Array(1000).fill(0x71);
  }

  it.each<[string, () => RequestBody, string]>([
    ['a function that makes a stream', () => stream, 'Transfer-Encoding: chunked'],
    ['one that waits first', () => async () => stream(), 'Transfer-Encoding: chunked'],
    ['one that makes text', () => () => text, 'Transfer-Encoding: chunked'],
    ['a large Blob, as a file is', () => new Blob([text]), 'Content-Length: 300000'],
    ['much in memory', () => text, 'Content-Length: 300000'],
  ])('may be %s', async (_, body, framing) => {
    const transport = memory();
    const isWhole = (received: string): boolean =>
      received.endsWith('0\r\n\r\n') || received.endsWith('q'.repeat(1000));
    const complete = (received: string): boolean =>
      isWhole(received) && received.split('q').length > text.length;
    const connections = await rawServer(transport, (connection, index) => {
      if (!complete(connection.received)) return;
      connection.onChange = null;
      connection.send(index === 0 ? to('http://b.test/', 308) : ok('got it'));
    });
    const response = await new Client({ transport }).put('http://a.test/', body());
    expect(await response.text()).toBe('got it');
    expect(connections.map(({ received }) => received.split('q').length - 1)).toEqual([
      text.length,
      text.length,
    ]);
    for (const { heads } of connections) expect(heads[0]).toContain(framing);
  });

  it('fails with what the function throws', async () => {
    const transport = memory();
    await rawServer(transport, () => {});
    const mine = new Error('no such file');
    const request = new Client({ transport }).put('http://a.test/', () => Promise.reject(mine));
    await expect(request).rejects.toBe(mine);
  });
});
