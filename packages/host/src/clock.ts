/**
 * Time as the layers above the pure ones see it; nothing in the project touches time in another
 * way. The host's clock implements it, and the clocks of simulations and of tests: stack, server
 * and client take any.
 */

/** A source of time and of one-shot timers. */
export interface Clock {
  /** Monotonic time in milliseconds, with a fraction; its zero means nothing. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC, for captures, logs and the Date header. */
  wallTime(): number;
  /**
   * Calls back once `now()` has reached `atMs`, at once (but never inside this call) if it has
   * already, and never for `Infinity`. Returns an id that is never 0.
   *
   * @throws RangeError for NaN.
   */
  setTimer(atMs: number, callback: () => void): number;
  /** Forgets a timer; an id that has fired or was never given is ignored. */
  clearTimer(id: number): void;
}
