/**
 * `setTimeout` and its family in virtual time: the globals, `node:timers`, `node:timers/promises` and
 * `AbortSignal.timeout`.
 */

import timers from 'node:timers';
import promised from 'node:timers/promises';
import type { Clock } from '@netlayers/host';
import { type Callback, checkCallback } from './callback.js';
import { divert, divertPromised, type Inside } from './divert.js';
import { inRealms, REALMS } from './realms.js';
import { currentWorld } from './scope.js';
import { after, delayOf, soon, VirtualTimer } from './virtual-time.js';

/**
 * undici counts the time-outs of all requests of a process by one timer, which the first request makes
 * and later ones only begin again. So it is no host's, it goes on from run to run, since time-outs of an
 * earlier one may still be counted, and it ticks at the same moments of each run.
 */
const isSharedTick = (callback: Callback, ms: number): boolean =>
  callback.name === 'onTick' && ms === 499;

const sharedTicks = new Set<VirtualTimeout>();

/** A simulation begins: what all of them share begins with it. */
export function beginSharedTicks(): void {
  for (const tick of sharedTicks) tick.refresh();
}

let lastId = 0;
/** By the number that a program may keep instead of the object. */
const byId = new Map<number, VirtualTimeout>();

/** What `setTimeout` and `setInterval` return inside of a simulation. */
class VirtualTimeout {
  readonly #timer: VirtualTimer;
  readonly #ms: number;
  readonly #isShared: boolean;
  readonly #id = ++lastId;
  #isRef = true;
  #isClosed = false;

  constructor(clock: Clock, callback: Callback, ms: number, args: unknown[], repeats: boolean) {
    this.#ms = ms;
    this.#isShared = isSharedTick(callback, ms);
    const run = (): void => {
      if (repeats) this.#arm();
      else byId.delete(this.#id);
      callback.apply(this, args);
    };
    this.#timer = new VirtualTimer(clock, run, this.#isShared ? null : undefined);
    if (this.#isShared) sharedTicks.add(this);
    this.#arm();
  }

  ref(): this {
    this.#isRef = true;
    return this;
  }

  unref(): this {
    this.#isRef = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isRef;
  }

  /** Begins the time again, also of one that has fired. */
  refresh(): this {
    if (!this.#isClosed && currentWorld() !== null) this.#arm();
    return this;
  }

  close(): this {
    this.#isClosed = true;
    this.#timer.cancel();
    byId.delete(this.#id);
    sharedTicks.delete(this);
    return this;
  }

  #arm(): void {
    const now = currentWorld()?.clock.now() ?? 0;
    this.#timer.arm(this.#isShared ? this.#ms - (now % this.#ms) : this.#ms);
    byId.set(this.#id, this);
  }

  [Symbol.toPrimitive](): number {
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** What `setImmediate` returns inside of a simulation. */
class VirtualImmediate {
  readonly #timer: VirtualTimer;

  constructor(clock: Clock, callback: Callback, args: unknown[]) {
    this.#timer = soon(clock, () => callback(...args));
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return this.#timer.isArmed;
  }

  close(): void {
    this.#timer.cancel();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const start =
  (repeats: boolean): Inside =>
  ({ clock }, _self, [callback, ms, ...args]) => {
    checkCallback(callback);
    return new VirtualTimeout(clock, callback, delayOf(ms), args, repeats);
  };

const startImmediate: Inside = ({ clock }, _self, [callback, ...args]) => {
  checkCallback(callback);
  return new VirtualImmediate(clock, callback, args);
};

/** One that was begun outside of the simulation is the host's own. */
const stop: Inside = (_world, self, [handle], real) => {
  const timeout = typeof handle === 'object' ? handle : byId.get(Number(handle));
  if (timeout instanceof VirtualTimeout || timeout instanceof VirtualImmediate) timeout.close();
  else real.call(self, ...([handle] as never[]));
};

interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Resolves after a time; rejects when the signal says so, as `node:timers/promises` does. */
function wait(
  begin: (done: () => void) => VirtualTimer,
  value: unknown,
  { signal }: WaitOptions = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer?.cancel();
      reject(aborted(signal?.reason));
    };
    if (signal?.aborted) {
      reject(aborted(signal.reason));
      return;
    }
    const timer = begin(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

const waitFor =
  (clock: Clock, ms: number) =>
  (done: () => void): VirtualTimer =>
    after(clock, ms, done);

const promisedTimeout: Inside = ({ clock }, _self, [ms, value, options]) =>
  wait(waitFor(clock, delayOf(ms)), value, options as WaitOptions);

const promisedImmediate: Inside = ({ clock }, _self, [value, options]) =>
  wait(waitFor(clock, 0), value, options as WaitOptions);

async function* ticks(
  clock: Clock,
  ms: number,
  value: unknown,
  options?: WaitOptions,
): AsyncGenerator<unknown> {
  for (let due = clock.now() + ms; ; due += ms) {
    yield await wait(waitFor(clock, Math.max(due - clock.now(), 0)), value, options);
  }
}

const abortAfter: Inside = ({ clock }, _self, [ms]) => {
  const controller = new AbortController();
  const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  after(clock, delayOf(ms), () => controller.abort(reason));
  return controller.signal;
};

/** Diverts every timer of Node that a program can reach. */
export function divertTimers(): void {
  for (const object of [...REALMS, timers]) {
    divert(object, 'setTimeout', start(false));
    divert(object, 'setInterval', start(true));
    divert(object, 'setImmediate', startImmediate);
    divertPromised(object, 'setTimeout', promisedTimeout);
    divertPromised(object, 'setImmediate', promisedImmediate);
    for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
      divert(object, name, stop);
    }
  }
  divert(promised, 'setTimeout', promisedTimeout);
  divert(promised, 'setImmediate', promisedImmediate);
  divert(promised, 'setInterval', ({ clock }, _self, [ms, value, options]) =>
    ticks(clock, delayOf(ms), value, options as WaitOptions),
  );
  divert(promised.scheduler, 'wait', ({ clock }, _self, [ms, options]) =>
    wait(waitFor(clock, delayOf(ms)), undefined, options as WaitOptions),
  );
  for (const signal of inRealms('AbortSignal')) divert(signal, 'timeout', abortAfter);
}

const aborted = (cause: unknown): Error =>
  Object.assign(new Error('The operation was aborted', { cause }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
