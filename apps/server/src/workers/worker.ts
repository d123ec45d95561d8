/**
 * A process that serves, and is watched by the primary that has started it.
 */

import type { SharedHost } from '@netlayers/common';
import { HostClock } from '@netlayers/host';
import { type Log, processLog } from '../log.js';
import { type Serving, startServing } from '../serve.js';
import { untilStopped } from '../signals.js';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.js';
import { Strays } from './strays.js';

/** What the connections of all workers together may hold, bytes, and of each at least. */
const MEMORY = 256 * 1024 * 1024;
const LEAST_MEMORY = 64 * 1024 * 1024;

/** Tells the primary something; resolves when it has left. */
const tell = (message: FromWorker): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });

/** What the primary has said, for whoever waits for it. */
class Primary {
  readonly setup: Promise<WorkerSetup>;
  /** It has told us to end, or has gone itself. */
  readonly stopped: Promise<void>;
  handleStrays: (message: ToWorker & { kind: 'claim' | 'orphans' }) => void = () => {};

  constructor() {
    let setUp: (setup: WorkerSetup) => void;
    this.setup = new Promise((resolve) => {
      setUp = resolve;
    });
    this.stopped = new Promise((resolve) => {
      process.once('disconnect', resolve);
      process.on('message', (message: ToWorker) => {
        if (message.kind === 'setup') setUp(message.setup);
        else if (message.kind === 'stop') resolve();
        else this.handleStrays(message);
      });
    });
  }
}

/** Serves until the primary says that it is enough; returns the exit code. */
export async function runWorker(): Promise<number> {
  const primary = new Primary();
  const stopped = Promise.race([untilStopped(), primary.stopped]);
  await tell({ kind: 'booted' });
  const setup = await primary.setup;
  const log = processLog(setup.command.verbosity);
  try {
    const serving = await begin(setup, primary, log);
    await tell({ kind: 'ready', lines: serving.lines });
    await stopped;
    const cut = await serving.stop();
    await tell({ kind: 'closed', cut });
    return cut > 0 ? 1 : 0;
  } catch (error) {
    await tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    return 1;
  } finally {
    log.flush();
    process.channel?.unref();
  }
}

async function begin(
  { command, count, secret }: WorkerSetup,
  primary: Primary,
  log: Log,
): Promise<Serving> {
  if (command.transport === 'kernel') return startServing(command, log);
  const clock = sharedClock();
  const strays = new Strays(
    (packets) => void tell({ kind: 'strays', packets }),
    () => clock.now(),
  );
  const shared: SharedHost = {
    clock,
    sharedSecret: secret,
    memoryLimit: Math.max(Math.floor(MEMORY / count), LEAST_MEMORY),
    ...(count > 1 && { onUnclaimed: (...packet) => strays.handleUnclaimed(...packet) }),
  };
  const serving = await startServing(command, log, shared);
  const { stack } = serving;
  if (stack === null) return serving;
  primary.handleStrays = (message) => {
    if (message.kind === 'orphans') strays.answer(stack, message.packets);
    else {
      void tell({ kind: 'claimed', id: message.id, taken: strays.claim(stack, message.packets) });
    }
  };
  return serving;
}

/** A clock whose zero is that of the machine's monotonic one, which all processes see. */
function sharedClock(): HostClock {
  return new HostClock(Number(process.hrtime.bigint()) / 1e6 - performance.now());
}
