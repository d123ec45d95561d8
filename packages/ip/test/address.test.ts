import {
  formatAddress,
  hashAddress,
  type IpAddress,
  keepAddress,
  LONGEST_ADDRESS_WORDS,
  sameAddress,
  type WideAddress,
  writeAddress,
} from '@netlayers/ip';
import { describe, expect, it } from 'vitest';

/** An address of two words that can be overwritten, as a layer does with that of a packet. */
class TwoWords implements WideAddress {
  high: number;
  low: number;

  constructor(high: number, low: number) {
    this.high = high;
    this.low = low;
  }

  equals(other: WideAddress): boolean {
    return other instanceof TwoWords && other.high === this.high && other.low === this.low;
  }

  hash(seed: number): number {
    return seed ^ this.high ^ this.low;
  }

  writeWords(into: Int32Array, at: number): number {
    into[at] = this.high;
    into[at + 1] = this.low;
    return at + 2;
  }

  keep(): TwoWords {
    return new TwoWords(this.high, this.low);
  }

  toString(): string {
    return `${this.high}:${this.low}`;
  }
}

const FOUR = 0xc0000201;

describe('addresses', () => {
  it('are the same by what they say, within one version', () => {
    const wide = new TwoWords(0, FOUR);
    const pairs: readonly [IpAddress, IpAddress, boolean][] = [
      [FOUR, FOUR, true],
      [FOUR, FOUR + 1, false],
      [wide, wide, true],
      [wide, new TwoWords(0, FOUR), true],
      [wide, new TwoWords(1, FOUR), false],
      [wide, FOUR, false],
      [FOUR, wide, false],
    ];
    for (const [a, b, isSame] of pairs) expect(sameAddress(a, b)).toBe(isSame);
  });

  it('are kept as they were when they are overwritten', () => {
    const scratch = new TwoWords(1, 2);
    const kept = keepAddress(scratch);
    scratch.high = 9;
    expect(formatAddress(kept)).toBe('1:2');
    expect(keepAddress(FOUR)).toBe(FOUR);
  });

  it('are printed as people write them', () => {
    expect(formatAddress(FOUR)).toBe('192.0.2.1');
    expect(formatAddress(new TwoWords(1, 2))).toBe('1:2');
  });

  it('are written as words, one for IPv4', () => {
    const words = new Int32Array(2 * LONGEST_ADDRESS_WORDS);
    const at = writeAddress(FOUR, words, 1);
    expect(writeAddress(new TwoWords(5, 6), words, at)).toBe(4);
    expect([...words.subarray(0, 5)]).toEqual([0, FOUR | 0, 5, 6, 0]);
  });

  it('hash to one int32 each, another one with every seed', () => {
    const hashes = [FOUR, FOUR + 1, 1, 0x80000001].flatMap((address) =>
      [0, 1, -1].map((seed) => hashAddress(address, seed)),
    );
    expect(hashes.map((hash) => hash | 0)).toEqual(hashes);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashAddress(new TwoWords(1, 2), 8)).toBe(11);
  });
});
