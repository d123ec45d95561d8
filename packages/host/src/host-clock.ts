/**
 * The clock of the host: `performance` and `setTimeout`, made to keep what `Clock` promises. Hosts
 * fire a fraction of a millisecond early, and at once when the delay is longer than 2^31 - 1 ms.
 *
 * The globals are named here with the little that is used of them, and looked up at each call: fake
 * timers of a test, which replace them together, move this clock.
 */

import type { Clock } from './clock.js';

declare const performance: { readonly timeOrigin: number; now(): number };
declare const setTimeout: (callback: () => void, delayMs: number) => unknown;
declare const clearTimeout: (timer: unknown) => void;

/** The longest delay a host's timer takes, in milliseconds; longer ones are set again on the way. */
const LONGEST_DELAY = 0x7fffffff;
/** Milliseconds between `Date` and our wall time that are rounding; more, and the clock was set. */
const ROUNDING = 2;

/** The host's own clock. */
export class HostClock implements Clock {
  readonly #timers = new Map<number, unknown>();
  #lastId = 0;
  /** Wall time when `now()` was 0. */
  #epoch = performance.timeOrigin;
  readonly #offset: number;

  /**
   * @param offsetMs what `now()` is ahead of `performance.now()`, whose zero is the start of the process:
   *   with the right ones, clocks of several processes agree. @default 0
   */
  constructor(offsetMs = 0) {
    this.#offset = offsetMs;
  }

  now(): number {
    return performance.now() + this.#offset;
  }

  /**
   * With a fraction, which `Date` has not: packets are less than a millisecond apart. It follows
   * `Date` where `now()` does not: when the host's clock is set, or the host has slept.
   */
  wallTime(): number {
    const now = performance.now();
    const date = Date.now();
    if (Math.abs(this.#epoch + now - date) > ROUNDING) this.#epoch = date - now;
    return this.#epoch + now;
  }

  setTimer(atMs: number, callback: () => void): number {
    if (Number.isNaN(atMs)) throw new RangeError('a timer needs a time');
    const id = ++this.#lastId;
    // A timer for the end of time is never due, and must not keep a process alive.
    if (atMs === Number.POSITIVE_INFINITY) return id;
    const dueAt = atMs - this.#offset;
    const arm = (): void => {
      const delay = Math.min(Math.max(Math.ceil(dueAt - performance.now()), 0), LONGEST_DELAY);
      const fire = (): void => {
        if (performance.now() < dueAt) {
          arm();
          return;
        }
        this.#timers.delete(id);
        callback();
      };
      this.#timers.set(id, setTimeout(fire, delay));
    };
    arm();
    return id;
  }

  clearTimer(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
