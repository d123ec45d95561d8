import { createNetwork, NameError } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

const twoHosts = () => {
  const network = createNetwork();
  const a = network.host({ address: '10.0.0.1', name: 'a.test' });
  const b = network.host({ address: '10.0.0.2', name: 'B.test', addresses: ['10.0.0.22'] });
  network.link(a, b, { delayMs: 1 });
  return { network, resolver: network.resolver, a, b };
};

describe('names', () => {
  it('are those of hosts, with all of their addresses, whatever the case', async () => {
    const { resolver, a } = twoHosts();
    expect(await resolver.lookUp('a.test')).toEqual(['10.0.0.1']);
    expect(await a.lookUp('b.TEST.')).toEqual(['10.0.0.2', '10.0.0.22']);
    expect(await a.lookUp('192.0.2.1')).toEqual(['192.0.2.1']);
  });

  it('are put down with several addresses, as aliases of others, and taken away again', async () => {
    const { resolver } = twoHosts();
    resolver.set('db.test', ['10.0.0.9', '10.0.0.2']);
    resolver.alias('www.db.test', 'database.test');
    resolver.alias('database.test', 'db.test');
    expect(await resolver.lookUp('www.db.test')).toEqual(['10.0.0.9', '10.0.0.2']);
    resolver.set('a.test', []);
    await expect(resolver.lookUp('a.test')).rejects.toThrow('getaddrinfo ENOTFOUND a.test');
    resolver.delete('a.test');
    expect(await resolver.lookUp('a.test')).toEqual(['10.0.0.1']);
    expect(() => resolver.set('x.test', 'b.test')).toThrow('b.test is not an IPv4 address');
  });

  it('that go round in a circle are not found', async () => {
    const { resolver } = twoHosts();
    resolver.alias('x.test', 'y.test');
    resolver.alias('y.test', 'x.test');
    await expect(resolver.lookUp('x.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('localhost is the host itself, whatever was put down (RFC 6761, 6.3)', async () => {
    const { resolver } = twoHosts();
    resolver.set('localhost', '10.0.0.9');
    resolver.impair({ failure: 'EAI_AGAIN', delayMs: 100 });
    for (const name of ['localhost', 'LOCALHOST.', 'api.localhost']) {
      expect(await resolver.lookUp(name)).toEqual(['127.0.0.1']);
    }
  });
});

describe('a look-up', () => {
  it('takes the time it is told to, and finds what is there at its end', async () => {
    const { network, resolver, a } = twoHosts();
    resolver.impair({ delayMs: 250 }, { name: 'late.test' });
    network.at(100, () => resolver.set('late.test', '10.0.0.7'));
    await network.run(async () => {
      expect(await a.lookUp('late.test')).toEqual(['10.0.0.7']);
      expect(network.clock.now()).toBe(250);
      await a.lookUp('b.test');
      expect(network.clock.now()).toBe(250);
    });
    expect(() => resolver.impair({ delayMs: -1 })).toThrow(RangeError);
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'] as const)(
    'fails with %s in the words of Node',
    async (failure) => {
      const { network, resolver, a } = twoHosts();
      resolver.impair({ delayMs: 5_000, failure }, { name: 'b.test' });
      const error = await network.run(() =>
        a.connect({ host: 'b.test', port: 80 }).catch((reason: unknown) => reason),
      );
      expect(error).toBeInstanceOf(NameError);
      expect(error).toMatchObject({
        code: failure,
        syscall: 'getaddrinfo',
        hostname: 'b.test',
        message: `getaddrinfo ${failure} b.test`,
      });
      expect(network.clock.now()).toBe(5_000);
    },
  );

  it('fails for one host, for one name, behind an alias, and no longer', async () => {
    const { resolver, a, b } = twoHosts();
    resolver.impair({ failure: 'EAI_AGAIN' }, { host: a });
    await expect(a.lookUp('b.test')).rejects.toMatchObject({ code: 'EAI_AGAIN' });
    expect(await b.lookUp('a.test')).toEqual(['10.0.0.1']);
    resolver.impair({ failure: null }, { host: a });
    resolver.impair({ failure: 'ETIMEDOUT' }, { name: 'A.test' });
    resolver.alias('alias.test', 'a.test');
    await expect(b.lookUp('alias.test')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(await a.lookUp('b.test')).toHaveLength(2);
    resolver.impair({ failure: null }, { name: 'a.test', host: b });
    expect(await b.lookUp('alias.test')).toEqual(['10.0.0.1']);
    await expect(a.lookUp('a.test')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('of a name with several addresses lets connect try each in turn', async () => {
    const { network, resolver, a, b } = twoHosts();
    b.stack.listen({ host: '10.0.0.22', port: 80 }, (socket) => socket.abort());
    resolver.set('two.test', ['10.0.0.2', '10.0.0.22']);
    await network.run(async () => {
      const socket = await a.connect({ host: 'two.test', port: 80 });
      expect(socket.remoteAddress).toBe('10.0.0.22');
      await expect(a.connect({ host: 'two.test', port: 81 })).rejects.toMatchObject({
        code: 'ECONNREFUSED',
        message: expect.stringContaining('10.0.0.22:81'),
      });
      const controller = new AbortController();
      const pending = a.connect({ host: 'two.test', port: 80, signal: controller.signal });
      controller.abort();
      await expect(pending).rejects.toBe(controller.signal.reason);
    });
  });
});
