/**
 * Runs a Node program inside of a simulated network: the whole process is in virtual time until the
 * program has ended, and a failure leaves what is needed to see it again.
 */

import { randomStream } from '../src/random.js';
import { replacedSince } from './divert.js';
import { SimulationError, writeCapture } from './failure.js';
import { runIsolated } from './isolated.js';
import { narrate } from './narration.js';
import { NodeNetwork } from './node-network.js';
import { firstDifference, PacketRecord } from './packet-record.js';
import { divideDispatchers } from './pools.js';
import { enterWorld } from './scope.js';
import { replayedSeed } from './seeds.js';
import type {
  IsolatedOptions,
  SimulatedProgram,
  SimulateOptions,
  SimulationReport,
} from './simulate-options.js';

const DEFAULT_FOLDER = 'netlayers-failures';
/** Hosts and links draw from streams that begin at 0. */
const PROGRAM_STREAM = 0x4000_0000;

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
  const { isolate: _, ...rest } = options as IsolatedOptions;
  return (await runIsolated({ url: String(program), options: rest })).result;
}

/** As {@link simulate}, and resolves with how the run went too. */
export async function simulateAndReport<T>(
  options: SimulateOptions,
  program: SimulatedProgram<T>,
): Promise<SimulationReport<T>> {
  await divideDispatchers();
  checkTimers('before the simulation');
  const { checkDeterminism = false } = options;
  const first = new PacketRecord(checkDeterminism);
  const report = await runOnce(options, program, first);
  if (!checkDeterminism) return report;
  const second = new PacketRecord(true);
  await runOnce(options, program, second);
  const difference = firstDifference(first, second);
  if (difference === null) return report;
  throw new Error(`two runs of seed ${report.seed} differ\n${difference}`);
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

async function runOnce<T>(
  options: SimulateOptions,
  program: SimulatedProgram<T>,
  record: PacketRecord,
): Promise<SimulationReport<T>> {
  const { seed = 1, startMs, captureFolder = DEFAULT_FOLDER, limitMs } = options;
  const tell = options.narrate ?? (replayedSeed() === seed ? printLine : null);
  const net = new NodeNetwork({
    seed,
    ...(startMs !== undefined && { startMs }),
    capture: captureFolder !== null,
    observe: (event) => {
      record.note(event);
      tell?.(narrate(event));
    },
  });
  const { clock } = net;
  const leave = enterWorld({
    clock,
    randomU32: randomStream(seed, PROGRAM_STREAM).u32,
    hold: (promise) => void net.outside(promise).catch(() => {}),
  });
  const stopCatching = catchUncaught((error) => {
    net.at(clock.now(), () => {
      throw error;
    });
  });
  try {
    const result = await net.sim.run(() => program(net), limitMs === undefined ? {} : { limitMs });
    checkTimers('inside of the simulation');
    const { count: packets } = record;
    return { result, seed, durationMs: clock.now(), packets, digest: record.digest() };
  } catch (error) {
    const capturePath =
      captureFolder === null ? null : writeCapture(captureFolder, seed, net.sim.capture());
    throw new SimulationError(error, { seed, atMs: clock.now(), capturePath });
  } finally {
    for (const host of net.hosts) if (host.isUp) host.crash();
    stopCatching();
    leave();
  }
}

/** What a handler of the program throws ends the simulation, not the process. */
function catchUncaught(fail: (error: unknown) => void): () => void {
  // A test runner that wants it for itself is told of it as ever.
  if (process.hasUncaughtExceptionCaptureCallback()) return () => {};
  process.setUncaughtExceptionCaptureCallback(fail);
  return () => process.setUncaughtExceptionCaptureCallback(null);
}

/** Fake timers of a test runner would stand in front of virtual time, and never fire. */
function checkTimers(when: string): void {
  const names = replacedSince(globalThis);
  if (names.length === 0) return;
  throw new Error(
    `${names.join(', ')} were replaced ${when}, by fake timers perhaps: give them back (vi.useRealTimers()), time is virtual already`,
  );
}

const printLine = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
