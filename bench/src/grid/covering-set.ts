/**
 * Covering sets: as few combinations of values as a greedy search finds, such that every value of
 * every three dimensions meets every other in at least one of them. Faults of a protocol need two or
 * three circumstances at once, hardly ever ten; so a few hundred cells stand for millions.
 *
 * A combination is a list of indexes, one per dimension. The same sizes and seed give the same set.
 */

import { seededRandom } from '@netlayers/testkit';

/** Index of the chosen value of each dimension. */
export type Combination = readonly number[];

/** Combinations tried for each one taken: more makes a smaller set, and takes longer. */
const CANDIDATES = 12;

/** Which triples of values are not covered yet. */
class Triples {
  left = 0;
  readonly #sizes: readonly number[];
  /** For each three dimensions a < b < c, one flag per triple of their values. */
  readonly #open: (Uint8Array | undefined)[];

  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
    const count = sizes.length;
    this.#open = new Array(count ** 3);
    for (let a = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++) {
        for (let c = b + 1; c < count; c++) {
          const flags = new Uint8Array(sizes[a]! * sizes[b]! * sizes[c]!).fill(1);
          this.#open[this.#index(a, b, c)] = flags;
          this.left += flags.length;
        }
      }
    }
  }

  /** An open triple as a combination with -1 for every other dimension. */
  first(): number[] {
    const count = this.#sizes.length;
    for (let a = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++) {
        for (let c = b + 1; c < count; c++) {
          const at = this.#open[this.#index(a, b, c)]!.indexOf(1);
          if (at < 0) continue;
          const row = new Array<number>(count).fill(-1);
          row[c] = at % this.#sizes[c]!;
          row[b] = Math.floor(at / this.#sizes[c]!) % this.#sizes[b]!;
          row[a] = Math.floor(at / this.#sizes[c]! / this.#sizes[b]!);
          return row;
        }
      }
    }
    throw new RangeError('every triple is covered');
  }

  /** How many open triples a value of one dimension makes with the values that a row has so far. */
  gain(row: readonly number[], dimension: number, value: number): number {
    let gain = 0;
    for (let first = 0; first < row.length; first++) {
      if (row[first]! < 0 || first === dimension) continue;
      for (let second = first + 1; second < row.length; second++) {
        if (row[second]! < 0 || second === dimension) continue;
        gain += this.#flag(first, row[first]!, second, row[second]!, dimension, value);
      }
    }
    return gain;
  }

  /** Covers every triple of a whole row. */
  cover(row: readonly number[]): void {
    for (let a = 0; a < row.length; a++) {
      for (let b = a + 1; b < row.length; b++) {
        for (let c = b + 1; c < row.length; c++) {
          const flags = this.#open[this.#index(a, b, c)]!;
          const at = this.#at(b, c, row[a]!, row[b]!, row[c]!);
          this.left -= flags[at]!;
          flags[at] = 0;
        }
      }
    }
  }

  /** The flag of a triple whose first two dimensions are in order and whose third is anywhere. */
  #flag(a: number, x: number, b: number, y: number, c: number, z: number): number {
    if (c > b) return this.#open[this.#index(a, b, c)]![this.#at(b, c, x, y, z)]!;
    if (c > a) return this.#open[this.#index(a, c, b)]![this.#at(c, b, x, z, y)]!;
    return this.#open[this.#index(c, a, b)]![this.#at(a, b, z, x, y)]!;
  }

  #index(a: number, b: number, c: number): number {
    return (a * this.#sizes.length + b) * this.#sizes.length + c;
  }

  #at(b: number, c: number, x: number, y: number, z: number): number {
    return (x * this.#sizes[b]! + y) * this.#sizes[c]! + z;
  }
}

/**
 * Finds combinations that cover every triple of values.
 *
 * @param sizes how many values each dimension has; at least three dimensions.
 */
export function coveringSet(sizes: readonly number[], seed: number): Combination[] {
  if (sizes.length < 3) throw new RangeError('triples need three dimensions');
  const random = seededRandom(seed);
  const triples = new Triples(sizes);
  const set: Combination[] = [];

  /** Completes a row, dimension by dimension in a random order, with the value that gains most. */
  const complete = (start: readonly number[]): { row: number[]; gain: number } => {
    const row = [...start];
    let total = 1;
    const open = row.flatMap((value, dimension) => (value < 0 ? [dimension] : []));
    while (open.length > 0) {
      const [dimension = 0] = open.splice(random.below(open.length), 1);
      const size = sizes[dimension]!;
      const shift = random.below(size);
      let best = -1;
      let value = 0;
      for (let step = 0; step < size; step++) {
        const candidate = (step + shift) % size;
        const gain = triples.gain(row, dimension, candidate);
        if (gain > best) [best, value] = [gain, candidate];
      }
      row[dimension] = value;
      total += best;
    }
    return { row, gain: total };
  };

  while (triples.left > 0) {
    const start = triples.first();
    let best = complete(start);
    for (let candidate = 1; candidate < CANDIDATES; candidate++) {
      const other = complete(start);
      if (other.gain > best.gain) best = other;
    }
    triples.cover(best.row);
    set.push(best.row);
  }
  return set;
}
