/**
 * HyStart++ (RFC 9406): leaves slow start when the smallest round trip of a round has grown, before
 * the queue overflows, and takes back an exit that jitter has caused.
 *
 * Slow start goes over into conservative slow start (CSS), which grows a quarter as fast; after
 * five rounds of it congestion avoidance begins, and a round trip below that of its beginning leads
 * back. For the first slow start only, which knows no threshold (RFC 9406, 4.3): the algorithm
 * that owns one drops it at the first congestion and when `handleAck` says that it is done.
 * Rounds are the sample's (`roundEnded`); the ACK that ends one still measures it.
 */

import type { AckSample } from './congestion-control.js';
import { SLOW_START_LIMIT, slowStartGrowth } from './slow-start.js';

/** RFC 9406, 4.3. */
const MIN_RTT_THRESH_MS = 4;
const MAX_RTT_THRESH_MS = 16;
const MIN_RTT_DIVISOR = 8;
const N_RTT_SAMPLE = 8;
const CSS_GROWTH_DIVISOR = 4;
const CSS_ROUNDS = 5;

const UNKNOWN = Number.POSITIVE_INFINITY;

/** The first slow start of one connection. */
export class HyStart {
  readonly #isPaced: boolean;
  #lastRoundMinMs = UNKNOWN;
  #currentRoundMinMs = UNKNOWN;
  #rttSamples = 0;
  /** cssBaselineMinRtt: the round trip that CSS was entered with; infinite outside of CSS. */
  #cssBaselineMs = UNKNOWN;
  /** Rounds of CSS that have ended, the one in which it began included. */
  #cssRounds = 0;

  /** @param isPaced whether the sender paces: then no ACK is too large to be believed. */
  constructor(isPaced: boolean) {
    this.#isPaced = isPaced;
  }

  /** Whether this is conservative slow start. */
  get isConservative(): boolean {
    return this.#cssBaselineMs !== UNKNOWN;
  }

  /** By how many bytes an ACK of `ackedBytes` opens the window. */
  growth(ackedBytes: number, mss: number): number {
    const bytes = this.#isPaced ? ackedBytes : slowStartGrowth(ackedBytes, mss, SLOW_START_LIMIT);
    return this.isConservative ? bytes / CSS_GROWTH_DIVISOR : bytes;
  }

  /** Takes the round trip of an ACK; returns whether slow start is over (RFC 9406, 4.2). */
  handleAck(sample: AckSample): boolean {
    if (sample.rttMs >= 0) {
      this.#currentRoundMinMs = Math.min(this.#currentRoundMinMs, sample.rttMs);
      this.#rttSamples++;
    }
    if (this.#rttSamples >= N_RTT_SAMPLE) {
      if (this.isConservative) this.#resumeIfSpurious();
      else this.#enterCssIfDelayed();
    }
    return sample.roundEnded && this.#endRound();
  }

  /** What was measured says nothing any more, after idleness for instance: begins again. */
  restart(): void {
    this.#lastRoundMinMs = UNKNOWN;
    this.#currentRoundMinMs = UNKNOWN;
    this.#rttSamples = 0;
    this.#cssBaselineMs = UNKNOWN;
    this.#cssRounds = 0;
  }

  #enterCssIfDelayed(): void {
    // Infinite before a round has been measured: then nothing is later than it.
    const last = this.#lastRoundMinMs;
    const threshold = Math.max(
      MIN_RTT_THRESH_MS,
      Math.min(last / MIN_RTT_DIVISOR, MAX_RTT_THRESH_MS),
    );
    if (this.#currentRoundMinMs < last + threshold) return;
    this.#cssBaselineMs = this.#currentRoundMinMs;
    this.#cssRounds = 0;
  }

  #resumeIfSpurious(): void {
    if (this.#currentRoundMinMs < this.#cssBaselineMs) this.#cssBaselineMs = UNKNOWN;
  }

  #endRound(): boolean {
    this.#lastRoundMinMs = this.#currentRoundMinMs;
    this.#currentRoundMinMs = UNKNOWN;
    this.#rttSamples = 0;
    return this.isConservative && ++this.#cssRounds >= CSS_ROUNDS;
  }
}
