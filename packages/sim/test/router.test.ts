import { createNetwork, type RouterOptions } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';
import { transfer } from './simulate.js';

/** Three hosts around one router; the third is behind a narrow link. */
function star(mtu = 1500, options: RouterOptions = {}) {
  const network = createNetwork();
  const a = network.host({ address: '10.0.1.1' });
  const b = network.host({ address: '10.0.2.1' });
  const c = network.host({ address: '10.0.3.1', routes: ['10.3.0.0/16'], acceptAny: true });
  const router = network.router(options);
  network.link(a, router, { delayMs: 1 });
  network.link(b, router, { delayMs: 2 });
  network.link(router, c, { delayMs: 3, mtu });
  return { network, a, b, c, router };
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

describe('a router', () => {
  it('lets three hosts talk to each other', async () => {
    const { network, a, b, c } = star();
    await network.run(async () => {
      expect((await a.stack.ping(b.address)).rttMs).toBeCloseTo(6, 6);
      expect((await b.stack.ping(c.address)).rttMs).toBeCloseTo(10, 6);
      expect((await c.stack.ping(a.address)).rttMs).toBeCloseTo(8, 6);
      expect((await a.stack.ping(b.address)).ttl).toBe(63);
    });
    await transfer(network, a, b, 100_000, 100_000);
    await transfer(network, c, b, 100_000, 100_000);
  });

  it('finds the way through other routers, the shorter one if there are two', async () => {
    const network = createNetwork();
    const a = network.host({ address: '10.0.1.1' });
    const b = network.host({ address: '10.0.2.1' });
    const routers = ['r1', 'r2', 'r3'].map((name) => network.router({ name }));
    const [first, middle, last] = routers as [
      (typeof routers)[0],
      (typeof routers)[0],
      (typeof routers)[0],
    ];
    network.link(a, first, { delayMs: 1 });
    network.link(first, middle, { delayMs: 1 });
    network.link(middle, last, { delayMs: 1 });
    network.link(last, b, { delayMs: 1 });
    const far = await network.run(() => a.stack.ping(b.address));
    expect(far.rttMs).toBeCloseTo(8, 6);
    expect(far.ttl).toBe(61);
    network.link(first, last, { delayMs: 1 });
    const near = await network.run(() => a.stack.ping(b.address));
    expect(near.ttl).toBe(62);
  });

  it('sends prefixes to the host that asked for them', async () => {
    const { network, a, c } = star();
    await network.run(async () => {
      c.stack.listenAll((socket) => {
        socket.write(new TextEncoder().encode(`${socket.localAddress}:${socket.localPort}`));
        socket.end();
      });
      const socket = await a.stack.connect({ host: '10.3.7.9', port: 4321 });
      const chunks: Uint8Array[] = [];
      for await (const chunk of socket.readable as unknown as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
      }
      expect(new TextDecoder().decode(chunks[0])).toBe('10.3.7.9:4321');
      socket.end();
    });
  });

  it('says that a host does not exist, and that the TTL has run out', async () => {
    const { network, a, b, router } = star();
    await network.run(async () => {
      const unknown = await a.stack.ping('10.9.9.9').catch((reason) => reason);
      expect(codeOf(unknown)).toBe('EHOSTUNREACH');
      expect(unknown.message).toContain('192.0.2.1 says host-unreachable');
      const expired = await a.stack.ping(b.address, { ttl: 1 }).catch((reason) => reason);
      expect(expired.message).toContain('says time-exceeded');
    });
    expect(router.counts.dropped).toEqual({
      malformed: 0,
      expired: 1,
      unreachable: 1,
      'too-big': 0,
    });
    expect(router.counts.errors).toBe(2);
  });

  it('fragments what may be fragmented', async () => {
    const { network, a, c, router } = star(576);
    const payload = Uint8Array.from({ length: 8000 }, (_, index) => index * 7);
    const reply = await network.run(() => a.stack.ping(c.address, { payload }));
    expect(reply.payload).toEqual(payload);
    expect(router.counts.fragmented).toBeGreaterThan(14);
  });

  it('says what fits, so that TCP sends smaller segments', async () => {
    const { network, a, c, router } = star(600);
    // The SYN of the far host says how much it takes; only the way in the middle is narrow.
    const { clientSocket } = await transfer(network, a, c, 500_000);
    expect(router.counts.dropped['too-big']).toBe(0);
    expect(clientSocket.info().mss).toBe(600 - 40 - 12);
  });
});

describe('a narrow link between two routers', () => {
  /** Neither host knows of it: what a tunnel on the way does. */
  function tunnel(mtu: number, icmp: boolean) {
    const network = createNetwork();
    const a = network.host({ address: '10.0.1.1' });
    const b = network.host({ address: '10.0.2.1' });
    const near = network.router({ name: 'near', icmp });
    const far = network.router({ name: 'far', icmp });
    network.link(a, near, { delayMs: 5 });
    network.link(near, far, { delayMs: 5, mtu });
    network.link(far, b, { delayMs: 5 });
    return { network, a, b, near };
  }

  it.each([68, 296, 576, 1280, 1499])('of MTU %i is discovered by its ICMP errors', async (mtu) => {
    const { network, a, b, near } = tunnel(mtu, true);
    const { ms, clientSocket } = await transfer(network, a, b, 200_000, 200_000);
    expect(near.counts.dropped['too-big']).toBeGreaterThan(0);
    expect(clientSocket.info().mss).toBeLessThanOrEqual(Math.max(mtu - 40, 48) - 12);
    expect(ms).toBeLessThan(mtu < 100 ? 120_000 : 20_000);
  });

  it('that says nothing is found out by the sender [RFC 4821 7.7] [RFC 9293 3.7.2]', async () => {
    const { network, a, b } = tunnel(1280, false);
    const { ms, clientSocket } = await transfer(network, a, b, 200_000);
    expect(clientSocket.info().mss).toBe(576 - 40 - 12);
    expect(ms).toBeLessThan(20_000);
  });
});
