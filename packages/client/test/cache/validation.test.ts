import { Client, ClientError, cache } from '@netlayers/client';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle } from '../support/raw-server.js';
import { CacheBench, type Origin, type Said } from './cache-bench.js';

const TAGGED = {
  'Cache-Control': 'max-age=10',
  ETag: '"v1"',
  'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT',
};

/** An origin that gives its resource once, and then something else. */
const then =
  (first: Said, ...next: Said[]): Origin =>
  (_, count) =>
    count === 1 ? first : (next[Math.min(count - 2, next.length - 1)] ?? first);

describe('asking whether it has changed', () => {
  it('names the tag and the date of what is kept [RFC 9111 4.3.1]', async () => {
    const bench = new CacheBench(then({ headers: TAGGED, body: 'one' }, { status: 304 }));
    await bench.get();
    bench.wait(10);
    expect(await bench.get()).toBe('one');
    expect(bench.asked[1]?.headers.get('if-none-match')).toBe('"v1"');
    expect(bench.asked[1]?.headers.get('if-modified-since')).toBe(TAGGED['Last-Modified']);
  });

  it('takes the fields of the 304 but those of the content [RFC 9111 3.2]', async () => {
    const said = {
      ETag: '"v1"',
      'Cache-Control': 'max-age=99',
      'X-New': '2',
      'Content-Length': '77',
      'Content-Type': 'x/y',
    };
    const first = {
      headers: { ...TAGGED, 'Content-Type': 'text/plain', 'X-Old': '1', Age: '3' },
      body: 'one',
    };
    const bench = new CacheBench(then(first, { status: 304, headers: said }));
    await bench.get();
    bench.wait(10);
    const response = await bench.client.get('http://a.test/');
    expect(response.status).toBe(200);
    const { headers } = response;
    expect(headers.get('cache-control')).toBe('max-age=99');
    expect(headers.get('content-type')).toBe('text/plain');
    expect([headers.get('x-old'), headers.get('x-new'), headers.get('age')]).toEqual([
      '1',
      '2',
      '0',
    ]);
    expect(headers.has('content-length')).toBe(false);
    bench.wait(98);
    expect(await bench.get()).toBe('one');
    expect(bench.asked).toHaveLength(2);
  });

  it('takes a new answer in the place of the old one [RFC 9111 4.3.3]', async () => {
    const second = { headers: { ...TAGGED, ETag: '"v2"' }, body: 'two' };
    const bench = new CacheBench(then({ headers: TAGGED, body: 'one' }, second));
    await bench.get();
    bench.wait(10);
    expect(await bench.get()).toBe('two');
    expect(await bench.get()).toBe('two');
    expect(bench.asked).toHaveLength(2);
  });

  it('offers the tags of all that is kept; the 304 says which [RFC 9111 4.3.4]', async () => {
    const vary = { ...TAGGED, Vary: 'X-N' };
    const bench = new CacheBench((request, count) => {
      if (count === 3) return { status: 304, headers: { ...vary, ETag: 'W/"v1"' } };
      return {
        headers: { ...vary, ETag: `"v${count}"` },
        body: `for ${request.headers.get('x-n')}`,
      };
    });
    const as = (n: string) => bench.get({ headers: { 'X-N': n } });
    await as('1');
    await as('2');
    expect(await as('3')).toBe('for 1');
    expect(bench.asked[2]?.headers.get('if-none-match')).toBe('"v2", "v1"');
    expect([await as('3'), await as('1'), await as('2')]).toEqual(['for 1', 'for 1', 'for 2']);
    expect(bench.asked).toHaveLength(3);
  });

  it('asks without conditions when a 304 is of something else [RFC 9111 4.3.4]', async () => {
    const wrong = { status: 304 as const, headers: { ETag: '"v9"' } };
    const bench = new CacheBench(
      then({ headers: TAGGED, body: 'one' }, wrong, { headers: TAGGED, body: 'two' }),
    );
    await bench.get();
    bench.wait(10);
    expect(await bench.get()).toBe('two');
    expect(bench.asked[2]?.headers.has('if-none-match')).toBe(false);
  });

  it("leaves the program's own conditions alone [RFC 9111 4.3.2]", async () => {
    const bench = new CacheBench(then({ headers: TAGGED, body: 'one' }, { status: 304 }));
    await bench.get();
    const headers = { 'If-None-Match': '"mine"' };
    expect((await bench.client.get('http://a.test/', { headers })).status).toBe(304);
    expect(bench.asked[1]?.headers.get('if-none-match')).toBe('"mine"');
  });
});

