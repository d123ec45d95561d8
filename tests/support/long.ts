/**
 * How much is tried: enough for every run of the tests, or, with NETLAYERS_LONG=1, as much as
 * takes minutes.
 */

/** Whether the heavy variants run. */
export const LONG = process.env.NETLAYERS_LONG === '1';

/** Chooses between the amount for every run and the heavy one. */
export const amount = (usual: number, heavy: number): number => (LONG ? heavy : usual);

/** Time for a test that gets longer with `LONG`, milliseconds. */
export const TIMEOUT = LONG ? 600_000 : 60_000;

/** Prints a figure that a reader of the test run may want to see. */
export function report(text: string): void {
  process.stdout.write(`  ${text}\n`);
}
