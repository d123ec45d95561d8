/**
 * NewReno (RFC 5681 and RFC 6582), counting bytes (RFC 3465). The window inflation of fast
 * recovery is the sender's loss recovery, not part of the window kept here.
 */

import {
  type CongestionControl,
  type CongestionControlFactory,
  initialWindow,
} from './congestion-control.js';

/**
 * RFC 3465's L, in segments: how much one ACK may open the window in slow start. Receivers that
 * merge packets acknowledge many at once, so it is larger than the RFC's 2; after a time-out, when
 * one ACK may cover data of long ago, it is 1 (RFC 3465, 2.3).
 */
const SLOW_START_LIMIT = 8;
const SLOW_START_LIMIT_AFTER_TIMEOUT = 1;

class NewReno implements CongestionControl {
  readonly name = 'newreno';
  #mss: number;
  #cwnd: number;
  #ssthresh = Number.POSITIVE_INFINITY;
  /** Bytes acknowledged since the window last grew in congestion avoidance. */
  #acked = 0;
  #afterTimeout = false;

  constructor(mss: number) {
    this.#mss = mss;
    this.#cwnd = initialWindow(mss);
  }

  get cwnd(): number {
    return this.#cwnd;
  }

  get ssthresh(): number {
    return this.#ssthresh;
  }

  setMss(mss: number): void {
    // RFC 9293, 3.7.1: a smaller segment must not leave the window counting larger ones at the start.
    if (this.#cwnd === initialWindow(this.#mss)) this.#cwnd = initialWindow(mss);
    this.#mss = mss;
  }

  handleAck(ackedBytes: number, wasLimited: boolean): void {
    if (!wasLimited) return;
    if (this.#cwnd < this.#ssthresh) {
      const limit = this.#afterTimeout ? SLOW_START_LIMIT_AFTER_TIMEOUT : SLOW_START_LIMIT;
      this.#cwnd += Math.min(ackedBytes, limit * this.#mss);
      return;
    }
    this.#afterTimeout = false;
    // RFC 5681, (3): one segment a round trip.
    this.#acked += ackedBytes;
    if (this.#acked >= this.#cwnd) {
      this.#acked -= this.#cwnd;
      this.#cwnd += this.#mss;
    }
  }

  handleLoss(flightSize: number): void {
    this.#ssthresh = this.#half(flightSize);
    this.#cwnd = this.#ssthresh;
    this.#acked = 0;
  }

  handleRecoveryEnd(flightSize: number): void {
    // RFC 6582, 3.2, step 3, (1): no burst when little is in flight by now.
    this.#cwnd = Math.min(this.#ssthresh, Math.max(flightSize, this.#mss) + this.#mss);
  }

  handleTimeout(flightSize: number, isFirst: boolean): void {
    // RFC 5681, 3.1: the threshold is halved once for the same segment.
    if (isFirst) this.#ssthresh = this.#half(flightSize);
    this.#cwnd = this.#mss;
    this.#acked = 0;
    this.#afterTimeout = true;
  }

  handleSynLoss(): void {
    this.#cwnd = this.#mss;
  }

  handleIdle(): void {
    this.#cwnd = Math.min(this.#cwnd, initialWindow(this.#mss));
    this.#acked = 0;
  }

  /** RFC 5681, (4). */
  #half(flightSize: number): number {
    return Math.max(flightSize / 2, 2 * this.#mss);
  }
}

/** NewReno: the default, and the baseline that every other algorithm is compared with. */
export const newReno: CongestionControlFactory = (mss) => new NewReno(mss);
