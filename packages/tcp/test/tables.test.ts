/** The data structures, against naive models, with seeded operations. White-box: none is public. */

import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { BufferPool } from '../src/buffer-pool.js';
import { ConnectionTable } from '../src/connection-table.js';
import { DeadlineHeap } from '../src/deadline-heap.js';
import { chooseEphemeralPort } from '../src/ephemeral-port.js';
import { IsnGenerator } from '../src/isn.js';
import { RangeSet } from '../src/range-set.js';
import { RingBuffer } from '../src/ring-buffer.js';
import { RttEstimator } from '../src/rtt-estimator.js';
import { seq, seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt, seqMax } from '../src/seq.js';
import { SipHash } from '../src/siphash.js';
import { pattern } from './segments.js';

describe('sequence numbers (3.4)', () => {
  it('compare in half of the circle', () => {
    const cases = [
      [0, 1],
      [0xffff_ffff, 0],
      [0xffff_0000, 10],
      [5, 0x7fff_ffff],
    ] as const;
    for (const [a, b] of cases) {
      const [x, y] = [seq(a), seq(b)];
      expect([seqLt(x, y), seqLe(x, y), seqGt(x, y), seqGe(x, y)]).toEqual([
        true,
        true,
        false,
        false,
      ]);
      expect(seqMax(x, y)).toBe(y);
      expect(seqAdd(x, seqDiff(y, x))).toBe(y);
    }
    expect(seqLe(seq(7), seq(7)) && seqGe(seq(7), seq(7))).toBe(true);
    expect(seqAdd(seq(0xffff_ffff), 1)).toBe(0);
    expect(seq(-1)).toBe(0xffff_ffff);
  });
});

describe('SipHash-2-4', () => {
  it('gives the published values', () => {
    // Key 00 01 .. 0f; message 00 01 .. (n - 1); low half of the little-endian result.
    const key = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c] as const;
    const words = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];
    const hash = new SipHash(key);
    expect([0, 1, 2, 3].map((n) => hash.hash(words.slice(0, n)))).toEqual([
      0xdd0e0e31, 0x277187b7, 0x9a932462, 0x860ee5fb,
    ]);
  });
});

describe('RangeSet', () => {
  it('behaves like a set of numbers', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const base = seq(0xffff_ff00);
      const set = new RangeSet(1000);
      const model = new Set<number>();
      let floor = 0;
      for (let step = 0; step < 200; step++) {
        if (random.below(5) > 0) {
          const left = floor + random.below(400);
          const right = left + 1 + random.below(30);
          expect(set.add(seqAdd(base, left), seqAdd(base, right))).toBe(true);
          for (let i = left; i < right; i++) model.add(i);
        } else {
          floor += random.below(20);
          set.removeBefore(seqAdd(base, floor));
          for (const i of model) if (i < floor) model.delete(i);
        }
        const listed: number[] = [];
        for (let i = 0; i < set.size; i++) {
          const from = seqDiff(set.leftAt(i), base);
          const to = seqDiff(set.rightAt(i), base);
          if (i > 0) expect(from).toBeGreaterThan(seqDiff(set.rightAt(i - 1), base));
          for (let n = from; n < to; n++) listed.push(n);
        }
        expect(listed, `seed ${seed}`).toEqual([...model].sort((a, b) => a - b));
      }
    }
  });

  it('refuses a range too many, but merges into what it has', () => {
    const set = new RangeSet(2);
    expect(set.add(seq(10), seq(20))).toBe(true);
    expect(set.add(seq(30), seq(40))).toBe(true);
    expect(set.add(seq(50), seq(60))).toBe(false);
    expect(set.add(seq(40), seq(60))).toBe(true);
    expect(set.size).toBe(2);
    expect(set.rightAt(1)).toBe(60);
  });

  it('names the ranges that grew last first', () => {
    const set = new RangeSet(9);
    set.add(seq(10), seq(20));
    set.add(seq(50), seq(60));
    set.add(seq(30), seq(40));
    set.add(seq(20), seq(22));
    const edges = new Uint32Array(8);
    expect(set.newest(edges, 4)).toBe(3);
    expect([...edges.subarray(0, 6)]).toEqual([10, 22, 30, 40, 50, 60]);
    expect(set.newest(edges, 1)).toBe(1);
  });
});

