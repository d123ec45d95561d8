/**
 * Whether sending faster still delivers more (draft-ietf-ccwg-bbr-06, 5.3.1.2). Startup and
 * ProbeBW_UP, the two states that accelerate, end when it does not: three round trips in which the
 * delivery rate grew by less than a quarter.
 */

const GROWTH = 1.25;
const ROUNDS = 3;

/** The estimator of a full pipe. */
export class FullPipe {
  /** BBR.full_bw_reached: whether the available bandwidth was ever fully used. */
  isReached = false;
  /** BBR.full_bw_now: whether it is since the last `reset`. */
  isFullNow = false;
  #baseline = 0;
  #count = 0;

  /** Begins to look; a rate that is a quarter above the baseline counts as growth. */
  reset(baseline: number): void {
    this.#baseline = baseline;
    this.#count = 0;
    this.isFullNow = false;
  }

  /**
   * Looks at the delivery rate with which a round trip ended. Those that the application limited
   * prove nothing, nor do those that could not be measured (0).
   */
  handleRound(deliveryRate: number, isAppLimited: boolean): void {
    if (this.isFullNow || isAppLimited || deliveryRate === 0) return;
    if (deliveryRate >= this.#baseline * GROWTH) {
      this.reset(deliveryRate);
      return;
    }
    this.#count++;
    if (this.#count >= ROUNDS) this.fill();
  }

  /** Takes the pipe for full, whatever the rates said. */
  fill(): void {
    this.isFullNow = true;
    this.isReached = true;
  }
}
