import { describe, expect, it } from 'vitest';
import { FAR, layer, PEER, US } from './layer.js';

const TEN = 0x0a000000;

describe('routes', () => {
  it('reach everything over a point-to-point link when none are given', () => {
    const { ipv4 } = layer();
    expect([ipv4.sourceFor(FAR), ipv4.sourceFor(PEER)]).toEqual([US, US]);
    expect(ipv4.mtuTo(FAR)).toBe(1500);
  });

  it('never lead to everybody, or to nobody [RFC 9293 MUST-46]', () => {
    const { ipv4 } = layer({ acceptAny: true });
    const nowhere = [0, 0xe0000001, 0xf0000001, 0xffffffff, 0xc00002ff, 0xc0000200];
    for (const destination of nowhere) {
      expect(ipv4.sourceFor(destination)).toBe(null);
      expect(ipv4.mtuTo(destination)).toBe(1500);
    }
  });

  it('are chosen by the longest prefix, in whatever order they were given', () => {
    const routes = [
      { network: TEN, prefixLength: 8, mtu: 1400 },
      { network: TEN + 0x010203, prefixLength: 32, mtu: 1100 },
      { network: 0, prefixLength: 0, mtu: 9000 },
      { network: TEN + 0x010200, prefixLength: 24, source: FAR, mtu: 1200 },
      // Host bits in a network address are no part of it.
      { network: TEN + 0x01ffff, prefixLength: 16, mtu: 1300 },
    ];
    for (const order of [routes, [...routes].reverse()]) {
      const { ipv4 } = layer({ routes: order, addresses: [FAR] });
      const mtus = [0x010203, 0x010204, 0x010304, 0x020304].map((host) => ipv4.mtuTo(TEN + host));
      expect(mtus).toEqual([1100, 1200, 1300, 1400]);
      expect(ipv4.mtuTo(PEER)).toBe(1500);
      expect([ipv4.sourceFor(TEN + 0x010204), ipv4.sourceFor(TEN + 0x010304)]).toEqual([FAR, US]);
    }
  });

  it('leave the rest unreachable when there is no default', () => {
    const { ipv4, device } = layer({ routes: [{ network: 0xc0000200, prefixLength: 24 }] });
    expect([ipv4.sourceFor(PEER), ipv4.sourceFor(FAR)]).toEqual([US, null]);
    const datagram = { destination: FAR, protocol: 17 };
    expect(ipv4.send(datagram, new Uint8Array(4), 0, 4)).toBe('no-route');
    expect(ipv4.counters.sendFailures['no-route']).toBe(1);
    expect(device.take()).toEqual([]);
  });

  it('reach into the upper half of the address space', () => {
    const { ipv4 } = layer({ routes: [{ network: 0x80000000, prefixLength: 1 }] });
    expect([ipv4.sourceFor(FAR), ipv4.sourceFor(TEN + 1)]).toEqual([US, null]);
  });
});
