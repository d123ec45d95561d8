/**
 * How long a slow peer is waited for: a deadline that progress moves.
 *
 * Neither of two simple rules is right. A time-out that every octet starts over lets a peer hold a
 * connection for ever with one octet a minute; a fixed time for the whole cuts off who is slow but
 * steady. Here time is a credit. It begins at the time-out, runs out while nothing moves, and every
 * octet earns `1000 / minRate` milliseconds of it, up to the time-out again. So a peer that keeps to
 * the minimum rate is waited for without end, and one below it for a bounded time.
 *
 * Numbers in, numbers out: no clock and no timer. Who owns one sets a timer at {@link deadline}, and
 * when it fires asks {@link isLate}.
 */

const NEVER = Number.POSITIVE_INFINITY;

/** A deadline that octets move. */
export class ProgressDeadline {
  /** The most that is waited without any progress, milliseconds. */
  readonly timeoutMs: number;
  /** Octets per second at which the deadline is never reached. */
  readonly minRate: number;
  #deadline = NEVER;
  /** What is left while time stands still, milliseconds; `null` while it runs or is stopped. */
  #left: number | null = null;

  /**
   * @param timeoutMs `Infinity` waits for ever.
   * @param minRate octets per second; with 0 any octet starts the whole time-out over.
   */
  constructor(timeoutMs: number, minRate: number) {
    this.timeoutMs = timeoutMs;
    this.minRate = minRate;
  }

  /** When it will be too late, unless there is progress; `Infinity` while nothing is waited for. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Begins to wait, with the whole time-out. */
  start(now: number): void {
    this.#left = null;
    this.#deadline = now + this.timeoutMs;
  }

  /** Octets have moved. Counts while time stands still, too; does nothing when stopped. */
  advance(now: number, octets: number): void {
    if (octets <= 0) return;
    const earned = this.minRate > 0 ? (octets * 1000) / this.minRate : NEVER;
    if (this.#left !== null) this.#left = Math.min(this.timeoutMs, this.#left + earned);
    else if (this.#deadline !== NEVER) {
      this.#deadline = Math.min(now + this.timeoutMs, this.#deadline + earned);
    }
  }

  /** Time stands still: it is not the peer who is waited for. */
  pause(now: number): void {
    if (this.#left !== null || this.#deadline === NEVER) return;
    this.#left = Math.max(0, this.#deadline - now);
    this.#deadline = NEVER;
  }

  /** Time runs again, with what was left; starts when nothing was. */
  resume(now: number): void {
    if (this.#left !== null) {
      this.#deadline = now + this.#left;
      this.#left = null;
    } else if (this.#deadline === NEVER) {
      this.start(now);
    }
  }

  /** Whether the peer was waited for long enough. */
  isLate(now: number): boolean {
    return now >= this.#deadline;
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.#left = null;
    this.#deadline = NEVER;
  }
}
