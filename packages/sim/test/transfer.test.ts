import type { LinkOptions } from '@netlayers/sim';
import type { TcpSettings } from '@netlayers/tcp';
import { amount } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { sendBulk, simulate, transfer } from './simulate.js';

const MIB = 1 << 20;

/** Sends between two hosts over one link; every assertion is in `transfer`. */
async function sendOver(
  name: string,
  seed: number,
  link: LinkOptions,
  bytes: number,
  back = 0,
  tcp: Partial<TcpSettings> = {},
  check: (
    result: Awaited<ReturnType<typeof transfer>>,
    counts: { corrupted: number; badChecksums: number },
  ) => void = () => {},
): Promise<void> {
  await simulate(name, seed, async (network) => {
    const a = network.host({ address: '10.0.0.1', tcp });
    const b = network.host({ address: '10.0.0.2', tcp });
    const wire = network.link(a, b, link);
    const result = await transfer(network, a, b, bytes, back);
    let badChecksums = 0;
    for (const { stack } of [a, b]) {
      const { ipv4, tcp: counters } = stack.counters();
      badChecksums += counters.dropped['bad-checksum'] + ipv4.dropped['bad-checksum'];
    }
    check(result, { corrupted: wire.there.corrupted + wire.back.corrupted, badChecksums });
  });
}

describe('10 MiB arrive byte for byte at 5 % loss, with reordering and duplication', () => {
  const link: LinkOptions = {
    delayMs: 10,
    jitterMs: 2,
    loss: 0.05,
    duplicate: 0.02,
    reorder: { probability: 0.02, extraMs: 4 },
  };

  for (let first = 1; first <= amount(30, 100); first += 10) {
    it(`seeds ${first} to ${first + 9}`, { timeout: 60_000 }, async () => {
      for (let seed = first; seed < first + 10; seed++) {
        await simulate('bulk at 5 % loss', seed, async (network) => {
          const a = network.host({ address: '10.0.0.1' });
          const b = network.host({ address: '10.0.0.2' });
          const wire = network.link(a, b, link);
          await sendBulk(network, a, b, 10 * MIB);
          const { there } = wire;
          expect(there.fates.lost / there.packets).toBeCloseTo(0.05, 1);
          expect(there.duplicated * there.reordered).toBeGreaterThan(0);
        });
      }
    });
  }
});

describe('a grid of links', () => {
  const losses = [0, 0.01, 0.1];
  const delays = [0, 1, 40, 300];
  const mtus = [68, 90, 128, 296, 576, 1006, 1500, 4352, 9000, 16384, 65535];
  const buffers = [256, 1000, 5000, 65536, 1 << 20];

  for (const mtu of mtus) {
    it(`MTU ${mtu}: every loss, delay and receive buffer`, { timeout: 60_000 }, async () => {
      let seed = mtu;
      for (const loss of losses) {
        for (const delayMs of delays) {
          for (const receiveBuffer of buffers) {
            const isSmall = mtu < 500 || receiveBuffer < 5000;
            const bytes = isSmall ? 5000 : 100_000;
            const name = `loss ${loss}, delay ${delayMs}, MTU ${mtu}, receive buffer ${receiveBuffer}`;
            await sendOver(name, seed++, { loss, delayMs, mtu }, bytes, bytes, { receiveBuffer });
          }
        }
      }
    });
  }

  it('the plainest peers: no scaling, no timestamps, no SACK', async () => {
    const tcp = { windowScaling: false, timestamps: false, sack: false };
    for (let seed = 1; seed <= 5; seed++) {
      await sendOver('plain', seed, { delayMs: 20, loss: 0.02 }, MIB, MIB, tcp);
    }
  });

  it('buffers of one byte to send from', async () => {
    await sendOver('send buffer', 1, { delayMs: 5 }, 20_000, 20_000, { sendBuffer: 1 });
  });
});

