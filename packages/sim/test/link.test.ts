import { createNetwork, type LinkOptions, type WireEvent } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

const PACKETS = 10_000;
const LENGTH = 1000;

interface Arrival {
  readonly index: number;
  readonly atMs: number;
}

/** Sends numbered packets at a fixed distance over one link, and says what arrives when. */
async function sendMany(options: LinkOptions, packets = PACKETS, everyMs = 1, seed = 1) {
  const events: WireEvent[] = [];
  const network = createNetwork({ seed, observe: (event) => events.push({ ...event }) });
  const left = network.endpoint({ address: '10.0.0.1' });
  const right = network.endpoint({ address: '10.0.0.2' });
  const link = network.link(left, right, options);
  const arrivals: Arrival[] = [];
  let damaged = 0;
  right.device.onReadable = () => {
    right.device.receive(100, {
      handlePacket(buf, start, end) {
        arrivals.push({
          index: (buf[start]! << 8) | buf[start + 1]!,
          atMs: network.clock.now(),
        });
        for (let at = start + 2; at < end; at++) if (buf[at] !== 0) damaged++;
      },
    });
  };
  await network.run(async () => {
    for (let index = 0; index < packets; index++) {
      const { device } = left;
      const at = device.reserve(LENGTH);
      device.transmitBuffer.fill(0, at, at + LENGTH);
      device.transmitBuffer[at] = index >>> 8;
      device.transmitBuffer[at + 1] = index;
      device.commit(at, at + LENGTH, 0, 0);
      device.flush();
      if (everyMs > 0) await network.sleep(everyMs);
    }
    await network.sleep(100_000);
  });
  return { arrivals, damaged, counts: link.there, events, network };
}

const share = (part: number): number => part / PACKETS;

describe('a perfect link', () => {
  it('delivers everything once, in order, after its delay', async () => {
    const { arrivals, counts } = await sendMany({ delayMs: 7.25 }, 500);
    expect(arrivals.map(({ index }) => index)).toEqual([...Array(500).keys()]);
    for (const { index, atMs } of arrivals) expect(atMs).toBeCloseTo(index + 7.25, 9);
    expect(counts.packets).toBe(500);
    expect(counts.bytes).toBe(500 * LENGTH);
    expect(counts.fates.sent).toBe(500);
  });
});

describe('impairments come as often as they were asked for, and are counted', () => {
  it('loss', async () => {
    const { arrivals, counts } = await sendMany({ loss: 0.05 });
    expect(share(counts.fates.lost)).toBeCloseTo(0.05, 2);
    expect(arrivals.length).toBe(PACKETS - counts.fates.lost);
  });

  it('loss in bursts', async () => {
    const burstLoss = { probability: 0.005, endProbability: 0.2 };
    const { arrivals, counts } = await sendMany({ burstLoss });
    const lost = counts.fates['lost-in-burst'];
    expect(arrivals.length).toBe(PACKETS - lost);
    let bursts = 0;
    const arrived = new Set(arrivals.map(({ index }) => index));
    for (let index = 1; index < PACKETS; index++) {
      if (!arrived.has(index) && arrived.has(index - 1)) bursts++;
    }
    expect(bursts / PACKETS).toBeGreaterThan(0.003);
    expect(bursts / PACKETS).toBeLessThan(0.007);
    expect(lost / bursts).toBeGreaterThan(3.5);
    expect(lost / bursts).toBeLessThan(6.5);
  });

  it('a burst ends after its longest time', async () => {
    const burstLoss = { probability: 1, endProbability: 0, longestMs: 10 };
    const { counts, events } = await sendMany({ burstLoss }, 100);
    expect(counts.fates['lost-in-burst']).toBe(100);
    const rare = { probability: 0.02, endProbability: 0, longestMs: 10 };
    const { arrivals } = await sendMany({ burstLoss: rare }, 1000);
    expect(arrivals.length).toBeGreaterThan(700);
    expect(arrivals.length).toBeLessThan(950);
    expect(events.length).toBe(100);
  });

  it('duplication', async () => {
    const { arrivals, counts } = await sendMany({ duplicate: 0.1 });
    expect(share(counts.duplicated)).toBeCloseTo(0.1, 1);
    expect(arrivals.length).toBe(PACKETS + counts.duplicated);
  });

  it('corruption flips one bit', async () => {
    const { damaged, counts } = await sendMany({ corrupt: 0.1 });
    expect(share(counts.corrupted)).toBeCloseTo(0.1, 1);
    // The two bytes of the number are damaged as well, but not noticed here.
    expect(damaged).toBeGreaterThan(counts.corrupted * 0.98);
    expect(damaged).toBeLessThanOrEqual(counts.corrupted);
  });

  it('reordering', async () => {
    const reorder = { probability: 0.1, extraMs: 2.5 };
    const { arrivals, counts } = await sendMany({ delayMs: 5, reorder });
    expect(share(counts.reordered)).toBeCloseTo(0.1, 1);
    let overtaken = 0;
    for (let i = 1; i < arrivals.length; i++) {
      if (arrivals[i]!.index < arrivals[i - 1]!.index) overtaken++;
    }
    expect(overtaken).toBeGreaterThan(counts.reordered * 0.8);
    expect(overtaken).toBeLessThanOrEqual(counts.reordered);
    expect(arrivals.length).toBe(PACKETS);
  });

  it('jitter, which keeps the order', async () => {
    const { arrivals } = await sendMany({ delayMs: 5, jitterMs: 20 }, 2000);
    const delays = arrivals.map(({ index, atMs }) => atMs - index);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...delays)).toBeLessThan(25);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(5);
    expect(arrivals.map(({ index }) => index)).toEqual([...Array(2000).keys()]);
  });

  it('a decision of the test', async () => {
    const drop = (_buf: Uint8Array, _start: number, _end: number, index: number) => index % 3 === 0;
    const { arrivals, counts } = await sendMany({ drop }, 30);
    expect(counts.fates.filtered).toBe(10);
    expect(arrivals.every(({ index }) => index % 3 !== 0)).toBe(true);
  });
});

