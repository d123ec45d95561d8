/**
 * Where the chain says what happens: each command has a log of its own behind it.
 */

import type { Colors } from './colors.js';
import type { Verbosity } from './verbosity.js';

/** Takes lines. */
export interface ChainLog {
  readonly colors: Colors;
  /** Whether lines of this verbosity are wanted: ask before making an expensive one. */
  shows(verbosity: Verbosity): boolean;
  error(text: string): void;
  warn(text: string): void;
  debug(text: string): void;
  trace(text: string): void;
}
