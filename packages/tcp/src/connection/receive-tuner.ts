/**
 * How large a receive window has to be for a path to be full: what the application takes within one
 * round trip, twice, so that the sender is never held by us while it doubles its own window.
 *
 * The round trip is measured in two ways, and the smaller one counts, for ten seconds: the age of the
 * timestamp that a segment echoes, and the time in which RCV.NXT passes the edge that was offered at
 * the start of the measurement, which no sender can reach sooner. Both are too long where the sender
 * pauses, never too short. Made when the first kilobytes have come, so that small exchanges do
 * without.
 *
 * Deliberately absent: shrinking. A window that is not used costs nothing, and the budget takes it
 * back where memory is short.
 */

import { type Seq, seqDiff, seqGe } from '../wire/seq.js';

/** For how long a smallest round trip is believed. */
const RTT_LIFETIME_MS = 10_000;

/** Segments beyond what was measured: what a sender may add in the round trip that follows. */
const SLACK_SEGMENTS = 16;

/** Measures one connection. */
export class ReceiveTuner {
  #rttMs = Number.POSITIVE_INFINITY;
  #rttAt: number;
  /** When RCV.NXT has passed this, a round trip since `edgeAt` is over. */
  #edge: Seq;
  #edgeAt: number;
  /** What had been taken at the start of the round trip that is being measured. */
  #takenSeq: Seq;
  #takenAt: number;
  /** The most octets taken in one round trip so far. */
  #taken: number;

  /** @param taken octets that the application has taken before, in about one round trip. */
  constructor(edge: Seq, readSeq: Seq, taken: number, now: number) {
    this.#rttAt = now;
    this.#edge = edge;
    this.#edgeAt = now;
    this.#takenSeq = readSeq;
    this.#takenAt = now;
    this.#taken = taken;
  }

  /** The smallest round trip of late, in ms; `Infinity` before the first measurement. */
  get rttMs(): number {
    return this.#rttMs;
  }

  /**
   * Text in order has arrived.
   *
   * @param echoMs age of the timestamp that it echoes; 0 or less when there is none, or when it is
   *   younger than the clock can tell.
   * @returns the window that the application has use for; 0 when nothing new was learned.
   */
  handleText(nxt: Seq, edge: Seq, readSeq: Seq, mss: number, echoMs: number, now: number): number {
    if (echoMs > 0) this.#sample(echoMs, now);
    if (seqGe(nxt, this.#edge)) {
      this.#sample(now - this.#edgeAt, now);
      this.#edge = edge;
      this.#edgeAt = now;
    }
    if (now - this.#takenAt < this.#rttMs) return 0;
    const taken = seqDiff(readSeq, this.#takenSeq);
    this.#takenSeq = readSeq;
    this.#takenAt = now;
    const before = this.#taken;
    if (taken <= before) return 0;
    this.#taken = taken;
    // While the sender still grows, twice is what comes next, and what comes then has to fit too.
    const growth = Math.min(1, (taken - before) / before);
    return 2 * taken * (1 + 2 * growth) + SLACK_SEGMENTS * mss;
  }

  #sample(rttMs: number, now: number): void {
    if (rttMs > this.#rttMs && now - this.#rttAt < RTT_LIFETIME_MS) return;
    this.#rttMs = rttMs;
    this.#rttAt = now;
  }
}