describe('a rate', () => {
  it('spaces packets by their length', async () => {
    // 1000 bytes at 1 Mbit/s take 8 ms.
    const { arrivals } = await sendMany({ rateBitsPerSecond: 1e6, delayMs: 3 }, 100, 0);
    arrivals.forEach(({ atMs }, index) => {
      expect(atMs).toBeCloseTo((index + 1) * 8 + 3, 6);
    });
  });

  it('is not saved up while nothing is sent', async () => {
    const { arrivals } = await sendMany({ rateBitsPerSecond: 1e6 }, 10, 50);
    for (const { index, atMs } of arrivals) expect(atMs).toBeCloseTo(index * 50 + 8, 6);
  });

  it('drops at the tail what is more than the queue holds, by packets', async () => {
    const { arrivals, counts } = await sendMany(
      { rateBitsPerSecond: 1e6, queuePackets: 20 },
      100,
      0,
    );
    // One is being sent, twenty wait.
    expect(arrivals.map(({ index }) => index)).toEqual([...Array(21).keys()]);
    expect(counts.fates['queue-full']).toBe(79);
  });

  it('drops at the tail what is more than the queue holds, by bytes', async () => {
    const { arrivals } = await sendMany({ rateBitsPerSecond: 1e6, queueBytes: 5000 }, 100, 0);
    expect(arrivals.length).toBe(5);
    const { arrivals: slow } = await sendMany({ rateBitsPerSecond: 1e6, queueBytes: 5000 }, 100, 8);
    expect(slow.length).toBe(100);
    // Twice as much as the rate carries: half of it gets through, less what filled the queue.
    const { arrivals: half } = await sendMany(
      { rateBitsPerSecond: 1e6, queueBytes: 5000 },
      2000,
      4,
    );
    expect(half.length).toBeGreaterThan(990);
    expect(half.length).toBeLessThan(1010);
    // The queue is full all the time, so that packets wait for the four in front of them.
    const last = half.at(-1);
    expect((last?.atMs ?? 0) - (last?.index ?? 0) * 4).toBeGreaterThan(30);
  });
});

describe('a seed', () => {
  it('decides everything', async () => {
    const options: LinkOptions = {
      delayMs: 5,
      jitterMs: 2,
      loss: 0.1,
      duplicate: 0.1,
      corrupt: 0.1,
      reorder: { probability: 0.1, extraMs: 4 },
    };
    const one = await sendMany(options, 500, 1, 7);
    const two = await sendMany(options, 500, 1, 7);
    const three = await sendMany(options, 500, 1, 8);
    expect(two.arrivals).toEqual(one.arrivals);
    expect(three.arrivals).not.toEqual(one.arrivals);
  });
});

describe('a change while it runs', () => {
  it('impairs from the next packet on, one way or both', async () => {
    const network = createNetwork();
    const a = network.host({ address: '10.0.0.1' });
    const b = network.host({ address: '10.0.0.2' });
    const link = network.link(a, b, { delayMs: 1 });
    await network.run(async () => {
      expect((await a.stack.ping('10.0.0.2')).rttMs).toBeCloseTo(2, 6);
      link.impair({ delayMs: 10 }, 'back');
      expect((await a.stack.ping('10.0.0.2')).rttMs).toBeCloseTo(11, 6);
      link.impair({ delayMs: 10 });
      expect((await a.stack.ping('10.0.0.2')).rttMs).toBeCloseTo(20, 6);
      link.down('there');
      await expect(a.stack.ping('10.0.0.2')).rejects.toThrow();
      expect(link.back.packets).toBe(3);
      link.up();
      expect((await a.stack.ping('10.0.0.2')).rttMs).toBeCloseTo(20, 6);
    });
  });
});
