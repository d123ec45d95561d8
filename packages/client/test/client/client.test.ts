import { Client, ClientError, type RequestQuery } from '@netlayers/client';
import { Headers } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle } from '../support/raw-server.js';

const CREATED = 'HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n';

async function failure(promise: Promise<unknown>): Promise<ClientError> {
  const error = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ClientError);
  return error as ClientError;
}

describe('a request', () => {
  it('names the host it was asked for, never the address it was resolved to', async () => {
    const transport = memory();
    const [server] = [
      await rawServer(transport, answers(ok('hi')), { host: '192.0.2.7', port: 8080 }),
    ];
    const asked: string[] = [];
    const resolve = (name: string): Promise<string> => {
      asked.push(name);
      return Promise.resolve('192.0.2.7');
    };
    const client = new Client({ transport, resolve });
    const response = await client.get('http://Shop.Example:8080/a/b?c=d#e');
    expect(await response.text()).toBe('hi');
    expect(asked).toEqual(['shop.example']);
    expect(server?.[0]?.received).toBe(
      'GET /a/b?c=d HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: netlayers\r\nAccept: */*\r\n\r\n',
    );
  });

  it('is relative to the base URL, by the rules of links [URL 4.4]', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(...Array(7).fill(ok(''))));
    const targetOf = async (client: Client, url: string | URL): Promise<string> => {
      const { url: asked } = await client.get(url);
      expect(connections.at(-1)?.received).toContain(`GET ${asked.pathname}${asked.search} HTTP`);
      return asked.href;
    };
    const client = new Client({ transport, baseUrl: 'http://a.test/v1/?old#part' });
    for (const [url, href] of [
      ['users', 'http://a.test/v1/users'],
      ['/users', 'http://a.test/users'],
      ['../users?b', 'http://a.test/users?b'],
      ['', 'http://a.test/v1/?old'],
      ['//b.test/c', 'http://b.test/c'],
      ['http://c.test/', 'http://c.test/'],
    ] as const) {
      expect(await targetOf(client, url)).toBe(href);
    }
    const without = new Client({ transport, baseUrl: new URL('http://a.test/v1') });
    expect(await targetOf(without, 'users')).toBe('http://a.test/users');
    const { message } = await failure(new Client({ transport }).get('/users'));
    expect(message).toMatch(/^not a URL: "\/users": .*, or give the client a baseUrl$/);
    for (const baseUrl of ['/v1/', 'ftp://a.test/', '', 3]) {
      expect(() => new Client({ transport, baseUrl } as never)).toThrow(
        new TypeError('the option baseUrl of Client is a URL that begins with http:// or https://'),
      );
    }
  });

  it('adds to the query of its URL, which stays as it is [URL 5.2]', async () => {
    const transport = memory();
    await rawServer(transport, answers(...Array(7).fill(ok(''))));
    const client = new Client({ transport, baseUrl: 'http://a.test/' });
    const asked = async (url: string, query: RequestQuery): Promise<string> =>
      (await client.get(url, { query })).url.href;
    const values = { a: 1, b: ['x', 'y'], c: true, d: null, e: undefined, f: 2n, g: [] };
    expect(await asked('s', values)).toBe('http://a.test/s?a=1&b=x&b=y&c=true&f=2');
    expect(await asked('s?q=%20a+b&q#z', { a: 1 })).toBe('http://a.test/s?q=%20a+b&q&a=1#z');
    expect(await asked('s', { 'a b': 'c&d=e#é' })).toBe('http://a.test/s?a+b=c%26d%3De%23%C3%A9');
    expect(await asked('s', new URLSearchParams('x=1&x=2'))).toBe('http://a.test/s?x=1&x=2');
    expect(await asked('s?', [['x', 1] as const])).toBe('http://a.test/s?x=1');
    expect(await asked('s?q', {})).toBe('http://a.test/s?q');
    for (const query of [{ a: {} }, { a: new Date(0) }, 'a=b', [['a', []]]]) {
      const { code } = await failure(client.get('s', { query } as never));
      expect(code).toBe('invalid-argument');
    }
  });

  it('does not resolve an address', async () => {
    const transport = memory();
    await rawServer(transport, answers(ok('hi')), { host: '192.0.2.7' });
    await rawServer(transport, answers(ok('six')), { host: '2001:db8::1' });
    const resolve = (): Promise<string> => Promise.reject(new Error('asked'));
    const client = new Client({ transport, resolve });
    expect(await (await client.get('http://192.0.2.7/')).text()).toBe('hi');
    expect(await (await client.get('http://[2001:db8::1]/')).text()).toBe('six');
  });

  it('lets the program name Host, User-Agent and Accept', async () => {
    const transport = memory();
    const [connection] = [await rawServer(transport, answers(ok('')))];
    const client = new Client({ transport, headers: { 'User-Agent': 'mine', 'X-All': '1' } });
    await client.get('http://a.test/', { headers: { host: 'b.test', Accept: 'text/html' } });
    expect(connection[0]?.received).toBe(
      'GET / HTTP/1.1\r\nHost: b.test\r\nAccept: text/html\r\nUser-Agent: mine\r\nX-All: 1\r\n\r\n',
    );
  });

  it('leaves out what the program sets to null, its own as well [RFC 9110 10.1.5]', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(ok(''), ok(''), ok(''), ok('')));
    const client = new Client({ transport, headers: { 'User-Agent': null, 'X-All': '1' } });
    await client.get('http://a.test/', { headers: { Accept: null, 'x-all': null } });
    await client.get('http://u:p@a.test/', { headers: [['authorization', null]] });
    const headers = { 'user-agent': 'mine', 'content-type': null, expect: null, 'X-All': null };
    await client.post('http://a.test/', 'text', { headers, expectContinue: true });
    const received = connections.map((connection) => connection.received).join('');
    expect(received).toBe(
      'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n' +
        'GET / HTTP/1.1\r\nHost: a.test\r\nX-All: 1\r\nAccept: */*\r\n\r\n' +
        'POST / HTTP/1.1\r\nHost: a.test\r\nuser-agent: mine\r\nAccept: */*\r\nContent-Length: 4\r\n\r\ntext',
    );
  });

  it('leaves a field out where a redirection leads as well, and sends one that has a value', async () => {
    const transport = memory();
    const moved = 'HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n';
    const connections = await rawServer(transport, answers(moved, ok('')));
    const client = new Client({ transport });
    const headers = [
      ['Accept', null],
      ['User-Agent', null],
      ['User-Agent', 'mine'],
    ] as const;
    await client.get('http://a.test/', { headers });
    expect(connections.map((connection) => connection.received).join('')).toBe(
      'GET / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: mine\r\n\r\n' +
        'GET /there HTTP/1.1\r\nHost: a.test\r\nUser-Agent: mine\r\n\r\n',
    );
  });

  it.each(['Host', 'content-length', 'Transfer-Encoding'])(
    'does not send a request without %s [RFC 9112 3.2, 6.3]',
    async (name) => {
      const client = new Client({ transport: memory() });
      const error = await failure(client.get('http://a.test/', { headers: { [name]: null } }));
      expect(error.code).toBe('invalid-argument');
      expect(error.message).toContain(name);
    },
  );

  it('sends the credentials of a URL as Authorization, unless one is given', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(ok('')));
    const client = new Client({ transport });
    await client.get('http://us%40er:p%C3%A4ss@a.test/');
    await client.get('http://user:pass@a.test/', { headers: { Authorization: 'Bearer t' } });
    const [first, second] = connections[0]?.heads ?? [];
    expect(first).toContain(`Authorization: Basic ${btoa('us@er:p\u00c3\u00a4ss')}`);
    expect(first).not.toContain('user:');
    expect(second).toContain('Authorization: Bearer t');
    expect(second).not.toContain('Basic');
  });

  it('says what is wrong with a URL, a scheme, a method or a field', async () => {
    const client = new Client({ transport: memory() });
    expect((await failure(client.get('example.com'))).code).toBe('invalid-url');
    expect((await failure(client.get('ftp://a.test/'))).code).toBe('unsupported-protocol');
    expect((await failure(client.get('https://a.test/'))).code).toBe('unsupported-protocol');
    expect((await failure(client.request('http://a.test/', { method: 'A B' }))).code).toBe(
      'invalid-method',
    );
    const injected = client.get('http://a.test/', { headers: { 'X-A': 'b\r\nX-C: d' } });
    expect((await failure(injected)).code).toBe('invalid-header-value');
    expect(client.connections).toBe(0);
  });

  it('says what to do about a refused connection and an unknown name', async () => {
    const client = new Client({ transport: memory() });
    const refused = await failure(client.get('http://a.test:81/'));
    expect(refused.code).toBe('ECONNREFUSED');
    expect(refused.message).toMatch(/^cannot connect to a\.test:81: .*start the server$/);
    expect((await failure(client.get('http://a.invalid/'))).code).toBe('ENOTFOUND');
  });

  it('sends OPTIONS * as it is asked', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(ok('')));
    await new Client({ transport }).request('http://a.test/x', { method: 'OPTIONS', target: '*' });
    expect(connections[0]?.received).toMatch(/^OPTIONS \* HTTP\/1\.1\r\nHost: a\.test\r\n/);
  });
});

