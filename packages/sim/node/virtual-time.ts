/**
 * Time as a program inside of a simulation sees it: the network's clock, with timers that run in the
 * program's own async context and end with its host.
 */

import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '@netlayers/host';
import { currentHost, type HostScope } from './scope.js';

/** Node's bounds of a delay; everything else is 1 ms. */
const LONGEST_DELAY = 2_147_483_647;

/** A callback that is to run at a time. */
export class VirtualTimer {
  readonly #time: VirtualTime;
  readonly #callback: () => void;
  readonly #host: HostScope | null = currentHost();
  #id = 0;

  constructor(time: VirtualTime, callback: () => void) {
    this.#time = time;
    this.#callback = AsyncResource.bind(callback);
  }

  get isArmed(): boolean {
    return this.#id !== 0;
  }

  /** Arms it, again if it is armed already. */
  arm(ms: number): void {
    this.cancel();
    const { clock } = this.#time;
    this.#id = clock.setTimer(clock.now() + ms, () => {
      this.#id = 0;
      this.#host?.belongings.delete(this);
      this.#callback();
    });
    this.#host?.belongings.add(this);
  }

  cancel(): void {
    if (this.#id === 0) return;
    this.#time.clock.clearTimer(this.#id);
    this.#id = 0;
    this.#host?.belongings.delete(this);
  }
}

/** The time of one simulation. */
export class VirtualTime {
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Monotonic ms since the simulation began. */
  now(): number {
    return this.clock.now();
  }

  /** Whole ms since 1970-01-01 UTC, as `Date.now()`. */
  wallMs(): number {
    return Math.floor(this.clock.wallTime());
  }

  /** Calls back after everything that is due by now, in a macrotask of its own. */
  soon(callback: () => void): VirtualTimer {
    const timer = new VirtualTimer(this, callback);
    timer.arm(0);
    return timer;
  }
}

/** What Node makes of the delay that a program gives: whole ms, at least 1. */
export function delayOf(given: unknown): number {
  const ms = Number(given);
  return ms >= 1 && ms <= LONGEST_DELAY ? Math.trunc(ms) : 1;
}
