import { Response } from '@netlayers/http';
import type { Balance } from '@netlayers/proxy';
import type { RecordingPeer } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, Harness, head, ok, statusOf } from '../support/harness.js';
import { settle } from '../support/settle.js';

const THREE = ['http://a', 'http://b', 'http://c'];

/** A proxy in front of servers that answer with their names. */
async function named(
  options: Parameters<typeof Harness.start>[0] = {},
  upstreams: Parameters<typeof Harness.start>[1] = THREE,
): Promise<Harness> {
  const harness = await Harness.start(options, upstreams);
  for (const name of ['a', 'b', 'c']) await harness.raw(name, answers(ok(name)));
  return harness;
}

/** Who answers that many requests, in order. */
async function who(harness: Harness, times: number, ...fields: string[]): Promise<string> {
  let names = '';
  for (let n = 0; n < times; n++) {
    const text = await harness.fetch(head('GET /', ...fields));
    names += statusOf(text) === 200 ? text.at(-1) : '-';
  }
  return names;
}

describe('the choice', () => {
  it('goes round, as often as the weights say', async () => {
    expect(await who(await named(), 6)).toBe('abcabc');
    const weighted = await named({}, [{ url: 'http://a', weight: 4 }, 'http://b', 'http://c']);
    const names = await who(weighted, 12);
    expect([...names].sort().join('')).toBe('aaaaaaaabbcc');
    expect(names).not.toContain('aaaaa');
  });

  it('goes to who has the least to do', async () => {
    const harness = await Harness.start({ balance: 'least-busy' }, ['http://a', 'http://b']);
    const a = await harness.raw('a', () => {});
    await harness.raw('b', answers(ok('b')));
    const busy = await harness.connect();
    busy.send(head('GET /'));
    await settle();
    expect(await who(harness, 3)).toBe('bbb');
    a.peers[0]?.send(ok('a'));
    await settle();
    expect(harness.proxy.counters().upstreams.map(({ active }) => active)).toEqual([0, 0]);
  });

  it('stays with a key, and moves few of them when an upstream goes', async () => {
    const balances: [Balance, (n: number) => string][] = [
      [{ hash: { header: 'X-User' } }, (n) => `X-User: ${n}`],
      [{ hash: { cookie: 'id' } }, (n) => `Cookie: other=1; id=${n}; x=y`],
      [{ hash: (request) => request.headers.get('x') ?? '' }, (n) => `X: ${n}`],
    ];
    for (const [balance, field] of balances) {
      const harness = await named({ balance });
      const before: string[] = [];
      for (let n = 0; n < 30; n++) before.push(await who(harness, 1, field(n)));
      for (let n = 0; n < 30; n++) expect(await who(harness, 1, field(n))).toBe(before[n]);
      expect(new Set(before).size).toBe(3);
      await harness.proxy.remove('http://c');
      for (let n = 0; n < 30; n++) {
        const now = await who(harness, 1, field(n));
        if (before[n] !== 'c') expect(now).toBe(before[n]);
      }
    }
    const byAddress = await named({ balance: { hash: 'address' } });
    expect(new Set(await who(byAddress, 6)).size).toBe(1);
  });
});

