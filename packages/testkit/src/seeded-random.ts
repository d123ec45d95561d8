/**
 * Randomness that a failing test can repeat: the same seed gives the same numbers on every host.
 * The generator is splitmix32: small, fast, and good enough to choose test cases with.
 */

/** A stream of random numbers. */
export interface SeededRandom {
  /** A uint32. */
  u32(): number;
  /** A fraction in [0, 1). */
  fraction(): number;
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** That many random bytes. */
  bytes(length: number): Uint8Array;
}

/** Starts a stream of random numbers from a seed. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const u32 = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return {
    u32,
    fraction: () => u32() / 0x1_0000_0000,
    below: (limit) => Math.floor((u32() / 0x1_0000_0000) * limit),
    bytes: (length) => Uint8Array.from({ length }, () => u32() & 0xff),
  };
}
