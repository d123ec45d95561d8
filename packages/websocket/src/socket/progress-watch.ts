/**
 * The patience with a peer that is to take what was sent: some time, begun anew whenever it has
 * acknowledged something. So a peer that is slow is waited for, and one that has stopped is not.
 */

import type { Clock } from '@netlayers/host';

/** Watches one wait after the other. */
export class ProgressWatch {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #unacknowledged: () => number;
  readonly #handleTimeout: () => void;
  #timer = 0;
  #last = 0;

  /** @param unacknowledged octets that the peer has not acknowledged. */
  constructor(
    clock: Clock,
    timeoutMs: number,
    unacknowledged: () => number,
    handleTimeout: () => void,
  ) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#unacknowledged = unacknowledged;
    this.#handleTimeout = handleTimeout;
  }

  /** Begins to wait; does nothing where it does already. */
  start(): void {
    if (this.#timer === 0) this.#arm();
  }

  /** What was waited for has come. */
  stop(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = 0;
  }

  #arm(): void {
    this.#last = this.#unacknowledged();
    this.#timer = this.#clock.setTimer(this.#clock.now() + this.#timeoutMs, () => {
      if (this.#unacknowledged() < this.#last) this.#arm();
      else this.#handleTimeout();
    });
  }
}
