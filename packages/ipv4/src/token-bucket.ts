/**
 * A token bucket: so many at once, so many per second on average. Limits the ICMP errors that a
 * flood of bad packets can draw (RFC 1812, 4.3.2.8).
 *
 * How much it holds when it is full is drawn each time, between three quarters of the burst and the
 * whole. Everybody draws on it: who knew what it holds could use it up but for one token, and see by
 * an error of his own whether somebody else has had that (CVE-2020-25705 found open ports so).
 */

/** Counts tokens in the caller's time. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #randomU32: () => number;
  #full: number;
  #tokens: number;
  #refilledAt: number;

  /**
   * @param perSecond tokens that flow in, up to `burst` of them are kept; 0 = only the first ones.
   */
  constructor(perSecond: number, burst: number, randomU32: () => number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#randomU32 = randomU32;
    this.#full = this.#drawFull();
    this.#tokens = this.#full;
    this.#refilledAt = Number.NEGATIVE_INFINITY;
  }

  /** Takes a token if there is one. */
  take(now: number): boolean {
    // The first call has nothing to refill; Infinity times a rate of 0 would not be a number.
    if (this.#refilledAt < now && this.#tokens < this.#full) {
      this.#tokens += (now - this.#refilledAt) * this.#perMs;
      if (this.#tokens >= this.#full) {
        this.#full = this.#drawFull();
        this.#tokens = this.#full;
      }
    }
    this.#refilledAt = Math.max(this.#refilledAt, now);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  #drawFull(): number {
    return this.#burst - (this.#randomU32() % (Math.floor(this.#burst / 4) + 1));
  }
}
