import { describe, expect, it } from 'vitest';
import { sendBulk, simulate } from './simulate.js';

describe('a router that marks', () => {
  it('slows a flow down that has agreed to it, without a loss [RFC 3168 5]', async () => {
    await simulate('ecn', 1, async (network) => {
      const tcp = { ecn: 'request' } as const;
      const a = network.host({ address: '10.0.0.1', tcp });
      const b = network.host({ address: '10.0.0.2', tcp });
      const wire = network.link(a, b, {
        delayMs: 10,
        rateBitsPerSecond: 20e6,
        queueBytes: 200_000,
        queuePackets: 10_000,
        markBytes: 30_000,
      });
      await sendBulk(network, a, b, 4 << 20);
      const sent = a.stack.counters().tcp;
      expect(wire.there.marked).toBeGreaterThan(0);
      expect(wire.there.fates['queue-full']).toBe(0);
      expect(b.stack.counters().tcp.ecnMarks).toBeGreaterThan(0);
      expect(sent.ecnReductions).toBeGreaterThan(0);
      expect(sent.retransmissions).toBe(0);
      expect(b.stack.counters().ipv4.dropped['bad-checksum']).toBe(0);
    });
  });

  it('leaves those alone that have not [RFC 3168 5]', async () => {
    await simulate('no ecn', 1, async (network) => {
      const a = network.host({ address: '10.0.0.1' });
      const b = network.host({ address: '10.0.0.2' });
      const link = { delayMs: 10, rateBitsPerSecond: 20e6, queueBytes: 200_000, markBytes: 0 };
      const wire = network.link(a, b, link);
      await sendBulk(network, a, b, 1 << 20);
      expect(wire.there.marked).toBe(0);
    });
  });
});
