import { Client, ClientError, ClientResponse, type RequestOptions } from '@netlayers/client';
import { Headers } from '@netlayers/http';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, type RawScript, rawServer } from '../support/raw-server.js';

/** What a request fails with; `null` for a response. */
async function failureOf(
  url: unknown,
  options?: unknown,
  script: RawScript = answers(ok('fine')),
): Promise<unknown> {
  const transport = memory();
  await rawServer(transport, script);
  const client = new Client({ transport });
  try {
    const response = await client.request(url as string, options as RequestOptions);
    await response.text();
    return null;
  } catch (error) {
    return error;
  } finally {
    client.abort();
  }
}

const URL_OK = 'http://a.test/';

describe('whatever is wrong with a request is a ClientError', () => {
  it.each([
    [undefined, 'invalid-url'],
    [null, 'invalid-url'],
    [17, 'invalid-url'],
    [{}, 'invalid-url'],
    [Object.create(null), 'invalid-url'],
    [Symbol('x'), 'invalid-url'],
    ['', 'invalid-url'],
    ['http://', 'invalid-url'],
    ['http://a:99999/', 'invalid-url'],
    ['http://[::1/', 'invalid-url'],
    ['http://a b/', 'invalid-url'],
    ['//a/', 'invalid-url'],
    ['ftp://a/', 'unsupported-protocol'],
    ['javascript:0', 'unsupported-protocol'],
    ['https://a.test/', 'unsupported-protocol'],
  ])('URL %o: %s', async (url, code) => {
    const error = await failureOf(url);
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(/^[^\r\n]+$/) });
  });

  const circle: { self?: unknown } = {};
  circle.self = circle;

  it.each<[string, unknown, string]>([
    ['options that are none', null, 'invalid-argument'],
    ['an option that does not exist', { metod: 'GET' }, 'invalid-argument'],
    ['a method that is no token', { method: 'GE T' }, 'invalid-method'],
    ['a method that is no string', { method: 1 }, 'invalid-argument'],
    ['a name that is no token', { headers: { 'a b': '1' } }, 'invalid-header-name'],
    ['a value with a line end', { headers: { a: '1\r\nb: 2' } }, 'invalid-header-value'],
    ['a value above latin1', { headers: { a: '\u0100' } }, 'invalid-header-value'],
    ['a value that is a number', { headers: { a: 1 } }, 'invalid-argument'],
    ['a value that is nothing', { headers: { a: undefined } }, 'invalid-argument'],
    ['fields that are none', { headers: 'a: 1' }, 'invalid-argument'],
    ['fields that are no pairs', { headers: [1] }, 'invalid-argument'],
    ['a Host that is none', { headers: { host: 'a b' } }, 'invalid-header-value'],
    [
      'two Hosts',
      {
        headers: [
          ['Host', 'a'],
          ['Host', 'b'],
        ],
      },
      'invalid-header-value',
    ],
    ['a length that is none', { headers: { 'Content-Length': 'x' } }, 'invalid-framing'],
    [
      'a length of another body',
      { method: 'PUT', body: 'abc', headers: { 'content-length': '2' } },
      'invalid-framing',
    ],
    ['a target with a blank', { target: '/a b' }, 'invalid-target'],
    ['a time-out that is no number', { bodyTimeoutMs: Number.NaN }, 'invalid-argument'],
    ['a negative time-out', { totalTimeoutMs: -1 }, 'invalid-argument'],
    ['a limit that is text', { maxRedirects: '3' }, 'invalid-argument'],
    ['a signal that is none', { signal: {} }, 'invalid-argument'],
    ['a body that is a number', { method: 'PUT', body: 5 }, 'invalid-body'],
    ['a body that is an object', { method: 'PUT', body: { a: 1 } }, 'invalid-body'],
    ['a body that is a list', { method: 'PUT', body: [1, 2] }, 'invalid-body'],
    ['JSON in a circle', { method: 'PUT', json: circle }, 'invalid-body'],
    ['JSON of a bigint', { method: 'PUT', json: 1n }, 'invalid-body'],
    ['JSON of a function', { method: 'PUT', json: () => {} }, 'invalid-body'],
    [
      'trailers that are none',
      { method: 'PUT', body: 'x', trailers: () => ({}) },
      'invalid-trailer',
    ],
    [
      'a trailer that is forbidden',
      { method: 'PUT', body: 'x', trailers: () => new Headers({ Host: 'a' }) },
      'invalid-trailer',
    ],
  ])('%s', async (_, options, code) => {
    const error = await failureOf(URL_OK, options);
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(/^[^\r\n]+$/) });
  });

  it('a stream of text', async () => {
    async function* text(): AsyncGenerator<unknown> {
      yield 'text';
    }
    const error = await failureOf(URL_OK, { method: 'PUT', body: text() }, () => {});
    expect(error).toMatchObject({ name: 'ClientError', code: 'invalid-body' });
  });

  it.each([
    ['http://u%zz:p%@a.test/', 'u%zz:p%'],
    ['http://%:%25@a.test/', '%:%'],
    ['http://\u00fc:\u20ac@a.test/', '\u00c3\u00bc:\u00e2\u0082\u00ac'],
    [`http://${'u'.repeat(300_000)}:@a.test/`, `${'u'.repeat(300_000)}:`],
  ])('but credentials are sent as they stand in the URL [RFC 7617 2]', async (url, sent) => {
    const transport = memory();
    const [connections] = [await rawServer(transport, answers(ok('')))];
    await new Client({ transport }).get(url);
    const value = /Authorization: Basic (\S+)/.exec(connections[0]?.received ?? '')?.[1] ?? '';
    expect(atob(value)).toBe(sent);
  });

  it('an error of the program itself comes out as it is', async () => {
    const mine = new Error('mine');
    async function* source(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw mine;
    }
    expect(await failureOf(URL_OK, { method: 'PUT', body: source() }, () => {})).toBe(mine);
    expect(await failureOf(URL_OK, { signal: AbortSignal.abort(mine) })).toBe(mine);
  });

  it('also where the program fails when it is told of an interim response', async () => {
    const transport = memory();
    const hints = 'HTTP/1.1 103 E\r\n\r\n';
    const connections = await rawServer(transport, answers(hints + ok('fine')));
    const mine = new Error('mine');
    const onInterim = (): void => {
      throw mine;
    };
    await expect(new Client({ transport }).get(URL_OK, { onInterim })).rejects.toBe(mine);
    expect(connections).toHaveLength(1);
  });
});

