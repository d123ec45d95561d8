/**
 * Timers as a program inside of a simulation has them: by the network's clock, in the program's own
 * async context, and gone with its host.
 */

import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '@netlayers/host';
import { currentHost, currentWorld, type HostScope } from './scope.js';

/** Node's bounds of a delay; everything else is 1 ms. */
const LONGEST_DELAY = 2_147_483_647;

/** A callback that is to run at a time. */
export class VirtualTimer {
  /** Of the simulation in which it was armed last. */
  #clock: Clock;
  readonly #callback: () => void;
  /** Where the callback runs; `AsyncResource.bind` costs several times as much. */
  readonly #scope = new AsyncResource('NETLAYERS_TIMER', { requireManualDestroy: true });
  readonly #host: HostScope | null;
  #id = 0;

  /** @param host whom it ends with; `null` = nobody. @default the one whose code makes it */
  constructor(clock: Clock, callback: () => void, host: HostScope | null = currentHost()) {
    this.#clock = clock;
    this.#host = host;
    this.#callback = callback;
  }

  get isArmed(): boolean {
    return this.#id !== 0;
  }

  /** Arms it, again if it is armed already. */
  arm(ms: number): void {
    this.cancel();
    // A package keeps its timer from run to run, and begins it again.
    this.#clock = currentWorld()?.clock ?? this.#clock;
    this.#id = this.#clock.setTimer(this.#clock.now() + ms, () => {
      this.#id = 0;
      this.#host?.belongings.delete(this);
      this.#scope.runInAsyncScope(this.#callback);
    });
    this.#host?.belongings.add(this);
  }

  cancel(): void {
    if (this.#id === 0) return;
    this.#clock.clearTimer(this.#id);
    this.#id = 0;
    this.#host?.belongings.delete(this);
  }
}

/** Calls back after a time, in ms. */
export function after(clock: Clock, ms: number, callback: () => void): VirtualTimer {
  const timer = new VirtualTimer(clock, callback);
  timer.arm(ms);
  return timer;
}

/** Calls back after everything that is due by now, in a macrotask of its own. */
export const soon = (clock: Clock, callback: () => void): VirtualTimer => after(clock, 0, callback);

/** What Node makes of the delay that a program gives: whole ms, at least 1. */
export function delayOf(given: unknown): number {
  const ms = Number(given);
  return ms >= 1 && ms <= LONGEST_DELAY ? Math.trunc(ms) : 1;
}
