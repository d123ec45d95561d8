import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { RangeSet } from '../../src/memory/range-set.js';
import { seq, seqAdd, seqDiff } from '../../src/wire/seq.js';

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