describe('HEAD', () => {
  it('is answered by what a GET has brought [RFC 9111 4]', async () => {
    const bench = new CacheBench(then({ headers: TAGGED, body: 'one' }));
    await bench.get();
    const response = await bench.client.head('http://a.test/');
    expect(await response.text()).toBe('');
    expect(response.headers.get('etag')).toBe('"v1"');
    expect(bench.asked).toHaveLength(1);
  });

  it.each([
    ['freshens what it agrees with', TAGGED, 'one', 2],
    ['forgets what it does not', { ...TAGGED, ETag: '"v2"' }, 'two', 3],
    ['forgets what is longer now', { ...TAGGED, 'Content-Length': '4' }, 'two', 3],
  ])('%s [RFC 9111 4.3.5]', async (_, headers, body, asked) => {
    const first = { headers: { ...TAGGED, 'Content-Length': '3' }, body: 'one' };
    const bench = new CacheBench(then(first, { headers }, { headers: TAGGED, body: 'two' }));
    await bench.get();
    bench.wait(10);
    await bench.client.head('http://a.test/');
    expect(await bench.get()).toBe(body);
    expect(bench.asked).toHaveLength(asked);
  });

  it('is not kept [RFC 9111 3]', async () => {
    const bench = new CacheBench(then({ headers: TAGGED }, { headers: TAGGED, body: 'one' }));
    await bench.client.head('http://a.test/');
    expect(await bench.get()).toBe('one');
  });
});

describe('what changes the resource', () => {
  it.each([
    ['POST that succeeds', 'POST', { status: 200 }, 'two'],
    ['PUT that redirects', 'PUT', { status: 303 }, 'two'],
    ['a method nobody knows', 'CHANGE', {}, 'two'],
    ['POST that fails', 'POST', { status: 400 }, 'one'],
    ['OPTIONS', 'OPTIONS', {}, 'one'],
  ])('%s [RFC 9111 4.4]', async (_, method, said, expected) => {
    const bench = new CacheBench(
      then({ headers: TAGGED, body: 'one' }, said, { headers: TAGGED, body: 'two' }),
    );
    await bench.get();
    await bench.get({ method, redirect: 'manual' });
    expect(await bench.get()).toBe(expected);
  });

  it('is not undone by an answer that was on its way before [RFC 9111 4.4]', async () => {
    let answer = (_: Said): void => {};
    const bench = new CacheBench(({ method }, count) => {
      if (method === 'POST') return { status: 204 };
      if (count > 1) return { headers: TAGGED, body: 'new' };
      return new Promise<Said>((resolve) => {
        answer = resolve;
      });
    });
    const slow = bench.get();
    await new Promise((resolve) => setImmediate(resolve));
    await bench.get({ method: 'POST' });
    answer({ headers: TAGGED, body: 'old' });
    expect(await slow).toBe('old');
    expect(await bench.get()).toBe('new');
    expect(await bench.get()).toBe('new');
    expect(bench.asked.length).toBe(3);
  });

  it('holds for what nobody has read yet, and for thousands of URLs [RFC 9111 4.4]', async () => {
    const bench = new CacheBench((_, count) => ({ headers: TAGGED, body: `answer ${count}` }));
    const unread = await bench.client.get('http://a.test/0');
    for (let at = 0; at < 1500; at++) await bench.get({ method: 'POST' }, `/${at}`);
    expect(await unread.text()).toBe('answer 1');
    expect(await bench.get({}, '/0')).toBe('answer 1502');
    expect(await bench.get({}, '/0')).toBe('answer 1502');
  });

  it.each([
    ['Location', '/', 'two'],
    ['Content-Location', 'http://a.test/', 'two'],
    ['Location', 'http://b.test/', 'one'],
  ])('%s: %s, at the same origin only [RFC 9111 4.4]', async (name, place, expected) => {
    const bench = new CacheBench(
      then(
        { headers: TAGGED, body: 'one' },
        { status: 201, headers: { [name]: place } },
        { headers: TAGGED, body: 'two' },
      ),
    );
    const at = new URL(place, 'http://a.test/');
    await (await bench.client.get(at)).text();
    await bench.get({ method: 'POST' }, '/list');
    expect(await (await bench.client.get(at)).text()).toBe(expected);
  });
});