describe('RingBuffer', () => {
  it('behaves like an array', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed);
      const ring = new RingBuffer(new BufferPool());
      let model: number[] = [];
      for (let step = 0; step < 300; step++) {
        if (random.below(3) > 0) {
          const bytes = random.bytes(random.below(700));
          const offset = random.below(model.length + 1);
          ring.write(offset, bytes, 0, bytes.length);
          bytes.forEach((byte, i) => {
            model[offset + i] = byte;
          });
        } else if (random.below(4) > 0) {
          const gone = random.below(model.length + 1);
          if (gone > 0) ring.drop(gone);
          model = model.slice(gone);
        } else {
          const kept = random.below(model.length + 1);
          ring.truncate(kept);
          model = model.slice(0, kept);
        }
        expect(ring.span).toBe(model.length);
        const out = new Uint8Array(model.length);
        ring.read(0, model.length, out, 0);
        expect(Buffer.from(out).equals(Buffer.from(model)), `seed ${seed}`).toBe(true);
        const run = ring.runLength(model.length);
        const first = ring.bytes.subarray(ring.runStart, ring.runStart + run);
        expect(Buffer.from(first).equals(Buffer.from(model.slice(0, run)))).toBe(true);
        if (model.length === 0) expect(ring.bytes.length).toBe(0);
      }
    }
  });

  it('keeps its bytes while it grows around its end', () => {
    const ring = new RingBuffer(new BufferPool());
    ring.write(0, pattern(2000), 0, 2000);
    ring.drop(1500);
    ring.write(500, pattern(1400, 2000), 0, 1400);
    ring.write(1900, pattern(3000, 3400), 0, 3000);
    const out = new Uint8Array(4900);
    ring.read(0, 4900, out, 0);
    expect(out).toEqual(pattern(4900, 1500));
  });
});

describe('BufferPool', () => {
  it('lends powers of two, takes them back, keeps few', () => {
    const pool = new BufferPool();
    expect(pool.take(1).length).toBe(2048);
    expect(pool.take(2049).length).toBe(4096);
    const buffer = pool.take(5000);
    pool.give(buffer);
    expect(pool.take(8192) === buffer).toBe(true);
    const huge = pool.take(8 * 2 ** 20);
    pool.give(huge);
    expect(pool.take(8 * 2 ** 20) === huge).toBe(false);
    expect(() => pool.take(2 ** 30 + 1)).toThrow(RangeError);
  });
});

describe('DeadlineHeap', () => {
  it('hands out what is due, and nothing else, whatever moves meanwhile', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const heap = new DeadlineHeap<{
        deadline: number;
        heapKey: number;
        heapIndex: number;
        id: number;
      }>();
      const items = Array.from({ length: 60 }, (_, id) => ({
        deadline: Number.POSITIVE_INFINITY,
        heapKey: 0,
        heapIndex: -1,
        id,
      }));
      let now = 0;
      for (let step = 0; step < 600; step++) {
        const item = items[random.below(items.length)]!;
        const kind = random.below(10);
        if (kind < 6) {
          item.deadline = kind === 0 ? Number.POSITIVE_INFINITY : now + random.below(500);
          heap.update(item);
        } else if (kind === 6) {
          heap.remove(item);
          item.deadline = Number.POSITIVE_INFINITY;
        } else {
          now += random.below(60);
          const due: number[] = [];
          for (let top = heap.popDue(now); top !== null; top = heap.popDue(now)) {
            due.push(top.id);
            top.deadline = Number.POSITIVE_INFINITY;
          }
          const left = items.filter((i) => i.deadline <= now).map((i) => i.id);
          expect(left, `seed ${seed}: not handed out`).toEqual([]);
          expect(new Set(due).size).toBe(due.length);
        }
        const next = Math.min(...items.map((i) => i.deadline));
        expect(heap.next, `seed ${seed}`).toBeLessThanOrEqual(next);
      }
    }
  });
});

