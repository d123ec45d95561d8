/**
 * Simulations in threads of their own: modules and globals are fresh there, so nothing of one run is
 * left for the next, and several run at once. The program comes as a module, since a function cannot
 * be handed to a thread.
 */

import { Worker } from 'node:worker_threads';
import { type FailedRun, SimulationError } from './failure.js';
import type { SimulateOptions, SimulationReport } from './simulate-options.js';

/** What a thread is told to run. */
export interface IsolatedTask {
  readonly options: SimulateOptions;
  readonly url: string;
}

/** What comes back of it. */
export type IsolatedAnswer =
  | { readonly report: SimulationReport<unknown> }
  | { readonly run: FailedRun; readonly message: string; readonly stack: string }
  | { readonly broken: string };

/** A thread that runs one simulation after another. */
export class SimulationThread {
  readonly #worker = startWorker();
  #answer: ((answer: IsolatedAnswer) => void) | null = null;
  #fail: ((error: Error) => void) | null = null;

  constructor() {
    this.#worker.on('message', (answer: IsolatedAnswer) => this.#answer?.(answer));
    this.#worker.on('error', (error) => this.#fail?.(error));
    this.#worker.on('exit', (code) => this.#fail?.(new Error(`the thread has ended with ${code}`)));
  }

  /** @throws rejects with a SimulationError, or with why the module cannot be run. */
  async run(task: IsolatedTask): Promise<SimulationReport<unknown>> {
    const answer = await new Promise<IsolatedAnswer>((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
      this.#worker.postMessage(task);
    });
    if ('report' in answer) return answer.report;
    if ('broken' in answer) throw new Error(answer.broken);
    const cause = Object.assign(new Error(answer.message), { stack: answer.stack });
    throw new SimulationError(cause, answer.run);
  }

  async close(): Promise<void> {
    this.#fail = null;
    await this.#worker.terminate();
  }
}

/** Runs one simulation in a fresh thread. */
export async function runIsolated(task: IsolatedTask): Promise<SimulationReport<unknown>> {
  const thread = new SimulationThread();
  try {
    return await thread.run(task);
  } finally {
    await thread.close();
  }
}

/**
 * The worker is plain JavaScript: beside the built module, or built from where the sources are. Flags
 * of Node go on to it, a loader of TypeScript for one; those of who reads the sources lead back to them.
 */
function startWorker(): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const path = isSource ? '../dist/isolated-worker.js' : './isolated-worker.js';
  return new Worker(new URL(path, import.meta.url), isSource ? { execArgv: [] } : {});
}