describe('both directions at once', () => {
  it('with loss, reordering and duplication', { timeout: 60_000 }, async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const link = {
        delayMs: 15,
        loss: 0.03,
        duplicate: 0.05,
        reorder: { probability: 0.05, extraMs: 10 },
      };
      await sendOver('both ways', seed, link, 2 * MIB, 2 * MIB);
    }
  });

  it('when only one direction is bad', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      await sendOver('bad way there', seed, { delayMs: 10, there: { loss: 0.2 } }, MIB / 4, MIB);
      await sendOver('bad way back', seed, { delayMs: 10, back: { loss: 0.2 } }, MIB, MIB / 4);
    }
  });

  it('when packets are lost in bursts', async () => {
    const burstLoss = { probability: 0.002, endProbability: 0.2 };
    for (let seed = 1; seed <= 5; seed++) {
      await sendOver('bursts', seed, { delayMs: 10, burstLoss }, MIB, MIB);
    }
  });
});

describe('corruption', () => {
  it('is found by a checksum every time, and counted', { timeout: 60_000 }, async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const link = { delayMs: 5, corrupt: 0.05 };
      await sendOver('corruption', seed, link, MIB, MIB, {}, (_, { corrupted, badChecksums }) => {
        expect(corrupted).toBeGreaterThan(20);
        // A bit of the version, the header length or the total length makes the packet no packet.
        expect(badChecksums).toBeLessThanOrEqual(corrupted);
        expect(badChecksums).toBeGreaterThan(corrupted * 0.9);
      });
    }
  });
});

describe('the time it takes', () => {
  const goodput = async (seed: number, link: LinkOptions, bytes: number): Promise<number> => {
    let mbit = 0;
    await sendOver('goodput', seed, link, bytes, 0, { receiveBuffer: 8 * MIB }, ({ ms }) => {
      mbit = (bytes * 8) / ms / 1000;
    });
    return mbit;
  };

  it('at a limited rate without loss is the rate, but for headers and slow start', async () => {
    const bufferOfOneBdp = { rateBitsPerSecond: 10e6, queueBytes: 65536 };
    expect(await goodput(1, { delayMs: 5, ...bufferOfOneBdp }, 10 * MIB)).toBeGreaterThan(8);
    const wide = { rateBitsPerSecond: 100e6, queueBytes: 1 << 20, queuePackets: 10_000 };
    expect(await goodput(1, { delayMs: 5, ...wide }, 40 * MIB)).toBeGreaterThan(80);
  });

  it('does not collapse when the queue is far too long, or far too short', async () => {
    const long = { rateBitsPerSecond: 5e6, queueBytes: 8 * MIB, queuePackets: 100_000 };
    expect(await goodput(1, { delayMs: 10, ...long }, 10 * MIB)).toBeGreaterThan(4);
    const short = { rateBitsPerSecond: 5e6, queuePackets: 8 };
    expect(await goodput(1, { delayMs: 10, ...short }, 10 * MIB)).toBeGreaterThan(2.5);
  });

  it('on a long path is that of buffers as large as can be: they grow in time', async () => {
    const link = { delayMs: 100, rateBitsPerSecond: 50e6, queueBytes: 1_250_000 };
    const timeOf = async (tcp: Partial<TcpSettings>): Promise<number> => {
      let took = 0;
      await sendOver('long path', 1, link, 8 * MIB, 0, tcp, ({ ms }) => {
        took = ms;
      });
      return took;
    };
    const fixed = await timeOf({ autotune: false });
    expect(await timeOf({})).toBeLessThanOrEqual(fixed * 1.02);
    expect(await timeOf({ receiveBuffer: 200_000 })).toBeGreaterThan(fixed * 2);
  });

  it('shares a rate between connections', async () => {
    await simulate('sharing', 1, async (network) => {
      const a = network.host({ address: '10.0.0.1' });
      const b = network.host({ address: '10.0.0.2' });
      network.link(a, b, { delayMs: 5, rateBitsPerSecond: 20e6, queueBytes: 65536 });
      const results = await Promise.all([1, 2, 3, 4].map(() => transfer(network, a, b, 2 * MIB)));
      for (const { ms } of results) expect((4 * 2 * MIB * 8) / ms / 1000).toBeGreaterThan(14);
    });
  });
});
