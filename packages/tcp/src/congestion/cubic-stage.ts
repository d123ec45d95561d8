/**
 * One congestion avoidance stage of CUBIC (RFC 9438, 4.2 to 4.5): the cubic function of the time
 * since the stage began, and the window that Reno would have by now.
 *
 * RFC 9438 counts windows in segments; all here is in bytes, so the constant C and the increase of
 * Reno are multiplied by the segment size. `t` is the time during which the window was used and
 * could grow: what the application left idle does not count (4.2, 5.8). A stage outlives the
 * congestion that ends it only to be restored by an undo (4.9).
 */

/** RFC 9438, 5.1: aggressiveness, in segments per second cubed. */
const C = 0.4;
/** RFC 9438, 4.6: what is left of the window after congestion. */
export const BETA = 0.7;
/** RFC 9438, 4.3: segments per round trip that make an AIMD with `BETA` as fast as Reno. */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** RFC 9438, 4.2: the window grows by less than half in a round trip. */
const MAX_TARGET_RATIO = 1.5;

/** From the end of a recovery, or of slow start, to the next congestion. */
export class CubicStage {
  readonly #mss: number;
  readonly #wMax: number;
  /** Seconds until the function has its plateau, at W_max. */
  readonly #k: number;
  /** t_epoch, moved on by the time that does not count. */
  #epochAt: number;
  /** When an ACK last let the window grow. */
  #updatedAt: number;
  /** Whether the window was left unused since. */
  #isHeld = false;
  #wEst: number;

  /**
   * @param cwnd cwnd_epoch.
   * @param wMax where the last congestion was. Not above `cwnd` = it says nothing here: K is 0 and
   * the plateau is `cwnd`. (4.8 and 4.10 demand it; the formula of 4.2 would have a K below zero,
   * and the window would begin in the middle of the search for more.)
   */
  constructor(now: number, cwnd: number, wMax: number, mss: number) {
    this.#mss = mss;
    this.#wMax = Math.max(wMax, cwnd);
    this.#k = Math.cbrt((this.#wMax - cwnd) / (C * mss));
    this.#epochAt = now;
    this.#updatedAt = now;
    this.#wEst = cwnd;
  }

  /**
   * An ACK has come and the window is used: what it is now.
   *
   * @param cwndPrior the window when ssthresh was last set.
   * @param rttMs smoothed round trip.
   */
  grow(now: number, ackedBytes: number, cwnd: number, cwndPrior: number, rttMs: number): number {
    if (this.#isHeld) this.skip(now);
    this.#updatedAt = now;
    // Of a round trip, so that an ACK of more than a window is not more than one.
    const share = Math.min(ackedBytes / cwnd, 1);
    // 4.3, figure 4; as fast as Reno once the window of the last congestion is reached.
    const alpha = this.#wEst < cwndPrior ? ALPHA : 1;
    this.#wEst += alpha * this.#mss * share;
    const t = now - this.#epochAt;
    // 4.3: the Reno-friendly region.
    if (this.#wCubic(t) < this.#wEst) return Math.max(this.#wEst, cwnd);
    // 4.4 and 4.5: concave and convex, by the same rule.
    const target = Math.min(Math.max(this.#wCubic(t + rttMs), cwnd), MAX_TARGET_RATIO * cwnd);
    return cwnd + (target - cwnd) * share;
  }

  /** An ACK has come for a window that is not used: t stands still until it is again (5.8). */
  hold(): void {
    this.#isHeld = true;
  }

  /** Leaves out of t what has passed since the window last grew. */
  skip(now: number): void {
    this.#epochAt += Math.max(now - this.#updatedAt, 0);
    this.#updatedAt = now;
    this.#isHeld = false;
  }

  /** 4.2, figure 1. */
  #wCubic(tMs: number): number {
    return C * this.#mss * (tMs / 1000 - this.#k) ** 3 + this.#wMax;
  }
}
