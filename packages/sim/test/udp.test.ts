import { createNetwork, packetScript } from '@netlayers/sim';
import type { UdpSocket, UdpSocketHandler } from '@netlayers/stack';
import { describe, expect, it } from 'vitest';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Echoes everything, and writes down what comes. */
function echo(socket: UdpSocket, log: string[] = []): string[] {
  socket.setHandler({
    handleDatagram: (buf, start, end, from) => {
      log.push(`${end - start} ${from.address}:${from.port}`);
      socket.send(buf, start, end, from);
    },
    handleError: (error) => void log.push(error.message),
    handleClose: () => void log.push('closed'),
  });
  return log;
}

const quiet: UdpSocketHandler = { handleDatagram() {} };

describe('a datagram of a script', () => {
  it('is echoed, with a checksum, and DF where it fits into one packet', async () => {
    const script = packetScript({ stackPort: 7 });
    echo(script.stack.bindUdp({ port: 7 }));
    await script.injectUdp({ text: 'hello' });
    await script.expectDatagram({
      protocol: 'udp',
      text: 'hello',
      stackPort: 7,
      peerPort: 40_000,
      checksum: 'right',
      dontFragment: true,
      ttl: 64,
    });
    await script.injectUdp({ text: '' });
    await script.expectDatagram({ protocol: 'udp', length: 0 });
    await script.expectNoDatagram();
  });

  it('may have no checksum, and must not have a wrong one [RFC 1122 4.1.3.4]', async () => {
    const script = packetScript({ stackPort: 7 });
    echo(script.stack.bindUdp({ port: 7 }));
    await script.injectUdp({ text: 'a', checksum: 'none' });
    await script.expectDatagram({ text: 'a', checksum: 'right' });
    await script.injectUdp({ text: 'b', checksum: 'wrong' });
    await script.injectUdp({ text: 'c', lengthField: 4 });
    await script.injectUdp({ text: 'd', lengthField: 1000 });
    await script.expectNoDatagram();
    expect(script.stack.counters().udp.dropped).toMatchObject({
      'bad-checksum': 1,
      'bad-length': 1,
      truncated: 1,
    });
  });

  it('to a closed port is answered with port unreachable, which quotes it [RFC 1122 4.1.3.1]', async () => {
    const script = packetScript();
    await script.injectUdp({ text: 'hello', stackPort: 9, peerPort: 5000 });
    await script.expectDatagram({
      protocol: 'icmp',
      text: '3/3',
      stackPort: 9,
      peerPort: 5000,
      length: 33,
      checksum: 'right',
    });
  });

  it('is put together from fragments in any order [RFC 791 3.2]', async () => {
    const script = packetScript({ stackPort: 7 });
    const log = echo(script.stack.bindUdp({ port: 7 }));
    await script.injectUdp({ length: 100, cutAt: [8, 48, 96], order: [3, 1, 0, 2] });
    await script.expectDatagram({ protocol: 'udp', length: 100, checksum: 'right' });
    await script.injectUdp({ length: 100, cutAt: [48], order: [1] });
    await script.injectUdp({ length: 100, cutAt: [48], order: [0] });
    await script.expectNoDatagram();
    expect(log).toEqual(['100 10.0.0.2:40000']);
    await script.advance(60_000);
    expect(script.stack.counters().ipv4.dropped['reassembly-timeout']).toBe(2);
  });

  it('larger than the MTU is answered in fragments without DF', async () => {
    const script = packetScript({ stackPort: 7, mtu: 576 });
    echo(script.stack.bindUdp({ port: 7 }));
    await script.injectUdp({ length: 600, cutAt: [504] });
    const rest = { protocol: 'fragment', dontFragment: false } as const;
    await script.expectDatagram({ ...rest, length: 552, moreFragments: true, fragmentOffset: 0 });
    await script.expectDatagram({ ...rest, length: 56, moreFragments: false, fragmentOffset: 552 });
    await script.expectNoDatagram();
  });
});

