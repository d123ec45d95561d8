import { type CacheOptions, MemoryCacheStore, type StoredResponse } from '@netlayers/client';
import { describe, expect, it } from 'vitest';
import { CacheBench, counting, type Said } from './cache-bench.js';

const FRESH = { 'Cache-Control': 'max-age=60' };

/** Whether the answer to the second of two equal requests is the first one's. */
const rows: readonly [
  what: string,
  isKept: boolean,
  said: Said,
  options?: Omit<CacheOptions, 'clock'>,
  request?: Readonly<Record<string, string>>,
][] = [
  ['200 [RFC 9111 3]', true, { headers: FRESH }],
  ['404 [RFC 9111 3]', true, { status: 404, headers: FRESH }],
  ['302 that is told to be [RFC 9111 3]', true, { status: 302, headers: FRESH }],
  ['a status nobody knows, told to be [RFC 9111 3]', true, { status: 299, headers: FRESH }],
  [
    'that status, to be understood [RFC 9111 5.2.2.3]',
    false,
    { status: 299, headers: { 'Cache-Control': 'must-understand, max-age=60' } },
  ],
  [
    '200, to be understood [RFC 9111 5.2.2.3]',
    true,
    { headers: { 'Cache-Control': 'must-understand, no-store, max-age=60' } },
  ],
  ['no-store [RFC 9111 5.2.2.5]', false, { headers: { 'Cache-Control': 'no-store, max-age=60' } }],
  [
    'a request of no-store [RFC 9111 5.2.1.5]',
    false,
    { headers: FRESH },
    {},
    { 'Cache-Control': 'no-store' },
  ],
  ['a part of content [RFC 9111 3.3]', false, { status: 206, headers: FRESH }],
  [
    'what was asked for in part [RFC 9111 3.3]',
    false,
    { headers: FRESH },
    {},
    { Range: 'bytes=0-1' },
  ],
  [
    'private, for one [RFC 9111 5.2.2.7]',
    true,
    { headers: { 'Cache-Control': 'private, max-age=60' } },
  ],
  [
    'private, for many [RFC 9111 5.2.2.7]',
    false,
    { headers: { 'Cache-Control': 'private, max-age=60' } },
    { shared: true },
  ],
  [
    's-maxage, for many [RFC 9111 5.2.2.10]',
    true,
    { headers: { 'Cache-Control': 's-maxage=60, max-age=0' } },
    { shared: true },
  ],
  [
    's-maxage, for one [RFC 9111 5.2.2.10]',
    false,
    { headers: { 'Cache-Control': 's-maxage=60, max-age=0' } },
  ],
  [
    'Authorization, for one [RFC 9111 3.5]',
    true,
    { headers: FRESH },
    {},
    { Authorization: 'Bearer x' },
  ],
  [
    'Authorization, for many [RFC 9111 3.5]',
    false,
    { headers: FRESH },
    { shared: true },
    { Authorization: 'Bearer x' },
  ],
  [
    'public Authorization [RFC 9111 3.5]',
    true,
    { headers: { 'Cache-Control': 'public, max-age=60' } },
    { shared: true },
    { Authorization: 'Bearer x' },
  ],
  ['Vary: * [RFC 9111 4.1]', false, { headers: { ...FRESH, Vary: '*' } }],
  ['nothing that says so [RFC 9111 3]', false, {}],
  ['500 with a validator only [RFC 9111 3]', false, { status: 500, headers: { ETag: '"a"' } }],
  ['more than is kept of a body', false, { headers: FRESH }, { maxEntryBytes: 7 }],
];