describe('ConnectionTable', () => {
  it('behaves like a map of 4-tuples', () => {
    const random = seededRandom(5);
    const table = new ConnectionTable<ReturnType<typeof entry>>(random.u32());
    const entry = () => ({
      localAddress: random.below(3),
      localPort: random.below(4),
      remoteAddress: random.u32(),
      remotePort: random.below(65_536),
      tableHash: 0,
      tableIndex: -1,
    });
    const keyOf = (e: ReturnType<typeof entry>) =>
      `${e.localAddress} ${e.localPort} ${e.remoteAddress} ${e.remotePort}`;
    const model = new Map<string, ReturnType<typeof entry>>();
    for (let step = 0; step < 20_000; step++) {
      const isGrowing = Math.floor(step / 4000) % 2 === 0;
      if (random.below(10) < (isGrowing ? 7 : 3) || model.size === 0) {
        const added = entry();
        if (model.has(keyOf(added))) continue;
        table.add(added);
        model.set(keyOf(added), added);
      } else {
        const keys = [...model.keys()].slice(0, 50);
        const removed = model.get(keys[random.below(keys.length)]!)!;
        table.remove(removed);
        table.remove(removed);
        model.delete(keyOf(removed));
      }
      expect(table.size).toBe(model.size);
      if (step % 500 === 0) {
        expect(new Set(table)).toEqual(new Set(model.values()));
        for (const e of model.values()) {
          const found = table.get(e.localAddress, e.localPort, e.remoteAddress, e.remotePort);
          expect(found).toBe(e);
        }
      }
    }
    expect(table.get(9, 9, 9, 9)).toBe(null);
  });
});

describe('ephemeral ports (RFC 6056)', () => {
  it('go round, skip what is taken, and end', () => {
    expect(
      chooseEphemeralPort(
        () => 5,
        () => false,
      ),
    ).toBe(32_773);
    expect(
      chooseEphemeralPort(
        () => 28_231,
        (port) => port === 60_999,
      ),
    ).toBe(32_768);
    expect(
      chooseEphemeralPort(
        () => 0,
        () => true,
      ),
    ).toBe(-1);
  });
});

describe('initial sequence numbers (RFC 6528)', () => {
  const generator = () => new IsnGenerator(seededRandom(1).u32);

  it('of one 4-tuple grow by 250 a millisecond', () => {
    const isn = generator();
    let last = isn.next(1, 2, 3, 4, 0);
    for (let now = 1; now < 1000; now++) {
      const next = isn.next(1, 2, 3, 4, now);
      expect(seqDiff(next, last)).toBe(250);
      last = next;
    }
  });

  it('of different 4-tuples and secrets have nothing in common', () => {
    const isn = generator();
    const seen = new Set([isn.next(1, 2, 3, 4, 0)]);
    for (const [a, b, c, d] of [
      [2, 2, 3, 4],
      [1, 3, 3, 4],
      [1, 2, 4, 4],
      [1, 2, 3, 5],
    ] as const) {
      seen.add(isn.next(a, b, c, d, 0));
    }
    seen.add(new IsnGenerator(seededRandom(2).u32).next(1, 2, 3, 4, 0));
    expect(seen.size).toBe(6);
    expect(generator().next(1, 2, 3, 4, 0)).toBe(isn.next(1, 2, 3, 4, 0));
  });
});

describe('RttEstimator (RFC 6298)', () => {
  it('starts at the initial RTO and doubles to the bound', () => {
    const rtt = new RttEstimator(1000, 200, 60_000);
    expect(rtt.rtoMs).toBe(1000);
    for (let i = 0; i < 10; i++) rtt.backOff();
    expect(rtt.rtoMs).toBe(60_000);
  });

  it('computes SRTT, RTTVAR and RTO as in (2.2) and (2.3)', () => {
    const rtt = new RttEstimator(1000, 1, 60_000);
    rtt.sample(100);
    expect([rtt.srttMs, rtt.rttvarMs, rtt.rtoMs]).toEqual([100, 50, 300]);
    rtt.sample(180);
    // RTTVAR = 3/4 50 + 1/4 80, SRTT = 7/8 100 + 1/8 180
    expect([rtt.srttMs, rtt.rttvarMs, rtt.rtoMs]).toEqual([110, 57.5, 340]);
    rtt.backOff();
    expect(rtt.rtoMs).toBe(680);
    rtt.sample(110);
    expect(rtt.backoffs).toBe(0);
  });

  it('keeps a lower bound above the round trip', () => {
    const rtt = new RttEstimator(1000, 200, 60_000);
    for (let i = 0; i < 100; i++) rtt.sample(50);
    expect(rtt.rtoMs).toBeCloseTo(250);
  });
});
