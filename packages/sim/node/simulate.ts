/**
 * Runs Node programs inside of simulated networks: in this thread, in one of its own, twice, or told
 * packet by packet.
 */

import { checkSimulateOptions } from './check-options.js';
import { runIsolated } from './isolated.js';
import { firstDifference, PacketRecord } from './packet-record.js';
import { printLine, runOnce } from './run-once.js';
import type {
  IsolatedOptions,
  SimulatedProgram,
  SimulateOptions,
  SimulationReport,
} from './simulate-options.js';

/**
 * Runs a program in a simulated network, and resolves with what it returns.
 *
 * @throws rejects with a SimulationError whose `cause` is what the program threw, or a SimError: the
 *   program waits for something that will never happen (EDEADLOCK), or too long (ELIMIT).
 */
export function simulate<T>(options: SimulateOptions, program: SimulatedProgram<T>): Promise<T>;
/**
 * Runs the program that a module exports by `default` in a thread of its own; what it returns is a copy.
 */
export function simulate(options: IsolatedOptions, module: URL | string): Promise<unknown>;
export async function simulate<T>(
  options: SimulateOptions | IsolatedOptions,
  program: SimulatedProgram<T> | URL | string,
): Promise<unknown> {
  if (typeof program === 'function') return (await simulateAndReport(options, program)).result;
  checkSimulateOptions(options, program);
  const { isolate: _, ...rest } = options as IsolatedOptions;
  return (await runIsolated({ url: String(program), options: rest })).result;
}

/** As {@link simulate}, and resolves with how the run went too. */
export async function simulateAndReport<T>(
  options: SimulateOptions,
  program: SimulatedProgram<T>,
): Promise<SimulationReport<T>> {
  checkSimulateOptions(options, program);
  const { checkDeterminism = false } = options;
  const first = new PacketRecord(checkDeterminism);
  const ran = await runOnce(options, program, first);
  if (checkDeterminism) {
    const second = new PacketRecord(true);
    await runOnce(options, program, second);
    const difference = firstDifference(first, second);
    if (difference !== null) throw new Error(`two runs of seed ${ran.seed} differ\n${difference}`);
  }
  const { count: packets } = first;
  return { ...ran, packets, digest: first.digest(), shapeDigest: first.shapeDigest() };
}

/**
 * Runs one seed again with every packet told, by default to stderr.
 */
export function replay<T>(
  seed: number,
  program: SimulatedProgram<T>,
  options: Omit<SimulateOptions, 'seed'> = {},
): Promise<T> {
  return simulate({ narrate: printLine, ...options, seed }, program);
}
