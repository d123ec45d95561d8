/**
 * A token bucket: so many at once, so many per second on average. Limits the ICMP errors that a
 * flood of bad packets can draw (RFC 1812, 4.3.2.8).
 */

/** Counts tokens in the caller's time. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #refilledAt: number;

  /**
   * @param perSecond tokens that flow in, up to `burst` of them are kept; 0 = only the first `burst`.
   */
  constructor(perSecond: number, burst: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#refilledAt = Number.NEGATIVE_INFINITY;
  }

  /** Takes a token if there is one. */
  take(now: number): boolean {
    // The first call has nothing to refill; Infinity times a rate of 0 would not be a number.
    if (this.#refilledAt < now && this.#tokens < this.#burst) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#refilledAt) * this.#perMs);
    }
    this.#refilledAt = Math.max(this.#refilledAt, now);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
