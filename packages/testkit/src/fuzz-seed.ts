/**
 * Seeds of tests that mutate: always the same in `npm test`, others in each round of `npm run fuzz`.
 */

import process from 'node:process';

/** Seeds that one round may use without meeting those of the next. */
const SEEDS_PER_ROUND = 100_000;

/** The seed to begin with: `usual`, moved by the round that NETLAYERS_FUZZ_ROUND names. */
export const fuzzSeed = (usual: number): number =>
  usual + SEEDS_PER_ROUND * Number(process.env.NETLAYERS_FUZZ_ROUND ?? 0);
