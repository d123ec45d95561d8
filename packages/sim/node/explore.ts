/**
 * Many seeds of one program, in several threads at once.
 */

import { availableParallelism } from 'node:os';
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

/**
 * Runs the program that a module exports by `default` with one seed after another.
 *
 * @throws RangeError for settings that are none; rejects when the module cannot be run at all.
 */
export async function explore(url: URL | string, options: ExploreOptions): Promise<Exploration> {
  const { seeds, workers = availableParallelism(), failures: most = 1, isolate, ...rest } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`${workers} threads cannot be run: choose 1 or more`);
  }
  const waiting = [...(typeof seeds === 'number' ? seedsOf(seeds) : seeds)];
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
