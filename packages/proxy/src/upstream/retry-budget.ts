/**
 * How many requests may be repeated: a share of those that come, saved up to a bound. When everything
 * fails, repetition would only multiply the load of what is left.
 */

/** Bounds on repetition. */
export interface RetryOptions {
  /** Times that one request is repeated. @default 2 */
  readonly times?: number;
  /** Repetitions per request in the long run. @default 0.2 */
  readonly ratio?: number;
  /** Repetitions at once, when enough was saved. @default 100 */
  readonly burst?: number;
}

/** A budget that requests fill. */
export class RetryBudget {
  readonly times: number;
  readonly #ratio: number;
  readonly #burst: number;
  #saved: number;

  constructor({ times = 2, ratio = 0.2, burst = 100 }: RetryOptions) {
    this.times = times;
    this.#ratio = ratio;
    this.#burst = burst;
    this.#saved = burst;
  }

  /** A request has come. */
  earn(): void {
    this.#saved = Math.min(this.#burst, this.#saved + this.#ratio);
  }

  /** Takes a repetition, where there is one. */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved--;
    return true;
  }
}
