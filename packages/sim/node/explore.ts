/**
 * Many seeds of one program, in several threads at once.
 */

import { availableParallelism } from 'node:os';
import { checkOptions, type OptionNames } from '@netlayers/host';
import { checkSeed } from '../src/check-options.js';
import { RUN_NAMES } from './check-options.js';
import { SimulationError } from './failure.js';
import { SimulationThread } from './isolated.js';
import { seeds as seedsOf } from './seeds.js';
import type { SimulateOptions } from './simulate-options.js';

/** How seeds are explored. */
export interface ExploreOptions extends Omit<SimulateOptions, 'seed' | 'narrate'> {
  /** How many, from 1 on, or which. */
  readonly seeds: number | readonly number[];
  /** Threads. @default one for each processor */
  readonly workers?: number;
  /** Ends after so many failures. @default 1 */
  readonly failures?: number;
  /** A fresh thread for each seed: slower, and nothing of one run is left for the next. @default false */
  readonly isolate?: boolean;
}

/** What was found. */
export interface Exploration {
  /** Seeds that were run. */
  readonly runs: number;
  /** In the order of their seeds. */
  readonly failures: readonly SimulationError[];
}

const EXPLORE_OPTIONS: OptionNames<ExploreOptions> = {
  ...RUN_NAMES,
  misfortunes: 'optional',
  seeds: 'needed',
  workers: 'optional',
  failures: 'optional',
  isolate: 'optional',
};

/**
 * Runs the program that a module exports by `default` with one seed after another.
 *
 * @throws rejects with a TypeError for an unknown option, a RangeError for one out of range, and when the module cannot be run at all.
 */
export async function explore(url: URL | string, options: ExploreOptions): Promise<Exploration> {
  checkOptions('explore', options, EXPLORE_OPTIONS);
  const { seeds, workers = availableParallelism(), failures: most = 1, isolate, ...rest } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`${workers} threads cannot be run: choose 1 or more`);
  }
  const waiting = [...(typeof seeds === 'number' ? seedsOf(seeds) : seeds)];
  for (const seed of waiting) checkSeed(seed);
  const failures: SimulationError[] = [];
  let runs = 0;
  const work = async (): Promise<void> => {
    let thread: SimulationThread | null = null;
    try {
      while (waiting.length > 0 && failures.length < most) {
        const seed = waiting.shift()!;
        thread ??= new SimulationThread();
        const failure = await failureOf(
          thread.run({ url: String(url), options: { ...rest, seed } }),
        );
        runs++;
        if (failure !== null) failures.push(failure);
        if (isolate !== true) continue;
        await thread.close();
        thread = null;
      }
    } finally {
      await thread?.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, waiting.length) }, work));
  failures.sort((one, other) => one.seed - other.seed);
  return { runs, failures };
}

/** A failure of the program is what is looked for; everything else ends the search. */
async function failureOf(run: Promise<unknown>): Promise<SimulationError | null> {
  try {
    await run;
    return null;
  } catch (error) {
    if (error instanceof SimulationError) return error;
    throw error;
  }
}
