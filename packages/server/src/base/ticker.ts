/**
 * One timer for everything that a server waits for.
 *
 * Deadlines are numbers in connection objects; nothing is armed per request. The ticker wakes up
 * once per grain while it runs, and whoever it wakes compares. `now` is the time of the last tick:
 * at most a grain behind, so a deadline is set a grain late rather than early.
 */

import { type Clock, ProgressDeadline } from '@netlayers/host';

/** Ticks once per grain between `start` and `stop`. */
export class Ticker {
  /** Milliseconds between two ticks. */
  readonly grainMs: number;
  /** Monotonic time of the last tick, or of the start. */
  now: number;
  readonly #clock: Clock;
  readonly #handleTick: () => void;
  readonly #tick = (): void => this.#run();
  #timer = 0;

  constructor(clock: Clock, grainMs: number, handleTick: () => void) {
    this.#clock = clock;
    this.grainMs = grainMs;
    this.now = clock.now();
    this.#handleTick = handleTick;
  }

  /** The moment that is at least `ms` away and at most two grains later than that. */
  deadline(ms: number): number {
    return this.now + this.grainMs + ms;
  }

  /**
   * How long a peer is waited for that has to keep to a rate, octets per second: a tick may find it
   * late, so it is a grain longer than was said, never shorter.
   */
  patience(ms: number, minRate: number): ProgressDeadline {
    return new ProgressDeadline(ms + this.grainMs, minRate);
  }

  start(): void {
    if (this.#timer !== 0) return;
    this.now = this.#clock.now();
    this.#arm();
  }

  stop(): void {
    if (this.#timer !== 0) this.#clock.clearTimer(this.#timer);
    this.#timer = 0;
  }

  #arm(): void {
    this.#timer = this.#clock.setTimer(this.now + this.grainMs, this.#tick);
  }

  #run(): void {
    this.now = this.#clock.now();
    this.#arm();
    this.#handleTick();
  }
}
