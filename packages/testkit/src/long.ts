/**
 * How much is tried: a share in every run of the tests, all of it with `npm run soak`, which sets
 * NETLAYERS_LONG=1 and takes minutes.
 */

import process from 'node:process';

/** Whether the heavy variants run. */
export const LONG = process.env.NETLAYERS_LONG === '1';

/** Chooses between the amount for every run and the heavy one. */
export const amount = (usual: number, heavy: number): number => (LONG ? heavy : usual);
