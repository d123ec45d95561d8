/**
 * Values for the Identification field of datagrams that may be fragmented.
 *
 * Two demands pull apart: a value must not come again while fragments of its last use may be about
 * (RFC 6864, 4.3), and an outsider must not guess the next one (RFC 7739 tells what happens
 * otherwise). A counter gives the first, randomness the second. A counter sent through a keyed
 * permutation of the 16-bit numbers gives both: nothing repeats within 65,536 datagrams.
 *
 * Datagrams with DF set do not come here, they carry 0 (RFC 6864, 4.1).
 */

const ROUNDS = 4;

/** A stream of identifications, no two alike within 65,536. */
export class IdentificationSource {
  readonly #keys: readonly number[];
  #next: number;

  constructor(randomU32: () => number) {
    this.#keys = Array.from({ length: ROUNDS }, () => randomU32());
    this.#next = randomU32() & 0xffff;
  }

  /** Returns the next value, 0 to 65,535. */
  next(): number {
    this.#next = (this.#next + 1) & 0xffff;
    // A Feistel network over two bytes: a permutation whatever the round function does.
    let left = this.#next >>> 8;
    let right = this.#next & 0xff;
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = Math.imul(right + 1, 0x9e3779b1) ^ this.#keys[round]!;
      const swapped = left ^ (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 24);
      left = right;
      right = swapped;
    }
    return (left << 8) | right;
  }
}
