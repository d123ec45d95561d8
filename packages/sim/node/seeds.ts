/**
 * Seeds for the rows of a test.
 */

import { REPLAY_VARIABLE } from './failure.js';

/**
 * The seeds 1 to `count`, or the one that is to be replayed: `test.each(seeds(20))(...)`.
 *
 * @throws RangeError for what is no count.
 */
export function seeds(count: number): number[] {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`${count} seeds cannot be run: choose 1 or more`);
  }
  const replayed = replayedSeed();
  return replayed === null ? Array.from({ length: count }, (_, index) => index + 1) : [replayed];
}

/**
 * The seed that this run is to replay; `null` = none.
 *
 * @throws RangeError where the environment names what is no seed.
 */
export function replayedSeed(): number | null {
  const text = process.env[REPLAY_VARIABLE];
  if (text === undefined || text === '') return null;
  const seed = Number(text);
  if (Number.isInteger(seed)) return seed;
  throw new RangeError(`${REPLAY_VARIABLE}=${text} is no seed: give an integer`);
}
