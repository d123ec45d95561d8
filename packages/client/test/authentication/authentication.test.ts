import { createHash } from 'node:crypto';
import {
  basicAuthentication,
  Client,
  digestAuthentication,
  type Interceptor,
} from '@netlayers/client';
import { Headers } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { answerTo } from '../../src/authentication/digest-answer.js';
import { answers, memory, ok, rawServer } from '../support/raw-server.js';

const refusal = (...challenges: string[]): string =>
  `HTTP/1.1 401 Who\r\n${challenges.map((text) => `WWW-Authenticate: ${text}\r\n`).join('')}Content-Length: 0\r\n\r\n`;

const me = { origin: 'http://a.test', username: 'me', password: 'secret' };
const md5 = (octets: Uint8Array): Uint8Array => createHash('md5').update(octets).digest();

async function clientOf(interceptor: Interceptor, ...texts: string[]) {
  const transport = memory();
  const connections = await rawServer(transport, answers(...texts));
  const client = new Client({ transport, interceptors: [interceptor] });
  const sent = (): (string | undefined)[] =>
    connections
      .flatMap(({ heads }) => heads)
      .map((head) => /^Authorization: (.*)$/m.exec(head)?.[1]?.trim());
  return { client, sent };
}

/** The parameters of a value of `Authorization`. */
const parametersOf = (value = ''): Record<string, string> =>
  Object.fromEntries(
    [...value.matchAll(/([\w*]+)=(?:"([^"]*)"|([^,]*))/g)].map(([, name, a, b]) => [name, a ?? b]),
  );

describe('Basic authentication', () => {
  it('waits to be asked, and then does not wait again [RFC 7617 2, 2.1]', async () => {
    const basic = basicAuthentication({ ...me, password: 'ß' });
    const { client, sent } = await clientOf(basic, refusal('Basic realm="x"'), ok('in'));
    expect(await (await client.get('http://a.test/')).text()).toBe('in');
    expect(await (await client.get('http://a.test/2')).text()).toBe('in');
    const value = `Basic ${Buffer.from('me:ß').toString('base64')}`;
    expect(sent()).toEqual([undefined, value, value]);
  });

  it('answers one origin, one scheme, and one time', async () => {
    const { client, sent } = await clientOf(basicAuthentication(me), refusal('Bearer, Basic'));
    expect((await client.get('http://b.test/')).status).toBe(401);
    expect(await client.get('https://a.test/').catch(({ code }) => code)).toBe(
      'unsupported-protocol',
    );
    expect((await client.get('http://a.test/')).status).toBe(401);
    expect(sent().filter((value) => value !== undefined)).toHaveLength(1);
    const other = await clientOf(basicAuthentication(me), refusal('Digest realm="Basic"'));
    expect((await other.client.get('http://a.test/')).status).toBe(401);
    expect(other.sent()).toEqual([undefined]);
  });

  it("leaves the program's own credentials, and refuses a name that cannot be said", async () => {
    const { client, sent } = await clientOf(basicAuthentication(me), refusal('Basic realm="x"'));
    await client.get('http://a.test/', { headers: { Authorization: 'Bearer own' } });
    expect(sent()).toEqual(['Bearer own']);
    expect(() => basicAuthentication({ ...me, username: 'a:b' })).toThrow(TypeError);
    expect(() => basicAuthentication({ ...me, origin: 'a.test' })).toThrow(/not a URL/);
  });

  it('sends a body again that can be, and says so of one that cannot', async () => {
    // In capitals, which this server takes for a part of the next method.
    async function* once(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
    }
    for (const [body, expected] of [
      ['UPPER', 200],
      [() => once(), 200],
      [once(), 401],
    ] as const) {
      const { client } = await clientOf(
        basicAuthentication(me),
        refusal('Basic realm="x"'),
        ok(''),
      );
      expect((await client.post('http://a.test/', body)).status).toBe(expected);
      expect((await client.post('http://a.test/', 'NEXT')).status).toBe(200);
    }
  });
});

describe('Digest authentication', () => {
  const challenge =
    'Digest realm="r, \\"x\\"", nonce="n1", qop="auth-int, auth", algorithm=SHA-256, opaque="o"';

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('hashes with %s as the example does [RFC 7616 3.9.1]', async (algorithm, expected) => {
    const name = algorithm.replace('-', '').toLowerCase();
    const session = {
      ...{ algorithm, realm: 'http-auth@example.org', hasQop: true, userhash: false, count: 0 },
      hash: async (text: string) => createHash(name).update(text, 'latin1').digest('hex'),
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
    };
    const request = {
      ...{ url: new URL('http://www.example.org/dir/index.html'), method: 'GET', body: null },
      ...{
        headers: new Headers(),
        target: null,
        redirects: [],
        signal: new AbortController().signal,
      },
    };
    const credentials = { origin: '', username: 'Mufasa', password: 'Circle of Life' };
    const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
    const value = await answerTo(session, request, credentials, cnonce);
    expect(parametersOf(value)).toMatchObject({ response: expected, nc: '00000001', qop: 'auth' });
  });

  it('answers with a hash, and counts from then on [RFC 7616 3.4]', async () => {
    const digest = digestAuthentication({ ...me, random: () => 0xab });
    const { client, sent } = await clientOf(
      digest,
      refusal(`Basic realm="b", ${challenge}`),
      ok('in'),
    );
    expect(await (await client.get('http://a.test/x?y')).text()).toBe('in');
    expect(await (await client.get('http://a.test/2')).text()).toBe('in');
    const [none, first, second] = sent();
    expect(none).toBeUndefined();
    expect(first).toContain('realm="r, \\"x\\""');
    const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
    const a1 = sha('me:r, "x":secret');
    const cnonce = '000000ab000000ab';
    expect(parametersOf(first)).toMatchObject({
      ...{ username: 'me', nonce: 'n1', uri: '/x?y', algorithm: 'SHA-256', opaque: 'o', cnonce },
      ...{ qop: 'auth', nc: '00000001' },
      response: sha(`${a1}:n1:00000001:${cnonce}:auth:${sha('GET:/x?y')}`),
    });
    expect(parametersOf(second)).toMatchObject({ nc: '00000002', uri: '/2' });
  });

  it('takes the first that it can, and MD5 only when it has that [RFC 7616 3.7]', async () => {
    const old = 'Digest realm="r", nonce="n"';
    const without = await clientOf(digestAuthentication(me), refusal(old));
    expect((await without.client.get('http://a.test/')).status).toBe(401);
    expect(without.sent()).toEqual([undefined]);
    const digest = digestAuthentication({ ...me, md5 });
    const { client, sent } = await clientOf(
      digest,
      refusal('Digest realm="r", nonce="n", algorithm=X', old, challenge),
      ok(''),
    );
    await client.get('http://a.test/');
    const hash = (text: string): string => createHash('md5').update(text).digest('hex');
    const response = hash(`${hash('me:r:secret')}:n:${hash('GET:/')}`);
    expect(parametersOf(sent()[1])).toEqual(
      expect.objectContaining({ response, algorithm: 'MD5', nonce: 'n' }),
    );
    expect(sent()[1]).not.toMatch(/qop|nc=|cnonce/);
  });

  it('takes a new nonce when the old one is stale [RFC 7616 3.3]', async () => {
    const fresh = `${challenge.replace('n1', 'n2')}, stale=TRUE`;
    const { client, sent } = await clientOf(
      digestAuthentication(me),
      refusal(challenge),
      refusal(fresh),
      ok('in'),
    );
    expect(await (await client.get('http://a.test/')).text()).toBe('in');
    const nonces = sent().map((value) => parametersOf(value));
    expect(nonces.map(({ nonce, nc }) => [nonce, nc])).toEqual([
      [undefined, undefined],
      ['n1', '00000001'],
      ['n2', '00000001'],
    ]);
  });

  it.each([
    ['a wrong password', challenge, 2],
    ['nonces that are always stale', `${challenge}, stale=true`, 3],
  ])('gives up after %s [RFC 7616 3.3]', async (_, text, requests) => {
    const { client, sent } = await clientOf(digestAuthentication(me), refusal(text));
    expect((await client.get('http://a.test/')).status).toBe(401);
    expect(sent()).toHaveLength(requests);
  });

  it('spells and hides names as it is asked to [RFC 7616 3.4.4]', async () => {
    const other = { ...me, username: 'Jäsøn' };
    const plain = await clientOf(digestAuthentication(other), refusal(challenge), ok(''));
    await plain.client.get('http://a.test/');
    expect(plain.sent()[1]).toContain("username*=UTF-8''J%C3%A4s%C3%B8n");
    const hidden = await clientOf(
      digestAuthentication(other),
      refusal(`${challenge}, userhash=true`),
      ok(''),
    );
    await hidden.client.get('http://a.test/');
    const name = createHash('sha256').update('Jäsøn:r, "x"').digest('hex');
    expect(parametersOf(hidden.sent()[1])).toMatchObject({ username: name, userhash: 'true' });
  });

  it('tells no other origin', async () => {
    const { client, sent } = await clientOf(digestAuthentication(me), refusal(challenge));
    await client.get('http://b.test/');
    await client.get('http://a.test:81/').catch(() => {});
    expect(sent()).toEqual([undefined]);
  });
});

it.each([basicAuthentication, digestAuthentication])('takes a name and a password: %o', (by) => {
  const given = { origin: 'http://a.test/', user: 'u', password: 'p' } as never;
  expect(() => by(given)).toThrow('credentials are { origin, username, password }, each a text');
});