describe('passive health', () => {
  it('puts out who fails too often, tries it again, and for longer the next time', async () => {
    const harness = await Harness.start(
      { passive: { failures: 3, windowMs: 10_000, outMs: 5000 } },
      ['http://a', 'http://b'],
    );
    await harness.raw('b', answers(ok('b')));
    expect(await who(harness, 12)).toBe('b'.repeat(12));
    const state = () => harness.proxy.counters().upstreams[0];
    expect(state()).toMatchObject({ state: 'out', failures: 3, ejections: 1 });
    await harness.advance(5000);
    expect(state()?.state).toBe('up');
    await who(harness, 6);
    expect(state()).toMatchObject({ state: 'out', failures: 4, ejections: 2 });
    await harness.advance(9900);
    expect(state()?.state).toBe('out');
    await harness.advance(200);
    await harness.raw('a', answers(ok('a')));
    expect([...(await who(harness, 10))].filter((name) => name === 'a').length).toBe(5);
    expect(state()).toMatchObject({ state: 'up', failures: 4 });
  });

  it('forgets failures that are long ago', async () => {
    const harness = await Harness.start({ passive: { failures: 3, windowMs: 10_000 } });
    for (let n = 0; n < 5; n++) {
      await who(harness, 1);
      await harness.advance(6000);
    }
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ state: 'up', failures: 5 });
  });

  it('asks those that are out when there are no others', async () => {
    const harness = await Harness.start({ passive: { failures: 1 } });
    expect(await who(harness, 1)).toBe('-');
    expect(harness.proxy.counters().upstreams[0]?.state).toBe('out');
    await harness.raw('a', answers(ok('a')));
    expect(await who(harness, 2)).toBe('aa');
  });

  it('tries one that is back by one request at a time', async () => {
    const harness = await Harness.start(
      { passive: { failures: 1, outMs: 1000 }, retry: { times: 0 } },
      ['http://a', 'http://b'],
    );
    await harness.raw('b', answers(ok('b')));
    expect(await who(harness, 2)).toBe('-b');
    const a = await harness.raw('a', () => {});
    await harness.advance(1000);
    const clients: string[] = [];
    for (let n = 0; n < 5; n++) {
      const client = await harness.connect();
      client.send(head('GET /'));
      await settle();
      clients.push(client.text.at(-1) ?? '');
    }
    expect(clients.join('')).toBe('bbbb');
    expect(a.peers.length).toBe(1);
  });
});

describe('active health', () => {
  it('takes out who does not answer well, and brings it back', async () => {
    let isWell = true;
    const asked: string[] = [];
    const harness = await Harness.start(
      { check: { path: '/health', intervalMs: 1000, timeoutMs: 500, rise: 2, fall: 3 } },
      ['http://a/base', 'http://b/base'],
    );
    await harness.raw('b', answers(ok('b')));
    await harness.serve('a', async (request) => {
      if (request.path.endsWith('/health')) asked.push(request.path);
      if (!isWell) return new Response(500);
      return Response.text('a');
    });
    const state = () => harness.proxy.counters().upstreams[0]?.state;
    // The first question came before anybody listened.
    await harness.advance(3000);
    expect(state()).toBe('up');
    expect(asked[0]).toBe('/base/health');
    isWell = false;
    await harness.advance(2000);
    expect(state()).toBe('up');
    await harness.advance(1500);
    expect(state()).toBe('down');
    expect(await who(harness, 4)).toBe('bbbb');
    isWell = true;
    await harness.advance(1000);
    expect(state()).toBe('down');
    await harness.advance(1500);
    expect(state()).toBe('up');
    expect(await who(harness, 4)).toContain('a');
    await harness.proxy.close();
    const questions = asked.length;
    await harness.advance(5000);
    expect(asked.length).toBe(questions);
  });

  it('takes silence for an answer, and refuses when all are down [RFC 9110 15.6.4]', async () => {
    const harness = await Harness.start({
      check: { path: '/', intervalMs: 1000, timeoutMs: 500, fall: 2 },
    });
    await harness.raw('a', () => {});
    await harness.advance(6000);
    expect(harness.proxy.counters().upstreams[0]?.state).toBe('down');
    expect(statusOf(await harness.fetch(head('GET /')))).toBe(503);
  });

  it('lets one that is back begin slowly', async () => {
    let isWell = true;
    const harness = await Harness.start(
      { check: { path: '/', intervalMs: 1000, rise: 1, fall: 1 }, slowStartMs: 60_000 },
      ['http://a', 'http://b'],
    );
    await harness.raw('b', answers(ok('b')));
    await harness.serve('a', async () => (isWell ? Response.text('a') : new Response(500)));
    await harness.advance(2000);
    isWell = false;
    await harness.advance(2000);
    isWell = true;
    await harness.advance(2000);
    const share = async (): Promise<number> =>
      [...(await who(harness, 22))].filter((name) => name === 'a').length;
    expect(await share()).toBeLessThan(5);
    await harness.advance(60_000);
    expect(await share()).toBe(11);
  });
});

