/**
 * Spreads what the congestion window allows over the round trip: a token bucket of bytes, filled at
 * the pacing rate.
 *
 * What leaves at once is a *quantum*: a millisecond of the rate, so that timers of a millisecond
 * keep up, at least two segments and at most 64 KB, so that super-segments live on. It may leave
 * when the bytes before it are paid for. A host's timer comes late, so unused time is credited,
 * but no more than a quantum of it (or a millisecond, where that is more): after idleness two
 * quanta leave, never a window. Retransmissions that must go may overdraw, and the wait for it is
 * never longer than a quantum's. The algorithm says how fast (`pacingRate`), the sender asks and
 * reports; a rate of 0, NaN or `Infinity` means that nobody knows one, and nothing waits.
 */

const QUANTUM_MS = 1;
const MIN_QUANTUM_SEGMENTS = 2;
const MAX_QUANTUM = 65536;
/** Milliseconds by which a debt may be early: what rounding makes of a time must not cost a turn. */
const TOLERANCE_MS = 0.001;

const isPaced = (rate: number): boolean => rate > 0 && rate !== Number.POSITIVE_INFINITY;

/** How much may leave at once at a rate of bytes per millisecond. */
const quantumOf = (rate: number, mss: number): number =>
  Math.max(MIN_QUANTUM_SEGMENTS * mss, Math.min(rate * QUANTUM_MS, MAX_QUANTUM));

/** Says when one connection's segments may leave. */
export class Pacer {
  /** Bytes that time has paid for; below zero, bytes that have left and are not paid for yet. */
  #tokens = 0;
  /** When `#tokens` was right; -1 = never. */
  #updatedAt = -1;

  /**
   * How many bytes may leave now; 0 = none before `nextReleaseAt`, `Infinity` = as many as the
   * windows let.
   *
   * @param rate bytes per millisecond.
   */
  allowance(now: number, rate: number, mss: number): number {
    if (!isPaced(rate)) {
      this.#tokens = 0;
      this.#updatedAt = now;
      return Number.POSITIVE_INFINITY;
    }
    const quantum = quantumOf(rate, mss);
    const elapsed = this.#updatedAt < 0 ? 0 : Math.max(now - this.#updatedAt, 0);
    const credit = Math.max(quantum, rate * QUANTUM_MS);
    this.#tokens = Math.min(Math.max(this.#tokens, -quantum) + elapsed * rate, credit);
    this.#updatedAt = now;
    if (this.#tokens < -TOLERANCE_MS * rate) return 0;
    return quantum + Math.max(Math.floor(this.#tokens), 0);
  }

  /** Bytes have left, whether or not they were allowed to. */
  handleSent(now: number, bytes: number, rate: number): void {
    if (!isPaced(rate)) return;
    if (this.#updatedAt < 0) this.#updatedAt = now;
    this.#tokens -= bytes;
  }

  /** When `allowance` will be more than 0 again; not before the last time it was asked. */
  nextReleaseAt(rate: number, mss: number): number {
    if (!isPaced(rate) || this.#tokens >= 0) return Math.max(this.#updatedAt, 0);
    return this.#updatedAt + Math.min(-this.#tokens, quantumOf(rate, mss)) / rate;
  }
}
