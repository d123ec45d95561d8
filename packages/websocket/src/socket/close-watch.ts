/**
 * The patience with a peer that is to close (RFC 6455, 7.1.1): some time for its Close frame and for the
 * end of the stream, begun anew whenever it has acknowledged something of what we still send.
 */

import type { Clock } from '@netlayers/host';

/** Waits for the end of one connection. */
export class CloseWatch {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #unacknowledged: () => number;
  readonly #handleTimeout: () => void;
  #timer = 0;
  #last = 0;

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

  stop(): void {
    this.#clock.clearTimer(this.#timer);
  }

  #arm(): void {
    this.#last = this.#unacknowledged();
    this.#timer = this.#clock.setTimer(this.#clock.now() + this.#timeoutMs, () => {
      if (this.#unacknowledged() < this.#last) this.#arm();
      else this.#handleTimeout();
    });
  }
}