describe('room', () => {
  it('is waited for in line, and not for ever [RFC 9110 15.6.4]', async () => {
    const harness = await Harness.start({
      maxConnections: 1,
      queue: { limit: 2, timeoutMs: 3000 },
    });
    const a = await harness.raw('a', () => {});
    const clients: RecordingPeer[] = [];
    for (let n = 0; n < 4; n++) {
      const client = await harness.connect();
      client.send(head(`GET /${n}`));
      await settle();
      clients.push(client);
    }
    const statuses = (): number[] => clients.map(({ text }) => statusOf(text));
    expect(statuses()).toEqual([0, 0, 0, 503]);
    expect(harness.proxy.counters()).toMatchObject({ waiting: 2, upstreams: [{ active: 1 }] });
    a.peers[0]?.send(ok('x'));
    await settle();
    expect(statuses()).toEqual([200, 0, 0, 503]);
    expect(a.text).toMatch(/GET \/1 /);
    await harness.advance(3000);
    expect(statuses()).toEqual([200, 0, 503, 503]);
    expect(clients[2]?.text).toContain('\r\nRetry-After: 1\r\n');
    a.peers[0]?.send(ok('x'));
    await settle();
    expect(statuses()).toEqual([200, 200, 503, 503]);
    expect(harness.proxy.counters()).toMatchObject({ waiting: 0, upstreams: [{ active: 0 }] });
  });

  it('is no longer waited for by who has gone', async () => {
    const harness = await Harness.start({ maxConnections: 1 });
    const a = await harness.raw('a', () => {});
    const first = await harness.connect();
    first.send(head('GET /1'));
    await settle();
    const second = await harness.connect();
    second.send(head('GET /2'));
    await settle();
    expect(harness.proxy.counters().waiting).toBe(1);
    second.abort();
    await settle();
    expect(harness.proxy.counters().waiting).toBe(0);
    a.peers[0]?.send(ok('x'));
    await settle();
    expect(a.text).not.toContain('/2');
  });
});

describe('an upstream that is removed', () => {
  it('finishes what it has, and gets nothing new', async () => {
    const harness = await Harness.start({}, ['http://a', 'http://b']);
    const a = await harness.raw('a', () => {});
    await harness.raw('b', answers(ok('b')));
    const client = await harness.connect();
    client.send(head('GET /'));
    await settle();
    let isRemoved = false;
    const removing = harness.proxy.remove('http://a').then((was) => {
      isRemoved = true;
      return was;
    });
    expect(await who(harness, 3)).toBe('bbb');
    expect(harness.proxy.counters().upstreams.at(-1)?.state).toBe('draining');
    expect(isRemoved).toBe(false);
    a.peers[0]?.send(ok('last'));
    await settle();
    expect(client.text).toMatch(/last$/);
    expect(await removing).toBe(true);
    expect(harness.proxy.counters().upstreams.length).toBe(1);
    expect(a.peers[0]?.ended).toBe(true);
    expect(await harness.proxy.remove('http://a')).toBe(false);
    harness.proxy.add('http://a');
    expect(harness.proxy.counters().upstreams.length).toBe(2);
    expect(() => harness.proxy.add('http://a')).toThrow(TypeError);
  });

  it('leaves who waits for it without one', async () => {
    const harness = await Harness.start({ maxConnections: 1 });
    const a = await harness.raw('a', () => {});
    const first = await harness.connect();
    first.send(head('GET /1'));
    const second = await harness.connect();
    second.send(head('GET /2'));
    await settle();
    const removing = harness.proxy.remove('http://a');
    await settle();
    expect(statusOf(second.text)).toBe(503);
    a.peers[0]?.send(ok('x'));
    await removing;
    expect(statusOf(first.text)).toBe(200);
  });
});
