/**
 * Whether the peer is still there (RFC 6455, 5.5.2): after some silence it is sent a ping, and then it
 * has some time for any sign of life. One timer, which is not touched when bytes come: it looks at the
 * time of the last ones when it fires.
 */

import type { Clock } from '@netlayers/host';

/** The connection as its keep-alive sees it. */
export interface KeepAliveHost {
  /** Octets of ours that the peer has not acknowledged. */
  readonly unacknowledged: number;
  /** Whether it is we who do not read: then silence says nothing. */
  readonly isHeld: boolean;
  sendPing(): void;
  /** The peer has not shown life in time. */
  handleSilence(): void;
}

/** Watches one connection. */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  readonly #host: KeepAliveHost;
  #timer = 0;
  /** When the peer has last shown life. */
  #lastMs: number;
  #isAsked = false;
  #unacknowledged = 0;

  constructor(clock: Clock, intervalMs: number, timeoutMs: number, host: KeepAliveHost) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
    this.#host = host;
    this.#lastMs = clock.now();
    this.#arm(this.#lastMs + intervalMs);
  }

  /** Bytes have come. */
  handleActivity(): void {
    this.#lastMs = this.#clock.now();
    this.#isAsked = false;
  }

  stop(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = 0;
  }

  #arm(atMs: number): void {
    this.#timer = this.#clock.setTimer(atMs, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    const { unacknowledged, isHeld } = this.#host;
    const hasProgress = this.#isAsked && unacknowledged < this.#unacknowledged;
    this.#unacknowledged = unacknowledged;
    if (isHeld) this.handleActivity();
    if (!this.#isAsked && now < this.#lastMs + this.#intervalMs) {
      this.#arm(this.#lastMs + this.#intervalMs);
    } else if (!this.#isAsked) {
      this.#isAsked = true;
      this.#host.sendPing();
      this.#unacknowledged = this.#host.unacknowledged;
      this.#arm(now + this.#timeoutMs);
    } else if (hasProgress) {
      this.#arm(now + this.#timeoutMs);
    } else this.#host.handleSilence();
  }
}
