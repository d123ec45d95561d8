import { describe, expect, it } from 'vitest';
import { seq, seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt, seqMax } from '../../src/wire/seq.js';

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
