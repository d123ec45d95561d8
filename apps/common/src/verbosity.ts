/**
 * How much a command says.
 */

/** From the least to the most talkative. */
export const VERBOSITIES = ['error', 'warn', 'info', 'debug', 'trace'] as const;

/** How much is said. */
export type Verbosity = (typeof VERBOSITIES)[number];

/** Whether lines of a verbosity are said where `level` is what was asked for. */
export const includes = (level: Verbosity, verbosity: Verbosity): boolean =>
  VERBOSITIES.indexOf(verbosity) <= VERBOSITIES.indexOf(level);
