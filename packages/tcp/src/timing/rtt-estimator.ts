/**
 * Round-trip time and retransmission time-out (RFC 6298). All times in milliseconds, with a
 * fraction.
 *
 * Deliberate difference: the lower bound of the RTO is an option (200 ms by default, as in Linux)
 * where RFC 6298, (2.4) says 1 s; the RFC itself names the trade (spurious time-outs against slow
 * recovery), and delayed ACKs here and there stay well below it.
 */

import { wholeMs } from '../base/whole-ms.js';

/** RFC 6298, 2: alpha, beta, K. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
const K = 4;

/** How long the smallest round trip is remembered, at least; at most twice as long. */
const MIN_RTT_MEMORY_MS = 10_000;

/** Estimates RTT and RTO of one connection. */
export class RttEstimator {
  readonly #minRtoMs: number;
  readonly #maxRtoMs: number;
  #srttMs = -1;
  #rttvarMs = 0;
  #initialRtoMs: number;
  #backoffs = 0;
  /** The smallest of this period and of the one before; `Infinity` = none. */
  #minRttMs = Number.POSITIVE_INFINITY;
  #priorMinRttMs = Number.POSITIVE_INFINITY;
  #minRttUntil = 0;

  constructor(initialRtoMs: number, minRtoMs: number, maxRtoMs: number) {
    this.#initialRtoMs = initialRtoMs;
    this.#minRtoMs = minRtoMs;
    this.#maxRtoMs = maxRtoMs;
  }

  /** Smoothed RTT; -1 before the first sample. */
  get srttMs(): number {
    return this.#srttMs;
  }

  get rttvarMs(): number {
    return this.#rttvarMs;
  }

  /** The smallest round trip of the last ten seconds or so; -1 before the first measurement. */
  get minRttMs(): number {
    const min = Math.min(this.#minRttMs, this.#priorMinRttMs);
    return min === Number.POSITIVE_INFINITY ? -1 : min;
  }

  /** Takes a round trip into account for the smallest one only. */
  noteMin(rttMs: number, now: number): void {
    if (now >= this.#minRttUntil) {
      const isIdle = now >= this.#minRttUntil + MIN_RTT_MEMORY_MS;
      this.#priorMinRttMs = isIdle ? Number.POSITIVE_INFINITY : this.#minRttMs;
      this.#minRttMs = Number.POSITIVE_INFINITY;
      this.#minRttUntil = wholeMs(now) + MIN_RTT_MEMORY_MS;
    }
    if (rttMs < this.#minRttMs) this.#minRttMs = rttMs;
  }

  /** The current time-out, back-off included. */
  get rtoMs(): number {
    // As Linux does, the bound goes into the variance term: an RTO of srtt + 200 ms on a long path.
    const rtoMs =
      this.#srttMs < 0
        ? this.#initialRtoMs
        : this.#srttMs + Math.max(this.#minRtoMs, K * this.#rttvarMs);
    return Math.min(this.#backoffs === 0 ? rtoMs : rtoMs * 2 ** this.#backoffs, this.#maxRtoMs);
  }

  /** How often the timer has been backed off since the last sample. */
  get backoffs(): number {
    return this.#backoffs;
  }

  /** Takes a measurement that is not ambiguous (Karn's rule is the caller's). */
  sample(rttMs: number): void {
    const rtt = Math.max(rttMs, 0);
    if (this.#srttMs < 0) {
      // (2.2)
      this.#srttMs = rtt;
      this.#rttvarMs = rtt / 2;
    } else {
      // (2.3): RTTVAR before SRTT
      this.#rttvarMs = (1 - BETA) * this.#rttvarMs + BETA * Math.abs(this.#srttMs - rtt);
      this.#srttMs = (1 - ALPHA) * this.#srttMs + ALPHA * rtt;
    }
    this.#backoffs = 0;
  }

  /** (5.5): the timer has expired. */
  backOff(): void {
    this.#backoffs++;
  }

  /** (5.7): the SYN was retransmitted; the first data starts from 3 s when no sample exists. */
  restartAfterSynLoss(): void {
    this.#initialRtoMs = Math.max(this.#initialRtoMs, 3000);
    this.#backoffs = 0;
  }
}
