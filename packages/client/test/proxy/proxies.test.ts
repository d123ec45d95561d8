import { Client, type ClientOptions, throughProxy } from '@netlayers/client';
import type { Transport } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, type RawScript, rawServer, settle } from '../support/raw-server.js';

const PROXY = 'http://me:s%20x@proxy.test:3128';
const CREDENTIALS = `Basic ${btoa('me:s x')}`;
const binary = (...octets: number[]): string => String.fromCharCode(...octets);

/** A client whose only way is a proxy; what should be TLS is not. */
async function clientOf(script: RawScript, options: Partial<ClientOptions> = {}) {
  const transport = memory();
  const place = { host: 'proxy.test', port: 3128 };
  const connections = await rawServer(transport, script, place);
  const secureTransport = (inner: Transport): Transport => inner;
  const client = new Client({ transport, secureTransport, proxy: PROXY, ...options });
  return { client, connections };
}

/** Answers the first message of a connection in one way, and what comes after in another. */
const tunnel =
  (answer: string): RawScript =>
  (connection) => {
    const { heads } = connection;
    if (heads.length === 1) connection.send(answer);
    else connection.send(ok('inside'));
  };

describe('a proxy of HTTP', () => {
  it('is sent the whole URL, and who asks [RFC 9112 3.2.2]', async () => {
    const { client, connections } = await clientOf(answers(ok('one'), ok('two')));
    expect(await (await client.get('http://a.test:81/x?y#z')).text()).toBe('one');
    expect(await (await client.get('http://b.test/')).text()).toBe('two');
    const [first = '', second = ''] = connections[0]?.heads ?? [];
    expect(first).toMatch(/^GET http:\/\/a\.test:81\/x\?y HTTP\/1\.1\r\nHost: a\.test:81\r\n/);
    expect(first).toContain(`Proxy-Authorization: ${CREDENTIALS}`);
    expect(second).toMatch(/^GET http:\/\/b\.test\/ HTTP\/1\.1\r\n/);
  });

  it('is asked about the whole of a server without a path [RFC 9112 3.2.4]', async () => {
    const { client, connections } = await clientOf(answers(ok('')));
    await client.request('http://a.test/', { method: 'OPTIONS', target: '*' });
    expect(connections[0]?.received).toMatch(/^OPTIONS http:\/\/a\.test HTTP/);
  });

  it('makes a tunnel, and the origin learns nothing of it [RFC 9110 9.3.6]', async () => {
    const script = tunnel('HTTP/1.1 100 Wait\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n');
    const { client, connections } = await clientOf(script);
    const headers = { 'Proxy-Authorization': 'Basic mine' };
    expect(await (await client.get('https://a.test/x', { headers })).text()).toBe('inside');
    const [asked = '', inside = ''] = connections[0]?.heads ?? [];
    expect(asked).toMatch(/^CONNECT a\.test:443 HTTP\/1\.1\r\nHost: a\.test:443\r\n/);
    expect(asked).toContain(`Proxy-Authorization: ${CREDENTIALS}`);
    expect(inside).toMatch(/^GET \/x HTTP\/1\.1\r\nHost: a\.test\r\n/);
    expect(inside).not.toMatch(/proxy-/i);
    await (await client.get('https://a.test/y')).text();
    expect(connections).toHaveLength(1);
  });

  it.each([
    ['407 [RFC 9110 15.5.8]', 'HTTP/1.1 407 Who\r\n\r\n', 'proxy-authentication'],
    ['403', 'HTTP/1.1 403 No\r\n\r\n', 'proxy-refused'],
    ['what is no answer', 'SSH-2.0-x\r\n\r\n', 'proxy-failed'],
    ['an answer without end', 'HTTP/1.1 200 OK\r\nX: '.padEnd(0x1_0010, 'x'), 'proxy-failed'],
    [
      'octets behind the answer',
      'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 Sure\r\n\r\n',
      'proxy-failed',
    ],
  ])('is given up after %s', async (_, answer, code) => {
    const { client, connections } = await clientOf(tunnel(answer));
    await expect(client.get('https://a.test/')).rejects.toMatchObject({ code });
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('that hangs up, or is not there, is told', async () => {
    const { client } = await clientOf((connection) => connection.end());
    await expect(client.get('https://a.test/')).rejects.toMatchObject({ code: 'proxy-failed' });
    const other = await clientOf(answers(''), { proxy: 'http://proxy.test:9' });
    await expect(other.client.get('https://a.test/')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringMatching(
        /^cannot connect to the proxy proxy\.test:9: connection refused/,
      ),
    });
    const socks = await clientOf(answers(''), { proxy: 'socks5://proxy.test:9' });
    await expect(socks.client.get('http://a.test/')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringMatching(
        /^cannot connect to the proxy proxy\.test:9: connection refused/,
      ),
    });
  });

  it('that says nothing is given up with the signal', async () => {
    const { client, connections } = await clientOf(() => {});
    const controller = new AbortController();
    const response = client.get('https://a.test/', { signal: controller.signal });
    await settle();
    controller.abort(new Error('enough'));
    await expect(response).rejects.toThrow('enough');
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('is chosen by the URL, and without one the fields for it are not sent', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(ok('direct')));
    const client = new Client({ transport, proxy: (url) => (url.port === '81' ? PROXY : null) });
    const headers = { 'Proxy-Authorization': CREDENTIALS };
    expect(await (await client.get('http://a.test/', { headers })).text()).toBe('direct');
    expect(connections[0]?.received).toMatch(/^GET \/ HTTP/);
    expect(connections[0]?.received).not.toContain('Proxy-');
  });

  it('is not gone around by https, and has a URL that can be read', () => {
    const transport = memory();
    const secureTransport = memory();
    expect(() => new Client({ transport, secureTransport, proxy: PROXY })).toThrow(
      /secureTransport/,
    );
    expect(() => new Client({ transport, proxy: 'ftp://me:s@x' })).toThrow(/option proxy/);
    expect(() => new Client({ transport, proxy: 'http://' })).toThrow(TypeError);
  });
});