describe('a path', () => {
  it('that carries less is learnt of once, and then cut for [RFC 8085 3.2]', async () => {
    const network = createNetwork();
    const a = network.host({ address: '10.0.0.1' });
    const b = network.host({ address: '10.0.2.1' });
    const router = network.router();
    network.link(a, router);
    network.link(router, b, { mtu: 800 });
    const log: string[] = [];
    echo(b.stack.bindUdp({ port: 7 }));
    await network.run(async () => {
      const socket = a.stack.bindUdp();
      socket.setHandler({
        handleDatagram: (_buf, start, end) => void log.push(`${end - start} back`),
        handleError: (error) => void log.push(error.code),
      });
      await socket.connect('10.0.2.1', 7);
      for (let i = 0; i < 3; i++) {
        socket.send(new Uint8Array(1200));
        await network.sleep(100);
      }
    });
    expect(log).toEqual(['EMSGSIZE', '1200 back', '1200 back']);
    expect(a.stack.counters().ipv4.fragmentsSent).toBe(4);
  });

  it('that ends is told hop by hop, as traceroute asks', async () => {
    const network = createNetwork();
    const a = network.host({ address: '10.0.0.1' });
    const b = network.host({ address: '10.0.2.1' });
    const routers = [network.router(), network.router()] as const;
    network.link(a, routers[0]);
    network.link(routers[0], routers[1]);
    network.link(routers[1], b);
    const log: string[] = [];
    await network.run(async () => {
      const socket = a.stack.bindUdp();
      socket.setHandler({ ...quiet, handleError: (error) => void log.push(error.code) });
      for (const ttl of [1, 2, 3]) {
        socket.setTtl(ttl);
        socket.send(utf8('x'), 0, 1, { address: '10.0.2.1', port: 33_434 });
        await network.sleep(100);
      }
    });
    expect(log).toEqual(['EHOSTUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED']);
  });

  it.each([1, 2, 3, 4, 5])(
    'with loss, doubles and disorder delivers what arrives, whole: seed %i',
    async (seed) => {
      const network = createNetwork({ seed });
      const a = network.host({ address: '10.0.0.1' });
      const b = network.host({ address: '10.0.0.2' });
      network.link(a, b, {
        delayMs: 10,
        loss: 0.1,
        duplicate: 0.05,
        corrupt: 0.02,
        reorder: { probability: 0.2, extraMs: 5 },
      });
      let whole = 0;
      let broken = 0;
      b.stack.bindUdp({ port: 7 }).setHandler({
        handleDatagram: (buf, start, end) => {
          // Each byte is its distance from the end.
          let isWhole = true;
          for (let at = start; at < end; at++) isWhole &&= buf[at] === ((end - at) & 0xff);
          if (isWhole) whole++;
          else broken++;
        },
      });
      await network.run(async () => {
        const socket = a.stack.bindUdp();
        await socket.connect('10.0.0.2', 7);
        for (let length = 0; length < 6000; length += 20) {
          socket.send(Uint8Array.from({ length }, (_, index) => (length - index) & 0xff));
          await network.sleep(1);
        }
        await network.sleep(60_000);
      });
      const { udp, ipv4 } = b.stack.counters();
      expect(broken).toBe(0);
      expect(whole).toBeGreaterThan(150);
      expect(whole).toBe(udp.datagramsDelivered);
      const lost = Object.values(udp.dropped).reduce((sum, count) => sum + count, 0);
      expect(udp.datagramsReceived).toBe(whole + lost);
      expect(ipv4.reassembled).toBeGreaterThan(100);
    },
  );
});

describe('a router', () => {
  it('neither forwards what is for everybody, nor says a word about it (RFC 1812, 5.3.5.1)', async () => {
    const network = createNetwork();
    const a = network.host({ address: '10.0.0.1', prefixLength: 24 });
    const b = network.host({ address: '10.0.2.1', prefixLength: 24, routes: ['0.0.0.0/0'] });
    const router = network.router();
    network.link(a, router);
    network.link(router, b);
    const log = echo(b.stack.bindUdp({ port: 7 }));
    await network.run(async () => {
      const socket = a.stack.bindUdp({ broadcast: true });
      socket.setHandler({ ...quiet, handleError: (error) => void log.push(error.message) });
      socket.send(utf8('x'), 0, 1, { address: '255.255.255.255', port: 7 });
      await network.sleep(1000);
    });
    expect(log).toEqual([]);
    expect(router.counts.dropped.unreachable).toBe(1);
    expect(a.stack.counters().ipv4.icmpErrorsReceived).toBe(0);
  });
});

describe('a host that crashes', () => {
  it('tells its sockets nothing, and knows no port once it is back', async () => {
    const network = createNetwork();
    const a = network.host({ address: '10.0.0.1' });
    const b = network.host({ address: '10.0.0.2' });
    network.link(a, b, { delayMs: 5 });
    const told = echo(b.stack.bindUdp({ port: 7 }));
    const log: string[] = [];
    await network.run(async () => {
      const socket = a.stack.bindUdp();
      socket.setHandler({
        handleDatagram: () => void log.push('answer'),
        handleError: (error) => void log.push(error.code),
      });
      await socket.connect('10.0.0.2', 7);
      const ask = async (): Promise<void> => {
        socket.send(utf8('x'));
        await network.sleep(100);
      };
      await ask();
      b.crash();
      await ask();
      b.restart();
      await ask();
      echo(b.stack.bindUdp({ port: 7 }));
      await ask();
    });
    expect(log).toEqual(['answer', 'ECONNREFUSED', 'answer']);
    expect(told).toHaveLength(1);
  });
});
