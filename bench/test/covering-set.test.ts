import { describe, expect, it } from 'vitest';
import { coveringSet } from '../src/grid/covering-set.js';

/** Triples of values of dimensions a < b < c that occur in no combination. */
function missing(sizes: readonly number[], set: readonly (readonly number[])[]): string[] {
  const found: string[] = [];
  for (let a = 0; a < sizes.length; a++) {
    for (let b = a + 1; b < sizes.length; b++) {
      for (let c = b + 1; c < sizes.length; c++) {
        const seen = new Set(set.map((row) => `${row[a]} ${row[b]} ${row[c]}`));
        for (let x = 0; x < sizes[a]!; x++) {
          for (let y = 0; y < sizes[b]!; y++) {
            for (let z = 0; z < sizes[c]!; z++) {
              if (!seen.has(`${x} ${y} ${z}`)) found.push(`${a}=${x} ${b}=${y} ${c}=${z}`);
            }
          }
        }
      }
    }
  }
  return found;
}

describe('a covering set', () => {
  it.each([[[2, 2, 2]], [[5, 1, 3, 2, 4]], [[6, 5, 4, 3, 3, 2, 2, 1]]])(
    'has every triple of values of %j',
    (sizes) => {
      expect(missing(sizes, coveringSet(sizes, 1))).toEqual([]);
    },
  );

  it('is much smaller than the product', () => {
    const sizes = [6, 5, 4, 3, 3, 2, 2, 2];
    const set = coveringSet(sizes, 1);
    expect(set.length).toBeGreaterThanOrEqual(120);
    expect(set.length).toBeLessThan(200);
  });

  it('is the same for the same seed, and another one for another', () => {
    const sizes = [4, 3, 3, 2];
    expect(coveringSet(sizes, 7)).toEqual(coveringSet(sizes, 7));
    expect(coveringSet(sizes, 8)).not.toEqual(coveringSet(sizes, 7));
  });

  it('needs three dimensions', () => {
    expect(() => coveringSet([2, 2], 1)).toThrow(RangeError);
  });
});
