/** What the heavy variants of the tests of whole programs need beside `amount` of the kit. */

import { amount, LONG } from '@netlayers/testkit';

export { amount, LONG };

/** Time for a test that gets longer with `LONG`, milliseconds. */
export const TIMEOUT = LONG ? 600_000 : 60_000;

/** Prints a figure that a reader of the test run may want to see. */
export function report(text: string): void {
  process.stdout.write(`  ${text}\n`);
}