describe('a proxy of SOCKS 5', () => {
  const proxy = 'socks5://me:s%20x@proxy.test:3128';
  const bound = binary(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);

  /** Answers messages by their number. */
  const says =
    (...replies: string[]): RawScript =>
    (connection) =>
      void connection.send(replies.shift() ?? '');

  it('connects to a name, and asks for no one [RFC 1928 3, 4, 6]', async () => {
    const script = says(binary(5, 0), binary(5, 0, 0, 3, 1, 120, 0, 80), ok('inside'));
    const { client, connections } = await clientOf(script, { proxy: 'socks5://proxy.test:3128' });
    expect(await (await client.get('http://a.test/x')).text()).toBe('inside');
    const asked = `${binary(5, 1, 0)}${binary(5, 1, 0, 3, 6)}a.test${binary(0, 80)}`;
    expect(connections[0]?.received.startsWith(`${asked}GET /x HTTP/1.1\r\n`)).toBe(true);
  });

  it('is told user and password when it wants them [RFC 1929 2]', async () => {
    const script = says(binary(5, 2), binary(1, 0), bound, ok('inside'));
    const { client, connections } = await clientOf(script, { proxy });
    expect(await (await client.get('https://1.2.3.4:4660/')).text()).toBe('inside');
    const asked = `${binary(5, 2, 0, 2)}${binary(1, 2)}me${binary(3)}s x${binary(5, 1, 0, 1, 1, 2, 3, 4, 0x12, 0x34)}`;
    expect(connections[0]?.received.startsWith(`${asked}GET / HTTP`)).toBe(true);
    expect(connections[0]?.received).not.toContain('Proxy-');
  });

  it('connects to an address of IPv6 [RFC 1928 5]', async () => {
    const script = says(binary(5, 0), `${binary(5, 0, 0, 4)}${'\0'.repeat(18)}`, ok('inside'));
    const { client, connections } = await clientOf(script, { proxy });
    expect(await (await client.get('http://[fd00::1:2]/')).text()).toBe('inside');
    const address = binary(0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2);
    expect(connections[0]?.received).toContain(`${binary(5, 1, 0, 4)}${address}${binary(0, 80)}`);
  });

  it.each([
    ['no method that is known [RFC 1928 3]', [binary(5, 0xff)], 'proxy-authentication'],
    ['a refused password [RFC 1929 2]', [binary(5, 2), binary(1, 1)], 'proxy-authentication'],
    ['another protocol', ['HTTP/1.1 400 Bad\r\n'], 'proxy-failed'],
    ['rules [RFC 1928 6]', [binary(5, 0), binary(5, 2, 0, 1)], 'proxy-refused'],
    ['no host [RFC 1928 6]', [binary(5, 0), binary(5, 4, 0, 1)], 'EHOSTUNREACH'],
    ['a refused connection [RFC 1928 6]', [binary(5, 0), binary(5, 5, 0, 1)], 'ECONNREFUSED'],
    ['a reply nobody knows', [binary(5, 0), binary(5, 99, 0, 1)], 'proxy-failed'],
  ])('is given up after %s', async (_, replies, code) => {
    const { client, connections } = await clientOf(says(...replies), { proxy });
    await expect(client.get('http://a.test/')).rejects.toMatchObject({ code });
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('is on the port that is written, and resolves names itself', async () => {
    const transport = memory();
    const replies = [binary(5, 0), bound, ok('inside')];
    const connections = await rawServer(transport, says(...replies), { host: '1.2.3.4', port: 80 });
    const asked: string[] = [];
    const resolve = async (name: string): Promise<string> => {
      asked.push(name);
      return '1.2.3.4';
    };
    const client = new Client({ transport, resolve, proxy: 'socks5://proxy.test:80' });
    expect(await (await client.get('http://a.test/')).text()).toBe('inside');
    expect(asked).toEqual(['proxy.test']);
    expect(connections[0]?.received).toContain(`${binary(3, 6)}a.test`);
  });

  it('stands as a transport under anything', async () => {
    const inner = memory();
    await rawServer(inner, says(binary(5, 0), bound), { host: 'proxy.test', port: 1080 });
    const stream = await throughProxy(inner, 'socks5h://proxy.test').connect({
      host: 'a.test',
      port: 7,
    });
    expect(stream.remotePort).toBe(1080);
  });
});
