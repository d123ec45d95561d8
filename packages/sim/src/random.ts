/**
 * Randomness that can be repeated: every host and every direction of a link draws from a stream of
 * its own, derived from the network's seed and its number, so that one more host does not change
 * what happens to the others.
 *
 * The generator is splitmix32: small, fast, and unpredictable enough for a simulation. It protects
 * nobody: sequence numbers of simulated hosts can be guessed by whoever knows the seed.
 */

/** A stream of random numbers. */
export interface RandomStream {
  /** A uint32. */
  u32(): number;
  /** A fraction in [0, 1). */
  fraction(): number;
}

const mix = (value: number): number => {
  let z = value ^ (value >>> 16);
  z = Math.imul(z, 0x21f0aaad);
  z ^= z >>> 15;
  z = Math.imul(z, 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
};

/** Starts the stream with a number of a seed. */
export function randomStream(seed: number, stream: number): RandomStream {
  let state = mix(mix(seed | 0) ^ Math.imul(stream + 1, 0x9e3779b9)) | 0;
  const u32 = (): number => {
    state = (state + 0x9e3779b9) | 0;
    return mix(state);
  };
  return { u32, fraction: () => u32() / 0x1_0000_0000 };
}
