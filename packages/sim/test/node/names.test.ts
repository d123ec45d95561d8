import dns from 'node:dns';
import http from 'node:http';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { onTwoHosts } from './two-hosts.js';

/** What a program of `app.test` gets to know, and the ms that it took. */
const asking = <T>(ask: () => Promise<T>): Promise<[T, ms: number]> =>
  onTwoHosts(async ({ net, app }) => {
    net.resolver.impair({ delayMs: 3_000 }, { name: 'slow.test' });
    net.resolver.alias('slow.test', 'api.test');
    const known = await app.run(ask);
    return [known, net.clock.now()];
  });

const codeOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'none',
    (error: NodeJS.ErrnoException & { hostname?: string }) => [
      error.code,
      error.syscall,
      error.hostname,
    ],
  );

describe('dns.lookup', () => {
  it('never answers in the call itself', async () => {
    const [order] = await asking(
      () =>
        new Promise<string[]>((resolve) => {
          const seen: string[] = [];
          dns.lookup('api.test', () => resolve([...seen, 'answer']));
          seen.push('call');
          process.nextTick(() => seen.push('tick'));
        }),
    );
    expect(order).toEqual(['call', 'tick', 'answer']);
  });

  it('answers for an address in the next tick, whatever family is asked for', async () => {
    const [order] = await asking(
      () =>
        new Promise<unknown[]>((resolve) => {
          const seen: unknown[] = [];
          setImmediate(() => resolve([...seen, 'macrotask']));
          dns.lookup('127.0.0.1', { family: 6 }, (_error, address, family) =>
            seen.push(address, family),
          );
          dns.lookup('0.0.0.0', { all: true }, (_error, addresses) => seen.push(addresses));
          seen.push('call');
        }),
    );
    const all = [{ address: '0.0.0.0', family: 4 }];
    expect(order).toEqual(['call', '127.0.0.1', 4, all, 'macrotask']);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('lets a server at %s be asked at once', async (host) => {
    const [text] = await asking(async () => {
      http.createServer((_request, response) => response.end('hello')).listen(3000, host);
      return await (await fetch('http://127.0.0.1:3000/')).text();
    });
    expect(text).toBe('hello');
  });

  it('gives one address or all, by callback, by promisify and by promise', async () => {
    const all = [{ address: '10.0.0.2', family: 4 }];
    const [known] = await asking(async () => [
      await new Promise((resolve) => {
        dns.lookup('api.test', (error, ...rest) => resolve([error, ...rest]));
      }),
      await promisify(dns.lookup)('api.test'),
      await dns.promises.lookup('api.test', { all: true }),
      await dns.promises.lookup('api.test', 4),
      await dns.promises.lookup('127.0.0.1'),
    ]);
    const local = { address: '127.0.0.1', family: 4 };
    expect(known).toEqual([[null, '10.0.0.2', 4], all[0], all, all[0], local]);
  });

  it('takes the virtual time that the resolver of the network takes', async () => {
    const [known, ms] = await asking(() => dns.promises.lookup('slow.test'));
    expect([known.address, ms]).toEqual(['10.0.0.2', 3_000]);
  });

  it('of a program that is on no host says so', async () => {
    await expect(onTwoHosts(() => dns.promises.lookup('api.test'))).rejects.toThrow(
      'api.test was looked up outside of every host: use host.run',
    );
  });

  it('fails as getaddrinfo does', async () => {
    const [codes] = await asking(async () => [
      await codeOf(dns.promises.lookup('nobody.test')),
      await codeOf(dns.promises.lookup('api.test', { family: 6 })),
    ]);
    expect(codes).toEqual([
      ['ENOTFOUND', 'getaddrinfo', 'nobody.test'],
      ['ENOTFOUND', 'getaddrinfo', 'api.test'],
    ]);
  });
});

describe('dns.resolve', () => {
  it('knows addresses, also through a resolver of the program with servers of its own', async () => {
    const [known] = await asking(async () => {
      const resolver = new dns.promises.Resolver({ timeout: 10 });
      resolver.setServers(['192.0.2.1']);
      const old = new dns.Resolver();
      return [
        await dns.promises.resolve4('api.test', { ttl: true }),
        await resolver.resolve('api.test'),
        await promisify(old.resolve4.bind(old))('api.test'),
      ];
    });
    expect(known).toEqual([[{ address: '10.0.0.2', ttl: 0 }], ['10.0.0.2'], ['10.0.0.2']]);
  });

  it('has no other records: ENODATA for a name that is there, ENOTFOUND for another', async () => {
    const [codes] = await asking(async () => [
      await codeOf(dns.promises.resolveSrv('api.test')),
      await codeOf(dns.promises.resolve('api.test', 'AAAA')),
      await codeOf(dns.promises.resolveTxt('nobody.test')),
      await codeOf(promisify(dns.resolveMx)('api.test')),
      await codeOf(dns.promises.resolve6('api.test')),
      await codeOf(dns.promises.reverse('10.0.0.2')),
    ]);
    expect(codes).toEqual([
      ['ENODATA', 'querySrv', 'api.test'],
      ['ENODATA', 'queryAaaa', 'api.test'],
      ['ENOTFOUND', 'queryTxt', 'nobody.test'],
      ['ENODATA', 'queryMx', 'api.test'],
      ['ENODATA', 'queryAaaa', 'api.test'],
      ['ENOTFOUND', 'getHostByAddr', '10.0.0.2'],
    ]);
  });
});
