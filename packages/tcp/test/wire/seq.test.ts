import { describe, expect, it } from 'vitest';
import {
  seq,
  seqAdd,
  seqDiff,
  seqEq,
  seqGe,
  seqGt,
  seqLe,
  seqLt,
  seqMax,
  seqNumber,
  seqNumberAdd,
} from '../../src/wire/seq.js';

describe('sequence numbers', () => {
  it('compare in half of the circle [RFC 9293 3.4]', () => {
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
  });

  it('are uint32 in headers and int32 in connections', () => {
    expect(seqNumber(-1)).toBe(0xffff_ffff);
    expect(seqNumberAdd(seqNumber(0xffff_fffe), 3)).toBe(1);
    expect(seq(0xffff_ffff)).toBe(-1);
    expect(seqAdd(seq(0x7fff_ffff), 1)).toBe(-0x8000_0000);
    for (const n of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      expect(seqEq(seqNumber(n), seq(n))).toBe(true);
      expect(seqEq(seqNumber(n), seqAdd(seq(n), 1))).toBe(false);
      expect(seqDiff(seqNumberAdd(seqNumber(n), 5), seq(n))).toBe(5);
    }
  });
});
