/**
 * One run of a program in a network of its own: the process is given to it, and taken back whatever
 * happens; a failure leaves its capture.
 */

import { SimError, type WireEvent } from '../src/index.js';
import { randomStream } from '../src/random.js';
import { holdCompilations } from './compilations.js';
import { replacedSince } from './divert.js';
import { SimulationError, writeCapture } from './failure.js';
import { narrate } from './narration.js';
import { NodeNetwork } from './node-network.js';
import { divideDispatchers } from './pools.js';
import { enterWorld, type World } from './scope.js';
import { replayedSeed } from './seeds.js';
import type { SimulatedProgram, SimulateOptions } from './simulate-options.js';

/** Is told what happens in a run. */
export interface RunWatcher {
  handlePacket(event: Readonly<WireEvent>): void;
  /** The program has ended, well or not. */
  handleEnd?(net: NodeNetwork): void;
}

/** What a run has come to. */
export interface Ran<T> {
  readonly result: T;
  readonly seed: number;
  readonly durationMs: number;
}

const DEFAULT_FOLDER = 'netlayers-failures';
/** Hosts and links draw from streams that begin at 0. */
const PROGRAM_STREAM = 0x4000_0000;

/** @throws rejects with a SimulationError for whatever the program fails with. */
export async function runOnce<T>(
  options: SimulateOptions,
  program: SimulatedProgram<T>,
  watcher: RunWatcher,
): Promise<Ran<T>> {
  await divideDispatchers();
  const early = replacedTimers('before the simulation');
  if (early !== null) throw early;
  const { seed = 1, captureFolder = DEFAULT_FOLDER, limitMs } = options;
  const net = networkOf(options, seed, captureFolder !== null, watcher);
  const { clock } = net;
  const world: World = {
    clock,
    randomU32: randomStream(seed, PROGRAM_STREAM).u32,
    hold: (promise) => void net.outside(promise).catch(() => {}),
  };
  const leave = enterWorld(world);
  holdCompilations(world);
  const stopCatching = catchUncaught((error) => {
    net.at(clock.now(), () => {
      throw error;
    });
  });
  try {
    const result = await net.sim.run(() => program(net), limitMs === undefined ? {} : { limitMs });
    const late = replacedTimers('inside of the simulation');
    if (late !== null) throw late;
    return { result, seed, durationMs: clock.now() };
  } catch (error) {
    const capturePath =
      captureFolder === null ? null : writeCapture(captureFolder, seed, net.sim.capture());
    // Who waits for a timer that was replaced has no use for hearing that nothing happens.
    const late = error instanceof SimError ? replacedTimers('inside of the simulation') : null;
    throw new SimulationError(late ?? error, { seed, atMs: clock.now(), capturePath });
  } finally {
    for (const host of net.hosts) if (host.isUp) host.crash();
    watcher.handleEnd?.(net);
    stopCatching();
    leave();
  }
}

function networkOf(
  { startMs, misfortunes, narrate: given }: SimulateOptions,
  seed: number,
  capture: boolean,
  watcher: RunWatcher,
): NodeNetwork {
  const tell = given ?? (replayedSeed() === seed ? printLine : null);
  return new NodeNetwork({
    seed,
    ...(startMs !== undefined && { startMs }),
    ...(misfortunes !== undefined && { misfortunes }),
    capture,
    observe: (event) => {
      watcher.handlePacket(event);
      tell?.(narrate(event));
    },
  });
}

/** What a handler of the program throws ends the simulation, not the process. */
function catchUncaught(fail: (error: unknown) => void): () => void {
  // A test runner that wants it for itself is told of it as ever.
  if (process.hasUncaughtExceptionCaptureCallback()) return () => {};
  process.setUncaughtExceptionCaptureCallback(fail);
  return () => process.setUncaughtExceptionCaptureCallback(null);
}

/** Fake timers of a test runner would stand in front of virtual time, and never fire. */
function replacedTimers(when: string): Error | null {
  const names = replacedSince(globalThis);
  if (names.length === 0) return null;
  return new Error(
    `${names.join(', ')} were replaced ${when}, by fake timers perhaps: give them back (vi.useRealTimers()), time is virtual already`,
  );
}

/** Where a replay is told. */
export const printLine = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
