/**
 * One connection's share of a turn: a delivery can hold thousands of frames, and each may cost as much
 * as a whole message. After some milliseconds the rest waits until others have had their turn.
 */

import type { Clock } from '@netlayers/host';

/** Milliseconds that one connection may take at a time. */
const SHARE_MS = 5;
/** Events between two looks at the clock; a power of two. */
const EVENTS = 32;

/** Watches how long one connection takes. */
export class TurnShare {
  readonly #clock: Clock;
  readonly #hold: (isHeld: boolean) => void;
  #endMs = 0;
  #events = 0;
  #timer = 0;

  /** @param hold called when the connection is to stop, and when it may go on. */
  constructor(clock: Clock, hold: (isHeld: boolean) => void) {
    this.#clock = clock;
    this.#hold = hold;
  }

  /** Bytes have come. */
  begin(): void {
    this.#endMs = this.#clock.now() + SHARE_MS;
  }

  /** A message or a control frame was dealt with. */
  spend(): void {
    if ((++this.#events & (EVENTS - 1)) !== 0 || this.#timer !== 0) return;
    const now = this.#clock.now();
    if (now < this.#endMs) return;
    this.#hold(true);
    this.#timer = this.#clock.setTimer(now, () => {
      this.#timer = 0;
      this.begin();
      this.#hold(false);
    });
  }

  stop(): void {
    this.#clock.clearTimer(this.#timer);
  }
}
