/**
 * How large a receive window has to be for a path to be full: what the application takes within one
 * round trip, or within a millisecond where that is longer, twice, so that the sender is never held by
 * us while it doubles its own window.
 *
 * The round trip is that of the handshake at first. Then it is measured in two ways, and the smaller
 * one counts, for ten seconds: the age of the timestamp that a segment echoes, and the time in which
 * RCV.NXT passes the edge that was offered at the start of the measurement, which no sender can reach
 * sooner. Both are too long where the sender pauses, never too short; the second is not taken where
 * it is the application that makes the sender pause.
 *
 * Deliberately absent: shrinking. A window that is not used costs nothing, and the budget takes it
 * back where memory is short.
 */

import { type Seq, seqDiff, seqLt } from '../wire/seq.js';
import { mostInFlight } from './settings.js';

/** For how long a smallest round trip is believed. */
const RTT_LIFETIME_MS = 10_000;

/** Below that a round trip is a matter of turns, not of the path. */
const SHORTEST_RTT_MS = 0.1;

/**
 * Also on a shorter path a sender needs this much on its way: an ACK waits for the end of our turn, and
 * one that has less stands still until then, and sends the next lot inside of the call that brings the
 * ACK, at our expense where it lives on our host.
 */
const LEAST_SPAN_MS = 1;

/** A shorter interval says more of turns and batches than of the application. */
const LEAST_INTERVAL_MS = 2;

/** The application is behind while more than this share of its buffer waits for it. */
const BEHIND_SHARE = 1 / 4;

/** The clock of timestamps is too coarse for less. */
const LEAST_ECHO_MS = 3;

/** Segments beyond what was measured: what a sender may add in the round trip that follows. */
const SLACK_SEGMENTS = 16;

/** What is looked at of a receiver. */
export interface MeasuredSpace {
  readonly nxt: Seq;
  readonly edge: Seq;
  readonly readSeq: Seq;
  readonly mss: number;
  /** Whether text has waited for the application of late. */
  readonly wasHeld: boolean;
}

/** Measures one connection. */
export class ReceiveTuner {
  #rttMs: number;
  #rttAt: number;
  /** When RCV.NXT has passed this, a round trip since `edgeAt` is over. */
  #edge: Seq;
  #edgeAt: number;
  /** Since then much had to wait for the application. */
  #wasBehind = false;
  /** What had been taken at the start of the round trip that is being measured. */
  #takenSeq: Seq;
  #takenAt: number;
  /** The most octets taken in one round trip so far, or in `LEAST_SPAN_MS` if that is longer. */
  #taken: number;

  /**
   * @param rttMs the round trip as far as it is known; `Infinity` = not at all.
   * @param taken octets that the application has taken before, in about one round trip.
   */
  constructor(edge: Seq, readSeq: Seq, rttMs: number, taken: number, now: number) {
    this.#rttMs = Math.max(rttMs, SHORTEST_RTT_MS);
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

  /** Text in order has arrived. Returns whether it is time to `measure`. */
  watch({ nxt, edge, readSeq, wasHeld }: MeasuredSpace, now: number): boolean {
    if (wasHeld && seqDiff(nxt, readSeq) > seqDiff(edge, readSeq) * BEHIND_SHARE) {
      this.#wasBehind = true;
    }
    if (!seqLt(nxt, this.#edge)) {
      if (!this.#wasBehind) this.#sample(now - this.#edgeAt, now);
      this.#edge = edge;
      this.#edgeAt = now;
      this.#wasBehind = false;
    }
    return now - this.#takenAt >= LEAST_INTERVAL_MS;
  }

  /**
   * Looks at what was taken since the last time.
   *
   * @param echoMs age of the timestamp that the segment echoes, in whole milliseconds; 0 = none.
   * @returns the window that the application has use for; 0 when nothing new was learned.
   */
  measure(rcv: MeasuredSpace, echoMs: number, now: number): number {
    if (echoMs >= LEAST_ECHO_MS) this.#sample(echoMs, now);
    const elapsed = now - this.#takenAt;
    const spanMs = Math.max(this.#rttMs, LEAST_SPAN_MS);
    if (elapsed < spanMs) return 0;
    // Where nothing has come for longer, this is the mean.
    const taken = (seqDiff(rcv.readSeq, this.#takenSeq) * spanMs) / elapsed;
    this.#takenSeq = rcv.readSeq;
    this.#takenAt = now;
    const before = this.#taken;
    if (taken <= before) return 0;
    this.#taken = taken;
    // While the sender still grows, twice is what comes next, and what comes then has to fit too.
    const growth = Math.min(1, (taken - before) / before);
    const wanted = 2 * taken * (1 + 2 * growth) + SLACK_SEGMENTS * rcv.mss;
    return Math.min(wanted, mostInFlight(this.#rttMs));
  }

  #sample(rttMs: number, now: number): void {
    if (rttMs > this.#rttMs && now - this.#rttAt < RTT_LIFETIME_MS) return;
    this.#rttMs = Math.max(rttMs, SHORTEST_RTT_MS);
    this.#rttAt = now;
  }
}
