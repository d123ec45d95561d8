import { describe, expect, it } from 'vitest';
import { CacheBench, counting } from './cache-bench.js';

const HOUR = 3600;

/** How long an answer with these fields is used: the seconds at which it is, and is no more. */
const lifetimes: readonly [
  clause: string,
  fields: Readonly<Record<string, string | number>>,
  until: number,
][] = [
  ['max-age [RFC 9111 5.2.2.1]', { 'Cache-Control': 'max-age=60' }, 60],
  ['a quoted max-age [RFC 9111 5.2]', { 'Cache-Control': 'max-age="60"' }, 60],
  ['a name in any case [RFC 9111 5.2]', { 'cache-CONTROL': 'Max-Age=60' }, 60],
  ['a directive behind a quoted comma', { 'Cache-Control': 'x="a, max-age=9", max-age=60' }, 60],
  ['the first of two max-age [RFC 9111 4.2.1]', { 'Cache-Control': 'max-age=60, max-age=90' }, 60],
  ['max-age before Expires [RFC 9111 5.3]', { 'Cache-Control': 'max-age=60', Expires: 9000 }, 60],
  ['Expires after Date [RFC 9111 5.3]', { Expires: 60 }, 60],
  ['a Date of another clock [RFC 9111 4.2.1]', { Date: HOUR, Expires: HOUR + 60 }, 60],
  ['a Date that is past is age [RFC 9111 4.2.3]', { Date: -20, 'Cache-Control': 'max-age=60' }, 40],
  ['Age is age [RFC 9111 4.2.3]', { Age: '20', 'Cache-Control': 'max-age=60' }, 40],
  ['a tenth since Last-Modified [RFC 9111 4.2.2]', { 'Last-Modified': -600 }, 60],
  ['never more than a day by guess [RFC 9111 4.2.2]', { 'Last-Modified': -1e8 }, 86_400],
];

describe('how long an answer is used', () => {
  it.each(lifetimes)('%s', async (_, fields, until) => {
    const headers: Record<string, string> = {};
    const bench = new CacheBench((_request, count) => ({ headers, body: `answer ${count}` }));
    for (const [name, value] of Object.entries(fields)) {
      headers[name] = typeof value === 'number' ? bench.date(value) : value;
    }
    expect(await bench.get()).toBe('answer 1');
    bench.wait(until - 1);
    expect(await bench.get()).toBe('answer 1');
    bench.wait(1);
    expect(await bench.get()).toBe('answer 2');
  });

  it.each([
    ['an invalid max-age [RFC 9111 4.2.1]', { 'Cache-Control': 'max-age=soon', ETag: '"a"' }],
    ['an Expires that is no date [RFC 9111 5.3]', { Expires: '0', ETag: '"a"' }],
    ['no-cache [RFC 9111 5.2.2.4]', { 'Cache-Control': 'no-cache, max-age=60', ETag: '"a"' }],
    ['a validator alone [RFC 9111 4.2]', { ETag: '"a"' }],
  ])('only after asking: %s', async (_, headers) => {
    const bench = new CacheBench(counting(headers));
    await bench.get();
    expect(await bench.get()).toBe('answer 2');
    expect(bench.asked[1]?.headers.get('if-none-match')).toBe('ETag' in headers ? '"a"' : null);
  });

  it('counts the time that an answer was on its way [RFC 9111 4.2.3]', async () => {
    const bench = new CacheBench((_, count) => {
      bench.wait(20);
      return { headers: { 'Cache-Control': 'max-age=60' }, body: `answer ${count}` };
    });
    await bench.get();
    bench.wait(40);
    expect(await bench.get()).toBe('answer 2');
  });

  it('says the age of what it answers with [RFC 9111 5.1]', async () => {
    const bench = new CacheBench(counting({ 'Cache-Control': 'max-age=60', Age: '7' }));
    await bench.get();
    bench.wait(10.6);
    const response = await bench.client.get('http://a.test/');
    expect(response.headers.getAll('age')).toEqual(['17']);
  });
});

/** What a request wants, of an answer of 100 seconds that is so old: whether it gets the kept one. */
const wishes: readonly [
  what: string,
  wish: string,
  answer: string,
  age: number,
  isKept: boolean,
][] = [
  ['nothing', '', '', 99, true],
  ['age [RFC 9111 5.2.1.1]', 'max-age=50', '', 50, true],
  ['age [RFC 9111 5.2.1.1]', 'max-age=50', '', 51, false],
  ['of immutable [RFC 8246 2]', 'max-age=0', 'immutable', 50, true],
  ['of immutable [RFC 8246 2]', 'max-age=0', 'immutable', 100, false],
  ['of immutable, by force [RFC 8246 2]', 'no-cache', 'immutable', 50, false],
  ['time left [RFC 9111 5.2.1.3]', 'min-fresh=10', '', 90, true],
  ['time left [RFC 9111 5.2.1.3]', 'min-fresh=10', '', 91, false],
  ['stale [RFC 9111 5.2.1.2]', 'max-stale=10', '', 110, true],
  ['stale [RFC 9111 5.2.1.2]', 'max-stale=10', '', 111, false],
  ['stale [RFC 9111 5.2.1.2]', 'max-stale', '', 9999, true],
  ['stale against its will [RFC 9111 5.2.2.2]', 'max-stale', 'must-revalidate', 101, false],
  ['asked for anew [RFC 9111 5.2.1.4]', 'no-cache', '', 1, false],
  ['left alone [RFC 9111 5.2.1.5]', 'no-store', '', 1, false],
];

describe('what a request wants', () => {
  it.each(wishes)('%s: %s, %s at %d s: %s', async (_, wish, answer, age, isKept) => {
    const bench = new CacheBench(counting({ 'Cache-Control': `max-age=100, ${answer}` }));
    await bench.get();
    bench.wait(age);
    const headers = wish === '' ? {} : { 'Cache-Control': wish };
    expect(await bench.get({ headers })).toBe(isKept ? 'answer 1' : 'answer 2');
  });

  it('Pragma, where nothing newer is said [RFC 9111 5.4]', async () => {
    const bench = new CacheBench(counting({ 'Cache-Control': 'max-age=100' }));
    await bench.get();
    expect(await bench.get({ headers: { Pragma: 'no-cache' } })).toBe('answer 2');
    const both = { Pragma: 'no-cache', 'Cache-Control': 'max-age=9' };
    expect(await bench.get({ headers: both })).toBe('answer 2');
  });

  it('only what is there, or 504 [RFC 9111 5.2.1.7]', async () => {
    const bench = new CacheBench(counting({ 'Cache-Control': 'max-age=100' }));
    const headers = { 'Cache-Control': 'only-if-cached' };
    expect((await bench.client.get('http://a.test/', { headers })).status).toBe(504);
    expect(bench.asked).toHaveLength(0);
    await bench.get();
    expect(await bench.get({ headers })).toBe('answer 1');
    bench.wait(100);
    expect((await bench.client.get('http://a.test/', { headers })).status).toBe(504);
  });
});
