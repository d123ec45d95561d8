/**
 * The process that serves nothing itself: starts the workers, keeps what they share, prints what they say,
 * starts another one where one dies, and ends when they have.
 *
 * On the kernel's TCP the workers share one listening socket by `node:cluster`. On our own each has a queue
 * of the device and a stack of its own on it.
 */

import { type ChildProcess, fork } from 'node:child_process';
import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isNotHere } from '@netlayers/common';
import type { Log } from '../log.js';
import type { ServerCommand } from '../options.js';
import { CLOSING, sayClosed } from '../serve.js';
import { untilStopped } from '../signals.js';
import { warnOfKernel } from '../transport.js';
import { workerEnvironment } from './environment.js';
import { LostAndFound } from './lost-and-found.js';
import type { FromWorker, WorkerSetup } from './messages.js';
import { Lines, marked } from './output.js';
import { choosePort } from './port.js';
import type { Queues } from './queues.js';
import { MOST_SHORT_LIVES } from './restart-policy.js';
import { workerCommand } from './worker-command.js';
import { type SlotOwner, type WorkerEnd, WorkerSlot } from './worker-slot.js';

/**
 * Runs the workers of a command until it is told to stop.
 *
 * @param args what the command was given; they are shown by `ps`.
 * @param entry the file that a worker runs.
 * @throws Error, one line, when they cannot serve or had to cut connections off.
 */
export async function runPrimary(
  command: ServerCommand,
  args: readonly string[],
  entry: string,
  log: Log,
): Promise<void> {
  const count = command.workers ?? 1;
  const cores = availableParallelism();
  if (count > cores) {
    log.warn(
      `${count} workers share ${cores === 1 ? 'one core' : `${cores} cores`}: more than that gain nothing`,
    );
  }
  const failed = new Failure();
  const queues = await openQueues(command, count, failed, log);
  try {
    const transport = queues === null ? 'kernel' : 'tun';
    const port = command.port || (await choosePort(transport, command.host));
    const primary = new Primary({ ...command, transport, port }, args, entry, queues, failed, log);
    await primary.run(count);
  } finally {
    queues?.close();
  }
}

/** The first thing that keeps the workers from serving. */
class Failure {
  readonly happened: Promise<never>;
  fail: (error: Error) => void = () => {};

  constructor() {
    this.happened = new Promise((_, reject) => {
      this.fail = reject;
    });
    // It is waited for later, if at all.
    this.happened.catch(() => {});
  }
}

/** Opens the device; `null` where the kernel's TCP is meant, or all that there is. */
async function openQueues(
  command: ServerCommand,
  count: number,
  failed: Failure,
  log: Log,
): Promise<Queues | null> {
  if (command.transport === 'kernel') return null;
  const { Queues } = await import('./queues.js');
  try {
    return await Queues.open(command.tun, count, failed.fail);
  } catch (error) {
    if (command.transport === 'tun' || !isNotHere(error)) throw error;
    warnOfKernel(command, error, log);
    return null;
  }
}

class Primary implements SlotOwner {
  readonly #command: ServerCommand;
  readonly #args: readonly string[];
  readonly #entry: string;
  readonly #queues: Queues | null;
  readonly #failed: Failure;
  readonly #log: Log;
  readonly #secret = randomBytes(48);
  readonly #lostAndFound = new LostAndFound(() => performance.now());
  readonly #lines = new Map<WorkerSlot, Record<'stdout' | 'stderr', Lines>>();
  #slots: WorkerSlot[] = [];
  /** Whether all of them have served once. */
  #isServing = false;

  constructor(
    command: ServerCommand,
    args: readonly string[],
    entry: string,
    queues: Queues | null,
    failed: Failure,
    log: Log,
  ) {
    this.#command = command;
    this.#args = args;
    this.#entry = entry;
    this.#queues = queues;
    this.#failed = failed;
    this.#log = log;
  }

