/**
 * When a worker that has died is started again: the first time at once, then later and later, as long as
 * none of its lives was a long one; and at some point never.
 */

/** A life that is no failure, milliseconds. */
const LONG_LIFE_MS = 10_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;

/** Short lives in a row after which it is given up. */
export const MOST_SHORT_LIVES = 6;

/** Counts the short lives of one worker. */
export class RestartPolicy {
  #short = 0;

  /**
   * Takes note of a death.
   *
   * @returns milliseconds to wait; `null` = it is not to be started again.
   */
  delayAfter(livedMs: number): number | null {
    this.#short = livedMs >= LONG_LIFE_MS ? 0 : this.#short + 1;
    if (this.#short >= MOST_SHORT_LIVES) return null;
    if (this.#short < 2) return 0;
    return Math.min(FIRST_DELAY_MS * 2 ** (this.#short - 2), LONGEST_DELAY_MS);
  }
}
