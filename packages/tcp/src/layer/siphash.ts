/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) with a 128-bit key: the keyed hash behind initial
 * sequence numbers, timestamp offsets, SYN cookies and the table of TIME-WAIT. A 64-bit word is a
 * pair of int32 halves, low half first.
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

  /** Makes one whose key is drawn from a generator. */
  static random(randomU32: () => number): SipHash {
    return new SipHash([randomU32(), randomU32(), randomU32(), randomU32()]);
  }

  /** The high 32 bits of the last hash, as uint32. */
  get high(): number {
    const v = this.#v;
    return (v[1]! ^ v[3]! ^ v[5]! ^ v[7]!) >>> 0;
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
    for (; at + 1 < length; at += 2) absorb(v, words[at]! | 0, words[at + 1]! | 0);
    // The last word holds what is left over, and the length in bytes in its highest byte.
    absorb(v, at < length ? words[at]! | 0 : 0, (length * 4) << 24);
    v[4] = v[4]! ^ 0xff;
    rounds(v, 4);
    return (v[0]! ^ v[2]! ^ v[4]! ^ v[6]!) >>> 0;
  }
}

function absorb(v: Int32Array, low: number, high: number): void {
  v[6] = v[6]! ^ low;
  v[7] = v[7]! ^ high;
  rounds(v, 2);
  v[0] = v[0]! ^ low;
  v[1] = v[1]! ^ high;
}

/**
 * SipRounds, in local variables: `a` is v0, `b` v1, `c` v2, `d` v3, each as `l`ow and `h`igh half. A
 * carry is what makes the unsigned sum smaller than a summand; a rotation by 32 swaps the halves.
 */
function rounds(v: Int32Array, count: number): void {
  let al = v[0]!;
  let ah = v[1]!;
  let bl = v[2]!;
  let bh = v[3]!;
  let cl = v[4]!;
  let ch = v[5]!;
  let dl = v[6]!;
  let dh = v[7]!;
  for (let round = 0; round < count; round++) {
    // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
    al = (al + bl) | 0;
    ah = (ah + bh + (al >>> 0 < bl >>> 0 ? 1 : 0)) | 0;
    let low = (bl << 13) | (bh >>> 19);
    bh = ((bh << 13) | (bl >>> 19)) ^ ah;
    bl = low ^ al;
    low = ah;
    ah = al;
    al = low;
    // v2 += v3; v3 <<<= 16; v3 ^= v2
    cl = (cl + dl) | 0;
    ch = (ch + dh + (cl >>> 0 < dl >>> 0 ? 1 : 0)) | 0;
    low = (dl << 16) | (dh >>> 16);
    dh = ((dh << 16) | (dl >>> 16)) ^ ch;
    dl = low ^ cl;
    // v0 += v3; v3 <<<= 21; v3 ^= v0
    al = (al + dl) | 0;
    ah = (ah + dh + (al >>> 0 < dl >>> 0 ? 1 : 0)) | 0;
    low = (dl << 21) | (dh >>> 11);
    dh = ((dh << 21) | (dl >>> 11)) ^ ah;
    dl = low ^ al;
    // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
    cl = (cl + bl) | 0;
    ch = (ch + bh + (cl >>> 0 < bl >>> 0 ? 1 : 0)) | 0;
    low = (bl << 17) | (bh >>> 15);
    bh = ((bh << 17) | (bl >>> 15)) ^ ch;
    bl = low ^ cl;
    low = ch;
    ch = cl;
    cl = low;
  }
  v[0] = al;
  v[1] = ah;
  v[2] = bl;
  v[3] = bh;
  v[4] = cl;
  v[5] = ch;
  v[6] = dl;
  v[7] = dh;
}