  async run(count: number): Promise<void> {
    const kill = (): void => {
      for (const slot of this.#slots) slot.kill();
    };
    // A second signal ends this process at once: so it does them.
    process.once('exit', kill);
    this.#slots = Array.from({ length: count }, (_, index) => new WorkerSlot(index, this));
    for (const slot of this.#slots) slot.start();
    try {
      await Promise.race([untilStopped(), this.#failed.happened]);
      this.#log.info(CLOSING);
    } finally {
      await Promise.all(this.#slots.map((slot) => slot.stop()));
      process.off('exit', kill);
    }
    const lost = this.#slots.find(({ brokenOff }) => brokenOff !== null);
    if (lost !== undefined)
      throw new Error(`Worker ${lost.index + 1} ${lost.brokenOff} while it closed`);
    sayClosed(
      this.#slots.reduce((sum, { cut }) => sum + cut, 0),
      this.#log,
    );
  }

  launch({ index }: WorkerSlot): ChildProcess {
    const { areShown } = this.#log.colors;
    const env = {
      ...process.env,
      ...workerEnvironment(index),
      NO_COLOR: areShown ? undefined : '1',
      FORCE_COLOR: areShown ? '1' : undefined,
    };
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
    if (this.#queues !== null) {
      const queue = this.#queues.descriptor(index);
      return fork(this.#entry, this.#args, {
        env,
        serialization: 'advanced',
        stdio: [...stdio, queue],
      });
    }
    cluster.setupPrimary({
      exec: this.#entry,
      args: [...this.#args],
      serialization: 'advanced',
      stdio: [...stdio],
    });
    return cluster.fork(env).process;
  }

  handleBoot(slot: WorkerSlot): void {
    this.#queues?.release(slot.index);
    const setup: WorkerSetup = {
      command: workerCommand(this.#command, slot.index, slot.lives),
      count: this.#slots.length,
      secret: this.#secret,
    };
    slot.tell({ kind: 'setup', setup });
  }

  handleReady(slot: WorkerSlot, lines: readonly string[]): void {
    if (this.#isServing) this.#log.info(`Worker ${slot.index + 1} serves again`);
    else if (this.#slots.every(({ isReady }) => isReady)) {
      this.#isServing = true;
      for (const line of lines) this.#log.info(line);
    }
  }

  handleOutput(slot: WorkerSlot, name: 'stdout' | 'stderr', text: string): void {
    this.#relay(slot, name, this.#linesOf(slot)[name].take(text));
  }

  handleMessage(slot: WorkerSlot, message: FromWorker): void {
    if (message.kind === 'strays') {
      const others = this.#slots.filter((other) => other !== slot && other.isReady);
      this.#lostAndFound.ask(slot, message.packets, others);
    } else if (message.kind === 'claimed') {
      this.#lostAndFound.handleAnswer(slot, message.id, message.taken);
    }
  }

  handleDeath(slot: WorkerSlot, end: WorkerEnd, delayMs: number | null): void {
    this.#queues?.drain(slot.index);
    this.#lostAndFound.handleDeath(slot);
    for (const name of ['stdout', 'stderr'] as const) {
      this.#relay(slot, name, this.#linesOf(slot)[name].end());
    }
    const worker = `Worker ${slot.index + 1}`;
    const what = end.failure === null ? `${worker} ${end.how}` : `${worker}: ${end.failure}`;
    // All of them would say the same of what keeps them from beginning.
    if (!this.#isServing) this.#failed.fail(new Error(end.failure ?? what));
    else if (delayMs === null) {
      this.#failed.fail(
        new Error(`${what}; ${MOST_SHORT_LIVES} times in a row, so it is given up`),
      );
    } else {
      this.#log.warn(`${what}; another one starts ${delayMs === 0 ? 'now' : `in ${delayMs} ms`}`);
    }
  }

  #linesOf(slot: WorkerSlot): Record<'stdout' | 'stderr', Lines> {
    let lines = this.#lines.get(slot);
    if (lines === undefined) {
      lines = { stdout: new Lines(), stderr: new Lines() };
      this.#lines.set(slot, lines);
    }
    return lines;
  }

  /** Lines about segments are marked: those of a connection stand between others'. */
  #relay(slot: WorkerSlot, name: 'stdout' | 'stderr', lines: string): void {
    if (lines === '') return;
    const isMarked = this.#log.shows('debug');
    this.#log.relay(name, isMarked ? marked(lines, `[${slot.index + 1}]`) : lines);
  }
}