describe('a request body', () => {
  const body = (received: string): string => received.slice(received.indexOf('\r\n\r\n') + 4);

  it('has a length and a type where they are known', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(CREATED));
    const client = new Client({ transport, maxConnectionsPerOrigin: 1, idleTimeoutMs: 0 });
    await client.post('http://a.test/', 'h\u00e9');
    await client.post('http://a.test/', Uint8Array.of(1, 2, 3));
    await client.request('http://a.test/', { method: 'PUT', json: { a: [1] } });
    await client.post('http://a.test/', new URLSearchParams({ q: 'a b' }));
    const form = new FormData();
    form.append('field', 'value');
    form.append('file', new Blob(['content']), 'a.txt');
    await client.post('http://a.test/', form);
    await client.post('http://a.test/', null);
    const received = connections.map((connection) => connection.received);
    expect(received[0]).toContain('Content-Type: text/plain; charset=utf-8\r\n');
    expect(received[0]).toMatch(/Content-Length: 3\r\n\r\nh\u00c3\u00a9$/);
    expect(received[1]).not.toContain('Content-Type');
    expect(received[1]?.endsWith('Content-Length: 3\r\n\r\n\u0001\u0002\u0003')).toBe(true);
    expect(received[2]).toContain('Content-Type: application/json\r\n');
    expect(body(received[2] ?? '')).toBe('{"a":[1]}');
    expect(body(received[3] ?? '')).toBe('q=a+b');
    expect(received[4]).toMatch(/Content-Type: multipart\/form-data; boundary=/i);
    expect(body(received[4] ?? '')).toContain('filename="a.txt"');
    expect(received[5]).toContain('Content-Length: 0\r\n');
  });

  it('is chunked where its length is not known, with trailers behind it', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      if (connection.received.includes('0\r\n') && !connection.ended) connection.send(CREATED);
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(0x61, 0x62);
      await settle();
      yield Uint8Array.of(0x63);
    }
    const trailers = (): Headers => new Headers({ 'X-Sum': '7' });
    const response = await new Client({ transport }).post('http://a.test/', source(), { trailers });
    expect(response.status).toBe(201);
    expect(connections[0]?.received).toContain('Transfer-Encoding: chunked\r\n');
    expect(body(connections[0]?.received ?? '')).toBe('2\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 7\r\n\r\n');
  });

  it('of declared length is sent without chunks, and must be that long', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      if (connection.received.endsWith('3\r\n\r\nabc')) connection.send(CREATED);
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(0x61, 0x62, 0x63);
    }
    const client = new Client({ transport });
    const headers = { 'Content-Length': '3' };
    await client.post('http://a.test/', source(), { headers });
    expect(connections[0]?.received).not.toContain('chunked');
    const short = client.post('http://a.test/', source(), { headers: { 'Content-Length': '4' } });
    expect((await failure(short)).code).toBe('length-mismatch');
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('that fails gives its own error, and the connection up', async () => {
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const mine = new Error('disk on fire');
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      throw mine;
    }
    const client = new Client({ transport });
    await expect(client.post('http://a.test/', source())).rejects.toBe(mine);
    await settle();
    expect(connections[0]?.closed).toBe(true);
    expect(client.connections).toBe(0);
  });
});

