/**
 * Passive health: a server that fails too often within a window is out for a while. When it is back,
 * one request at a time tries it, and its first failure puts it out again, for longer.
 *
 * Numbers in, numbers out: no clock and no timer.
 */

/** When a server is out. */
export interface PassiveHealth {
  /** Failures within the window that put a server out; `Infinity` never does. @default 5 */
  readonly failures?: number;
  /** @default 10_000 */
  readonly windowMs?: number;
  /** For how long at first; twice as long each time that it fails again. @default 5_000 */
  readonly outMs?: number;
  /** For how long at most. @default 60_000 */
  readonly maxOutMs?: number;
}

/** Judges one server. */
export class FailureWindow {
  readonly #settings: Required<PassiveHealth>;
  /** When it failed, the oldest first; no more than it takes to be out. */
  readonly #failures: number[] = [];
  #outUntil = Number.NEGATIVE_INFINITY;
  /** Times it was out without an answer in between. */
  #outs = 0;
  #trying = false;

  constructor(settings: PassiveHealth) {
    const { failures = 5, windowMs = 10_000, outMs = 5000, maxOutMs = 60_000 } = settings;
    this.#settings = { failures, windowMs, outMs, maxOutMs };
  }

  /** Whether it is not to be asked now. */
  isOut(now: number): boolean {
    return this.#outs > 0 && (this.#trying || now < this.#outUntil);
  }

  /** Whether it is known to answer. */
  get isTrusted(): boolean {
    return this.#outs === 0;
  }

  /** A request is about to be sent there. */
  begin(): void {
    if (this.#outs > 0) this.#trying = true;
  }

  /** A request is over, and says nothing of the server. */
  release(): void {
    this.#trying = false;
  }

  /** It has answered; returns whether it is back with that. */
  succeed(): boolean {
    this.#trying = false;
    if (this.#outs === 0) return false;
    this.#outs = 0;
    this.#failures.length = 0;
    return true;
  }

  /** It has failed; returns whether it is out with that. */
  fail(now: number): boolean {
    this.#trying = false;
    const { failures, windowMs, outMs, maxOutMs } = this.#settings;
    // Requests that were under way when it went out say nothing new.
    if (this.#outs > 0 && now < this.#outUntil) return false;
    if (this.#outs === 0) {
      this.#failures.push(now);
      while (this.#failures[0]! <= now - windowMs) this.#failures.shift();
      if (this.#failures.length < failures) return false;
    }
    this.#failures.length = 0;
    this.#outUntil = now + Math.min(maxOutMs, outMs * 2 ** this.#outs);
    this.#outs++;
    return true;
  }
}
