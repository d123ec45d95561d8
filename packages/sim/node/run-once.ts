/**
 * One run of a program in a network of its own: the process is given to it, and taken back whatever
 * happens; a failure leaves its capture.
 */

import { SimError, type WireEvent } from '../src/index.js';
import { randomStream } from '../src/random.js';
import { holdCompilations } from './compilations.js';
import { renewDiversions, replacedSince } from './divert.js';
import { SimulationError, writeCapture } from './failure.js';
import { narrate } from './narration.js';
import { NodeNetwork } from './node-network.js';
import { keepRemains } from './open-streams.js';
import { divideDispatchers } from './pools.js';
import { currentHost, enterWorld, type World } from './scope.js';
import { replayedSeed } from './seeds.js';
import type { SimulatedProgram, SimulateOptions } from './simulate-options.js';
import { beginSharedTicks } from './timers.js';

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
  const place = beganAt();
  await divideDispatchers();
  renewDiversions();
  const early = replacedTimers('before the simulation');
  if (early !== null) throw early;
  const { seed = 1, captureFolder = DEFAULT_FOLDER, limitMs } = options;
  const net = networkOf(options, seed, captureFolder !== null, watcher);
  const { clock } = net;
  const world: World = {
    title: `seed ${seed}${place}`,
    clock,
    randomU32: randomStream(seed, PROGRAM_STREAM).u32,
    hold: (promise) => void net.outside(promise).catch(() => {}),
  };
  const leave = enterWorld(world);
  beginSharedTicks();
  holdCompilations(world);
  const stopCatching = catchUnhandled((error) => {
    // Of a life that is over nothing is heard any more.
    if (currentHost()?.isOver === true) return;
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
      captureFolder === null
        ? null
        : writeCapture(captureFolder, seed, textOf(program, options), net.sim.capture());
    // Who waits for a timer that was replaced has no use for hearing that nothing happens.
    const late = error instanceof SimError ? replacedTimers('inside of the simulation') : null;
    throw new SimulationError(late ?? withHint(error), { seed, atMs: clock.now(), capturePath });
  } finally {
    for (const host of net.hosts) if (host.isUp) host.crash();
    keepRemains(
      net.hosts.map(({ streams }) => streams),
      clock.now(),
    );
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

/**
 * What a handler of the program throws, and a promise of it that nobody looks at, ends the simulation
 * and not the process; a test runner, which would not know the seed, is told of the simulation.
 */
function catchUnhandled(fail: (error: unknown) => void): () => void {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', fail);
  // Somebody who wants exceptions for himself is told of them as ever.
  const isOurs = !process.hasUncaughtExceptionCaptureCallback();
  if (isOurs) process.setUncaughtExceptionCaptureCallback(fail);
  return () => {
    if (isOurs) process.setUncaughtExceptionCaptureCallback(null);
    process.off('unhandledRejection', fail);
    for (const other of others) process.on('unhandledRejection', other);
  };
}

/** What tells one program from another: its text, and what goes wrong in place of chance. */
const textOf = (program: unknown, { misfortunes }: SimulateOptions): string =>
  `${program}${JSON.stringify(misfortunes ?? null)}`;

/** Where the caller of all this stands. */
function beganAt(): string {
  const lines = new Error('here').stack?.split('\n').slice(1) ?? [];
  const line = lines.find((at) => !/[\\/]sim[\\/](node|src|dist)[\\/]|node:/.test(at));
  const place = line?.match(/([^\\/(]+:\d+):\d+\)?$/)?.[1];
  return place === undefined ? '' : `, begun at ${place},`;
}

/** Who waits for ever may wait for a function that was taken before it could be diverted. */
function withHint(error: unknown): unknown {
  if (!(error instanceof SimError) || error.code !== 'EDEADLOCK') return error;
  const hint = 'or a function was taken off its module before @netlayers/sim/node was imported';
  const cure = 'let @netlayers/sim/node/register be the first import';
  return new SimError(error.code, `${error.message}; ${hint}: ${cure}`);
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
