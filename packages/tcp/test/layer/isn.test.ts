import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { IsnGenerator } from '../../src/layer/isn.js';
import { seqDiff } from '../../src/wire/seq.js';
import { tupleOf } from '../support/segments.js';

describe('initial sequence numbers', () => {
  const generator = () => new IsnGenerator(seededRandom(1).u32);

  it('of one 4-tuple grow by 250 a millisecond [RFC 9293 MUST-8]', () => {
    const isn = generator();
    let last = isn.next(tupleOf(1, 2, 3, 4), 0);
    for (let now = 1; now < 1000; now++) {
      const next = isn.next(tupleOf(1, 2, 3, 4), now);
      expect(seqDiff(next, last)).toBe(250);
      last = next;
    }
  });

  it('of different 4-tuples and secrets have nothing in common [RFC 9293 MUST-9, SHLD-1] [RFC 6528 3]', () => {
    const isn = generator();
    const seen = new Set([isn.next(tupleOf(1, 2, 3, 4), 0)]);
    for (const [a, b, c, d] of [
      [2, 2, 3, 4],
      [1, 3, 3, 4],
      [1, 2, 4, 4],
      [1, 2, 3, 5],
    ] as const) {
      seen.add(isn.next(tupleOf(a, b, c, d), 0));
    }
    seen.add(new IsnGenerator(seededRandom(2).u32).next(tupleOf(1, 2, 3, 4), 0));
    expect(seen.size).toBe(6);
    expect(generator().next(tupleOf(1, 2, 3, 4), 0)).toBe(isn.next(tupleOf(1, 2, 3, 4), 0));
  });
});

describe('timestamp offsets', () => {
  it('of one 4-tuple stay, of different ones have nothing in common [RFC 7323 7.1]', () => {
    const isn = new IsnGenerator(seededRandom(1).u32);
    const one = isn.timestampOffset(tupleOf(1, 2, 3, 4));
    expect(isn.timestampOffset(tupleOf(1, 2, 3, 4))).toBe(one);
    const seen = new Set([one, isn.next(tupleOf(1, 2, 3, 4), 0)]);
    for (const [a, b, c, d] of [
      [2, 2, 3, 4],
      [1, 3, 3, 4],
      [1, 2, 4, 4],
      [1, 2, 3, 5],
    ] as const) {
      seen.add(isn.timestampOffset(tupleOf(a, b, c, d)));
    }
    expect(seen.size).toBe(6);
  });
});
