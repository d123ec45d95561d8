/**
 * What is known of a transfer when it is over.
 */

import type { ExitCode } from '../exit-code.js';
import type { Meter } from './meter.js';

/** The end of one transfer. */
export interface TransferResult {
  /** Which one it was, from 0. */
  readonly index: number;
  /** The URL that was asked for. */
  readonly asked: string;
  /** The URL that answered. */
  readonly url: string;
  /** Where a redirection that was not followed leads to; empty without one. */
  readonly redirectUrl: string;
  readonly method: string;
  readonly referer: string;
  /** The file that was written; empty for stdout. */
  readonly path: string;
  readonly exitCode: ExitCode;
  /** Why it failed; empty if it did not. */
  readonly error: string;
  /** What was thrown; `null` if nothing was. */
  readonly failure: unknown;
  readonly meter: Meter;
}
