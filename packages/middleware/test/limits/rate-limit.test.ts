import { Response } from '@netlayers/http';
import { type RateLimitOptions, rateLimit } from '@netlayers/middleware';
import { describe, expect, it } from 'vitest';
import { type Site, serve } from '../support/serve.js';

const start = (options: RateLimitOptions): Promise<Site> =>
  serve((server) =>
    server.use(rateLimit(options)).route('GET', '/', () => Response.text('answered')),
  );

const statuses = async (site: Site, count: number, fields = {}): Promise<number[]> => {
  const seen: number[] = [];
  for (let at = 0; at < count; at++) seen.push((await site.ask('GET', '/', { fields })).status);
  return seen;
};

const byUser = {
  key: ({ headers }: { headers: { get(name: string): string | null } }) => headers.get('x-user'),
};

describe('a rate', () => {
  it('lets the quota through at once, then 429 until there is room [RFC 6585 4]', async () => {
    const site = await start({ requests: 3, windowMs: 30_000 });
    expect(await statuses(site, 5)).toEqual([200, 200, 200, 429, 429]);
    await site.advance(9_999);
    expect(await statuses(site, 1)).toEqual([429]);
    await site.advance(1);
    expect(await statuses(site, 2)).toEqual([200, 429]);
    await site.advance(30_000);
    expect(await statuses(site, 4)).toEqual([200, 200, 200, 429]);
  });

  it('is told, and when to come back [RFC 9110 10.2.3]', async () => {
    const site = await start({ requests: 2, windowMs: 10_000, name: 'burst' });
    const told = async () => {
      const { status, headers } = await site.ask('GET', '/');
      return [status, headers.get('ratelimit'), headers.get('retry-after')];
    };
    expect(await told()).toEqual([200, '"burst";r=1;t=5', null]);
    expect(await told()).toEqual([200, '"burst";r=0;t=10', null]);
    expect(await told()).toEqual([429, '"burst";r=0;t=10', '5']);
    await site.advance(1_500);
    expect(await told()).toEqual([429, '"burst";r=0;t=9', '4']);
    const { headers } = await site.ask('GET', '/');
    expect(headers.get('ratelimit-policy')).toBe('"burst";q=2;w=10');
  });

  it('never refuses a client that waits as long as it is told', async () => {
    const site = await start({ requests: 11, windowMs: 60_000 });
    expect(await statuses(site, 11)).toEqual(Array(11).fill(200));
    for (let visit = 0; visit < 20; visit++) {
      const { status, headers } = await site.ask('GET', '/');
      expect(status).toBe(429);
      await site.advance(Number(headers.get('retry-after')) * 1000);
      expect(await statuses(site, 1)).toEqual([200]);
    }
  });

  it('is each client’s own, and nobody’s without a key', async () => {
    const site = await start({ requests: 1, ...byUser });
    expect(await statuses(site, 2, { 'X-User': 'ann' })).toEqual([200, 429]);
    expect(await statuses(site, 2, { 'X-User': 'bob' })).toEqual([200, 429]);
    expect(await statuses(site, 3)).toEqual([200, 200, 200]);
  });

  it('goes by the address, behind gateways by that of their client', async () => {
    const site = await start({ requests: 1, gateways: { isTrusted: (at) => at === '127.0.0.1' } });
    expect(await statuses(site, 2, { 'X-Forwarded-For': '192.0.2.1' })).toEqual([200, 429]);
    expect(await statuses(site, 1, { 'X-Forwarded-For': '192.0.2.2' })).toEqual([200]);
    expect(await statuses(site, 1, { 'X-Forwarded-For': '2001:db8::1' })).toEqual([200]);
    expect(await statuses(site, 1, { 'X-Forwarded-For': '2001:db8::2' })).toEqual([429]);
  });

  it('remembers so many clients: the one that asked longest ago is forgotten', async () => {
    const site = await start({ requests: 1, maxKeys: 2, ...byUser });
    for (const user of ['a', 'b', 'c']) await statuses(site, 1, { 'X-User': user });
    expect(await statuses(site, 1, { 'X-User': 'c' })).toEqual([429]);
    expect(await statuses(site, 1, { 'X-User': 'b' })).toEqual([429]);
    expect(await statuses(site, 1, { 'X-User': 'a' })).toEqual([200]);
  });

  it('needs a number and a time', () => {
    expect(() => rateLimit({ requests: 0 })).toThrow(RangeError);
    expect(() => rateLimit({ requests: 1, windowMs: 0 })).toThrow(RangeError);
    expect(() => rateLimit({ requests: 1, name: 'a"b' })).toThrow(RangeError);
    expect(() => rateLimit({ requests: 1, maxKeys: 0 })).toThrow(RangeError);
  });
});