describe('random requests', () => {
  const random = seededRandom(20_261_129);
  const below = (limit: number): number => random.below(limit);
  const PIECES = ['http', 's', '://', 'u%zz', ':', '@', '[', ']', '::1', 'a.test', '%', '%00', '/', '?', '#', '\u00a0', '\u0130', '\ud800', ' ', '\t', '\r\n', '80', '0', '99999', '..', '\\', 'x'.repeat(3000)]; // biome-ignore format: a list
  const text = (length: number): string =>
    Array.from({ length: below(length) }, () => PIECES[below(PIECES.length)]).join('');
  const VALUES: readonly (() => unknown)[] = [
    () => undefined, () => null, () => text(4), () => below(5), () => -1, () => Number.NaN,
    () => true, () => ({ [text(3)]: text(3) }), () => [text(2)], () => [[text(2), text(2)]],
    () => () => text(2), () => Symbol('s'), () => 1n, () => new Uint8Array(3), () => new Headers(),
    () => new Date(Number.NaN), () => /x/,
  ]; // biome-ignore format: a list
  const NAMES = ['method', 'headers', 'body', 'json', 'trailers', 'expectContinue', 'target', 'redirect', 'maxRedirects', 'redirectHeaders', 'maxResponseBytes', 'decompress', 'minDataRate', 'other', '__proto__']; // biome-ignore format: a list

  it('fail with nothing but ClientErrors (seed 20261129)', async () => {
    for (let n = 0; n < 3000; n++) {
      const url = below(3) === 0 ? `http://a.test/${text(5)}` : text(8);
      const options: Record<string, unknown> = {};
      for (let i = below(3); i > 0; i--) {
        options[NAMES[below(NAMES.length)]!] = VALUES[below(VALUES.length)]!();
      }
      const error = await failureOf(url, options);
      if (error === null || error instanceof ClientError) continue;
      throw new Error(`request ${n}: ${JSON.stringify(url)}`, { cause: error });
    }
  });
});

describe('whatever is wrong with a response is a ClientError', () => {
  it('content that is no JSON, with the cause', async () => {
    const response = ClientResponse.of({ url: URL_OK, body: '{"a":\n' });
    const error: unknown = await response.json().catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'ClientError', code: 'invalid-json' });
    expect((error as ClientError).cause).toBeInstanceOf(SyntaxError);
    expect((error as ClientError).message).not.toContain('\n');
  });

  it('what one is made of', () => {
    expect(() => ClientResponse.of({ url: 'nowhere' })).toThrow(ClientError);
    expect(() => ClientResponse.of({ url: URL_OK, headers: { 'a b': '' } })).toThrow(ClientError);
  });
});

describe('options of a client', () => {
  it.each([
    ['none', undefined],
    ['no transport', {}],
    ['a transport that is none', { transport: {} }],
    ['a name that does not exist', { transport: memory(), tranport: 1 }],
    ['a limit of no connections', { transport: memory(), maxConnectionsPerOrigin: 0 }],
  ])('are refused at once: %s', (_, options) => {
    expect(() => new Client(options as never)).toThrow(TypeError);
  });
});
