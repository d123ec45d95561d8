/**
 * Randomness that nobody can guess, as initial sequence numbers and ports need it. Seeded
 * generators of simulations have the same shape: a function that returns uint32s.
 */

declare const crypto: { getRandomValues(into: Uint32Array): unknown };

/** Uniform uint32s from the host's cryptographic generator, drawn in blocks. */
export function hostRandom(): () => number {
  const block = new Uint32Array(256);
  let used = block.length;
  return () => {
    if (used === block.length) {
      crypto.getRandomValues(block);
      used = 0;
    }
    return block[used++]!;
  };
}