describe('a response', () => {
  it('has status, fields, content and trailers', async () => {
    const transport = memory();
    const text =
      'HTTP/1.1 404 Not Here\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\r\n' +
      '5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n';
    await rawServer(transport, answers(text));
    const response = await new Client({ transport }).get('http://a.test/');
    expect(response.status).toBe(404);
    expect(response.ok).toBe(false);
    expect(response.reason).toBe('Not Here');
    expect(response.headers.getAll('x-a')).toEqual(['1', '2']);
    expect(new TextDecoder().decode(await response.bytes())).toBe('hello');
    expect(response.trailers?.get('x-sum')).toBe('5');
    await expect(response.text()).rejects.toMatchObject({ code: 'body-used' });
  });

  it('is read as JSON, and as text without a byte order mark', async () => {
    const transport = memory();
    await rawServer(transport, answers(ok('{"a":1}'), ok('\u00ef\u00bb\u00bfx')));
    const client = new Client({ transport });
    expect(await (await client.get('http://a.test/')).json()).toEqual({ a: 1 });
    expect(await (await client.get('http://a.test/')).text()).toBe('x');
  });

  it('to HEAD has a length and no content', async () => {
    const transport = memory();
    await rawServer(transport, answers('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'));
    const client = new Client({ transport });
    const response = await client.head('http://a.test/');
    expect(response.headers.get('content-length')).toBe('1000');
    expect(await response.text()).toBe('');
    await client.head('http://a.test/');
    expect(transport.connections).toBe(1);
  });

  it('may be preceded by others', async () => {
    const transport = memory();
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
    await rawServer(transport, answers(`HTTP/1.1 102 Processing\r\n\r\n${hints}${ok('done')}`));
    const interim: number[] = [];
    const response = await new Client({ transport }).get('http://a.test/', {
      onInterim: ({ status }) => interim.push(status),
    });
    expect(interim).toEqual([102, 103]);
    expect(await response.text()).toBe('done');
  });

  it('larger than allowed is refused, by its head or on the way', async () => {
    const transport = memory();
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    await rawServer(
      transport,
      answers(
        'HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n',
        `${chunked}64\r\n${'x'.repeat(100)}\r\n5\r\nabcde\r\n`,
      ),
    );
    const client = new Client({ transport, maxResponseBytes: 100 });
    const byHead = await client.get('http://a.test/');
    await expect(byHead.text()).rejects.toMatchObject({ code: 'response-too-large' });
    const byCount = await client.get('http://a.test/');
    await expect(byCount.text()).rejects.toMatchObject({ code: 'response-too-large' });
    expect(client.connections).toBe(0);
  });

  it('that switches protocols hands its stream over', async () => {
    const transport = memory();
    const switching =
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\nhello';
    const connections = await rawServer(transport, answers(switching));
    const client = new Client({ transport });
    const response = await client.get('http://a.test/', { headers: { Upgrade: 'echo' } });
    expect(response.status).toBe(101);
    const { stream, remaining } = response.takeStream();
    expect(new TextDecoder().decode(remaining)).toBe('hello');
    expect(client.connections).toBe(0);
    stream.write(Uint8Array.of(0x21));
    await settle();
    expect(connections[0]?.received.endsWith('!')).toBe(true);
    const ordinary = memory();
    await rawServer(ordinary, answers(ok('')));
    const other = await new Client({ transport: ordinary }).get('http://a.test/');
    expect(() => other.takeStream()).toThrow(TypeError);
  });
});