describe('stale answers', () => {
  const stale = (directive: string): Said => ({
    headers: { 'Cache-Control': `max-age=10, ${directive}`, ETag: '"v1"' },
    body: 'one',
  });
  const two: Said = { headers: { 'Cache-Control': 'max-age=10' }, body: 'two' };

  it('while another is asked for, once [RFC 5861 3]', async () => {
    const bench = new CacheBench(then(stale('stale-while-revalidate=5'), two));
    await bench.get();
    bench.wait(14);
    expect(await Promise.all([bench.get(), bench.get()])).toEqual(['one', 'one']);
    await settle();
    expect(bench.asked).toHaveLength(2);
    expect(await bench.get()).toBe('two');
    expect(bench.asked).toHaveLength(2);
  });

  it('not for longer than that [RFC 5861 3]', async () => {
    const bench = new CacheBench(then(stale('stale-while-revalidate=5'), two));
    await bench.get();
    bench.wait(15);
    expect(await bench.get()).toBe('two');
  });

  it.each([
    ['within its time', 'stale-if-error=5', 14, 'one'],
    ['later', 'stale-if-error=5', 15, 'broken'],
    ['where it must be asked for', 'must-revalidate, stale-if-error=5', 11, 'broken'],
  ])('in place of a server error %s [RFC 5861 4]', async (_, directive, age, expected) => {
    const bench = new CacheBench(then(stale(directive), { status: 503, body: 'broken' }));
    await bench.get();
    bench.wait(age);
    expect(await bench.get()).toBe(expected);
  });

  it('in place of no answer [RFC 5861 4]', async () => {
    const bench = new CacheBench((_, count) => {
      if (count > 1) throw new ClientError('ECONNRESET', 'gone');
      return stale('stale-if-error=5');
    });
    await bench.get();
    bench.wait(14);
    expect(await bench.get()).toBe('one');
    bench.wait(1);
    await expect(bench.get()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('over a connection', () => {
  it('keeps redirections whose content nobody reads, and what they lead to', async () => {
    const away =
      'HTTP/1.1 301 Moved\r\nLocation: /2\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\naway';
    const transport = memory();
    const connections = await rawServer(
      transport,
      answers(away, ok('here', 'Cache-Control: max-age=60\r\n')),
    );
    const clock = new ManualClock();
    const client = new Client({ transport, clock, interceptors: [cache({ clock })] });
    for (let n = 0; n < 2; n++) {
      expect(await (await client.get('http://a.test/')).text()).toBe('here');
      await settle();
    }
    expect(connections.map(({ heads }) => heads.length)).toEqual([2]);
    await client.close();
  });

  it('gives up content that nobody reads and that does not come', async () => {
    const away =
      'HTTP/1.1 301 Moved\r\nLocation: /2\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\naw';
    const transport = memory();
    const connections = await rawServer(transport, answers(away, ok('here'), away, ok('again')));
    const clock = new ManualClock();
    const client = new Client({ transport, clock, interceptors: [cache({ clock })] });
    expect(await (await client.get('http://a.test/')).text()).toBe('here');
    await settle();
    for (let n = 0; n < 2; n++) {
      clock.advance(1000);
      await settle();
    }
    expect(connections[0]?.closed).toBe(true);
    expect(await (await client.get('http://a.test/')).text()).toBe('again');
    const heads = connections.flatMap((connection) => connection.heads);
    expect(heads.filter((head) => head.startsWith('GET / '))).toHaveLength(2);
  });
});
