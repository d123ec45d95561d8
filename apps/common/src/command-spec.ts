/**
 * What a command is told about itself, and what it is told of a command line.
 */

import type { InferredOptionTypes, Options } from 'yargs';
import type { Verbosity } from './verbosity.js';

/** A command as its `--help` explains it. */
export interface CommandSpec<O extends Record<string, Options>> {
  readonly name: string;
  /** What is printed first, behind the name. */
  readonly usage: string;
  readonly options: O;
  readonly examples: readonly (readonly [command: string, text: string])[];
  /** What is printed last. */
  readonly epilogue?: string;
  /** Whether words that belong to no option mean something. */
  readonly takesWords: boolean;
  /** Whether `completion` prints what makes a shell complete the options. */
  readonly completes?: boolean;
  /** What `-v` means where no level follows. */
  readonly verbosityAlone: Verbosity;
}

/** What was given; `_` is what belongs to no option. */
export type Arguments<O extends Record<string, Options>> = InferredOptionTypes<O> & {
  readonly _: readonly (string | number)[];
  /** The options that were given, by name, in order and as often as they were. */
  readonly order: readonly string[];
};
