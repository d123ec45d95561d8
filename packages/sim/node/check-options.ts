/**
 * Checks of how simulations are run: what is not understood is told in one line, instead of running
 * another seed, or fewer of them, than was meant.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { checkLimit, checkSeed } from '../src/check-options.js';
import type { IsolatedOptions, SimulateOptions } from './simulate-options.js';

/** Names of what a run takes, for the checks of everybody who takes more. */
export const RUN_NAMES: OptionNames<Omit<SimulateOptions, 'seed' | 'narrate' | 'misfortunes'>> = {
  startMs: 'optional',
  captureFolder: 'optional',
  checkDeterminism: 'optional',
  limitMs: 'optional',
};

const SIMULATE_OPTIONS: OptionNames<SimulateOptions & Partial<IsolatedOptions>> = {
  ...RUN_NAMES,
  seed: 'optional',
  misfortunes: 'optional',
  narrate: 'optional',
  isolate: 'optional',
};

/**
 * Checks what `simulate` is given.
 *
 * @throws TypeError for an unknown option, options that do not go together with the program, or what
 *   is no program; RangeError for a seed that is no integer, or a limit that is no time.
 */
export function checkSimulateOptions(
  options: SimulateOptions | IsolatedOptions,
  program: unknown,
): void {
  if (typeof options === 'function') {
    throw new TypeError('simulate takes its options before the program: simulate({}, program)');
  }
  checkOptions('simulate', options, SIMULATE_OPTIONS);
  checkSeed(options.seed);
  checkLimit(options.limitMs);
  const { isolate, narrate } = options as Partial<IsolatedOptions> & SimulateOptions;
  if (typeof program === 'function') {
    if (isolate !== true) return;
    throw new TypeError(
      'a function cannot be handed to a thread: with isolate give the URL of a module that exports the program by default',
    );
  }
  if (!(program instanceof URL || (typeof program === 'string' && URL.canParse(program)))) {
    throw new TypeError(
      `simulate takes a program, which is a function or the URL of a module (new URL('./program.mjs', import.meta.url)), not ${String(program)}`,
    );
  }
  if (narrate === undefined) return;
  throw new TypeError('narrate cannot be handed to a thread: leave it out, or replay the seed');
}
