/**
 * A time-out that is often restarted and seldom fires, such as the one for the next byte of a body.
 * Restarting only moves the deadline: the timer below stays, and when it fires too early it is set
 * again.
 */

import type { Clock } from '@netlayers/host';

/** Calls back once it has not been restarted for long enough. */
export class Timeout {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #deadline = Number.POSITIVE_INFINITY;
  #timer = 0;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, fire: () => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** Starts over. */
  restart(ms: number): void {
    this.#deadline = this.#clock.now() + ms;
    if (this.#deadline >= this.#timerAt) return;
    this.#clear();
    this.#arm();
  }

  /** Stops, and leaves no timer behind. */
  stop(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#clear();
  }

  /** Stops for a while: cheap, but the timer below stays until it has fired for nothing. */
  suspend(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  #clear(): void {
    if (this.#timerAt === Number.POSITIVE_INFINITY) return;
    this.#clock.clearTimer(this.#timer);
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#timerAt = this.#deadline;
    this.#timer = this.#clock.setTimer(this.#deadline, () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      if (this.#deadline === Number.POSITIVE_INFINITY) return;
      if (this.#clock.now() < this.#deadline) {
        this.#arm();
        return;
      }
      this.#deadline = Number.POSITIVE_INFINITY;
      this.#fire();
    });
  }
}
