/**
 * The inside of a thread that runs simulations: loads the program's module behind the hooks.
 */

import './register.js';
import { parentPort } from 'node:worker_threads';
import { SimulationError } from './failure.js';
import type { IsolatedAnswer, IsolatedTask } from './isolated.js';
import { simulateAndReport } from './simulate.js';
import type { SimulatedProgram } from './simulate-options.js';

parentPort?.on('message', (task: IsolatedTask) => {
  void answer(task).then((message) => parentPort?.postMessage(message));
});

async function answer({ options, url }: IsolatedTask): Promise<IsolatedAnswer> {
  try {
    return { report: await simulateAndReport(options, await programOf(url)) };
  } catch (error) {
    if (!(error instanceof SimulationError)) return { broken: messageOf(error) };
    const { seed, atMs, capturePath, cause } = error;
    const stack = cause instanceof Error ? (cause.stack ?? '') : '';
    return { run: { seed, atMs, capturePath }, message: messageOf(cause), stack };
  }
}

async function programOf(url: string): Promise<SimulatedProgram<unknown>> {
  const { default: program } = (await import(url)) as { readonly default?: unknown };
  if (typeof program === 'function') return program as SimulatedProgram<unknown>;
  throw new TypeError(`${url} exports no program: export default (net) => ...`);
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
