/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) with a 128-bit key: the keyed hash behind initial
 * sequence numbers. A 64-bit word is a pair of int32 halves, low half first.
 *
 * Only whole messages of 32-bit words are hashed: that is all TCP needs.
 */

/** A hash function with its key and working state. */
export class SipHash {
  readonly #key: Int32Array;
  /** v0 to v3, low and high half by turns. */
  readonly #v = new Int32Array(8);

  /** @param key four 32-bit words of secret randomness, in any representation of 32 bits. */
  constructor(key: readonly [number, number, number, number]) {
    this.#key = Int32Array.from(key, (word) => word | 0);
  }

  /**
   * Hashes the first `length` of `words` (32 bits each, little-endian) and returns the low 32 bits,
   * as uint32.
   */
  hash(words: ArrayLike<number>, length = words.length): number {
    const v = this.#v;
    const key = this.#key;
    v[0] = key[0]! ^ 0x70736575;
    v[1] = key[1]! ^ 0x736f6d65;
    v[2] = key[2]! ^ 0x6e646f6d;
    v[3] = key[3]! ^ 0x646f7261;
    v[4] = key[0]! ^ 0x6e657261;
    v[5] = key[1]! ^ 0x6c796765;
    v[6] = key[2]! ^ 0x79746573;
    v[7] = key[3]! ^ 0x74656462;
    let at = 0;
    for (; at + 1 < length; at += 2) this.#absorb(words[at]! | 0, words[at + 1]! | 0);
    // The last word holds what is left over, and the length in bytes in its highest byte.
    this.#absorb(at < length ? words[at]! | 0 : 0, (length * 4) << 24);
    v[4] = v[4]! ^ 0xff;
    for (let round = 0; round < 4; round++) this.#round();
    return (v[0]! ^ v[2]! ^ v[4]! ^ v[6]!) >>> 0;
  }

  #absorb(low: number, high: number): void {
    const v = this.#v;
    v[6] = v[6]! ^ low;
    v[7] = v[7]! ^ high;
    this.#round();
    this.#round();
    v[0] = v[0]! ^ low;
    v[1] = v[1]! ^ high;
  }

  #round(): void {
    const v = this.#v;
    add(v, 0, 2);
    rotate(v, 2, 13);
    mix(v, 2, 0);
    rotate(v, 0, 32);
    add(v, 4, 6);
    rotate(v, 6, 16);
    mix(v, 6, 4);
    add(v, 0, 6);
    rotate(v, 6, 21);
    mix(v, 6, 0);
    add(v, 4, 2);
    rotate(v, 2, 17);
    mix(v, 2, 4);
    rotate(v, 4, 32);
  }
}

/** v[a] += v[b], 64 bits. */
function add(v: Int32Array, a: number, b: number): void {
  const low = (v[a]! >>> 0) + (v[b]! >>> 0);
  v[a] = low | 0;
  v[a + 1] = (v[a + 1]! + v[b + 1]! + (low > 0xffffffff ? 1 : 0)) | 0;
}

/** v[a] ^= v[b], 64 bits. */
function mix(v: Int32Array, a: number, b: number): void {
  v[a] = v[a]! ^ v[b]!;
  v[a + 1] = v[a + 1]! ^ v[b + 1]!;
}

/** Rotates v[a] left by 1 to 32 bits. */
function rotate(v: Int32Array, a: number, bits: number): void {
  const low = v[a]!;
  const high = v[a + 1]!;
  if (bits === 32) {
    v[a] = high;
    v[a + 1] = low;
    return;
  }
  v[a] = (low << bits) | (high >>> (32 - bits));
  v[a + 1] = (high << bits) | (low >>> (32 - bits));
}