describe('what is kept', () => {
  it.each(rows)('%s: %s', async (_, isKept, said, options = {}, headers = {}) => {
    const bench = new CacheBench((__, count) => ({ ...said, body: `answer ${count}` }), options);
    await bench.get({ headers });
    expect(await bench.get({ headers })).toBe(isKept ? 'answer 1' : 'answer 2');
  });

  it('what is given up is not kept [RFC 9111 3.3]', async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 3; n++) yield new Uint8Array(10);
    }
    const bench = new CacheBench(() => ({ headers: FRESH, body: pieces() }));
    for await (const _ of await bench.client.get('http://a.test/')) break;
    expect(await bench.get()).toHaveLength(30);
    expect(bench.asked).toHaveLength(2);
    expect(await bench.get()).toHaveLength(30);
    expect(bench.asked).toHaveLength(2);
  });

  it('fields of the connection and cookies are not [RFC 9111 3.1]', async () => {
    const bench = new CacheBench(
      counting({ ...FRESH, Connection: 'X-Hop', 'X-Hop': '1', 'Set-Cookie': 'a=1', 'X-End': '1' }),
    );
    await bench.get();
    const { headers } = await bench.client.get('http://a.test/');
    expect(bench.asked).toHaveLength(1);
    expect([...headers].map(([name]) => name)).toEqual(['Date', 'Cache-Control', 'X-End', 'Age']);
  });

  it('a fragment and credentials are no part of the place', async () => {
    const bench = new CacheBench(counting(FRESH));
    await bench.get({}, '/#one');
    expect(await bench.get({}, '/#two')).toBe('answer 1');
    expect(await (await bench.client.get('http://me:1@a.test/')).text()).toBe('answer 2');
    expect(await (await bench.client.get('http://you:1@a.test/')).text()).toBe('answer 3');
    expect(await (await bench.client.get('http://me:1@a.test/')).text()).toBe('answer 2');
  });

  it('a request target of its own is none of the URL', async () => {
    const bench = new CacheBench(counting(FRESH));
    await bench.get();
    expect(await bench.get({ target: '/other' })).toBe('answer 2');
    expect(await bench.get()).toBe('answer 1');
  });

  it('what the program does to a body is not done to what is kept', async () => {
    const bench = new CacheBench(counting(FRESH));
    await bench.get();
    for await (const piece of await bench.client.get('http://a.test/')) piece.fill(0);
    expect(await bench.get()).toBe('answer 1');
  });

  it('a store that fails is no cache, and no failure', async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const store = { get: fail, set: fail, delete: fail };
    const bench = new CacheBench(counting(FRESH), { store });
    expect(await bench.get()).toBe('answer 1');
    expect(await bench.get()).toBe('answer 2');
    expect(await bench.get({ method: 'POST', body: '' })).toBe('answer 3');
  });
});

describe('requests that choose [RFC 9111 4.1]', () => {
  it('get each their own', async () => {
    const bench = new CacheBench(counting({ ...FRESH, Vary: 'Accept-Language, X-Other' }));
    const inLanguage = (language: string) =>
      bench.get({ headers: { 'Accept-Language': language } });
    expect(await inLanguage('en,  de')).toBe('answer 1');
    expect(await inLanguage('fr')).toBe('answer 2');
    expect(await inLanguage('en,de')).toBe('answer 1');
    expect(await inLanguage('fr')).toBe('answer 2');
    expect(await bench.get()).toBe('answer 3');
    expect(await bench.get()).toBe('answer 3');
  });

  it('by a cookie that is added below: asked for again', async () => {
    const bench = new CacheBench(counting({ ...FRESH, Vary: 'Cookie' }));
    await bench.get();
    expect(await bench.get()).toBe('answer 2');
    const headers = { Cookie: 'a=1' };
    expect(await bench.get({ headers })).toBe('answer 3');
    expect(await bench.get({ headers })).toBe('answer 3');
  });

  it('at most sixteen at one place', async () => {
    const bench = new CacheBench(counting({ ...FRESH, Vary: 'X-N' }));
    for (let n = 0; n < 17; n++) await bench.get({ headers: { 'X-N': `${n}` } });
    expect(await bench.get({ headers: { 'X-N': '1' } })).toBe('answer 2');
    expect(await bench.get({ headers: { 'X-N': '0' } })).toBe('answer 18');
  });
});

describe('a store in memory', () => {
  const response = (bytes: number): StoredResponse => ({
    ...{ status: 200, reason: 'OK', headers: [], decoded: false, chosenBy: {} },
    ...{ requestedAt: 0, receivedAt: 0, body: new Uint8Array(bytes) },
  });

  it('forgets what was not asked for the longest when there are too many', () => {
    const store = new MemoryCacheStore({ maxEntries: 2 });
    store.set('a', [response(1)]);
    store.set('b', [response(1)]);
    store.get('a');
    store.set('c', [response(1)]);
    expect([store.get('a').length, store.get('b').length, store.get('c').length]).toEqual([
      1, 0, 1,
    ]);
    expect(store.size).toBe(2);
  });

  it('forgets when there are too many bytes, and keeps nothing that is too large', () => {
    const store = new MemoryCacheStore({ maxBytes: 3000 });
    store.set('a', [response(1000)]);
    store.set('b', [response(1000)]);
    expect(store.size).toBe(2);
    store.set('c', [response(1000)]);
    expect(store.get('a')).toEqual([]);
    expect(store.bytes).toBeLessThanOrEqual(3000);
    store.set('b', [response(4000)]);
    expect(store.get('b')).toEqual([]);
    store.delete('c');
    expect([store.bytes, store.size]).toEqual([0, 0]);
  });
});
