/**
 * NewReno (RFC 5681 and RFC 6582), counting bytes (RFC 3465). What the window is during fast
 * recovery is the sender's business (RFC 6582 without SACK, RFC 9937 with it).
 */

import {
  type AckSample,
  type CongestionControl,
  type CongestionControlFactory,
  type CongestionEvent,
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
  readonly pacingRate = Number.POSITIVE_INFINITY;
  readonly governsRecovery = false;
  #mss: number;
  #cwnd: number;
  #ssthresh = Number.POSITIVE_INFINITY;
  /** Bytes acknowledged since the window last grew in congestion avoidance. */
  #acked = 0;
  #afterTimeout = false;
  /** Both as they were before the last congestion; 0 = there was none, or it was taken back. */
  #priorCwnd = 0;
  #priorSsthresh = 0;

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

  handleSent(): void {}

  handleLost(): void {}

  handleAck(sample: AckSample): void {
    const isSlowStart = this.#cwnd < this.#ssthresh;
    // In fast recovery the window stands; after a time-out slow start repairs it.
    if (sample.isInRecovery && !this.#afterTimeout) return;
    if (!sample.isWindowUsed) return;
    if (isSlowStart) {
      const limit = this.#afterTimeout ? SLOW_START_LIMIT_AFTER_TIMEOUT : SLOW_START_LIMIT;
      this.#cwnd += Math.min(sample.ackedBytes, limit * this.#mss);
      return;
    }
    this.#afterTimeout = false;
    // RFC 5681, (3): one segment a round trip.
    this.#acked += sample.ackedBytes;
    if (this.#acked >= this.#cwnd) {
      this.#acked -= this.#cwnd;
      this.#cwnd += this.#mss;
    }
  }

  handleCongestion(event: CongestionEvent): void {
    if (event.cause !== 'timeout' || event.isFirst) {
      this.#priorCwnd = this.#cwnd;
      this.#priorSsthresh = this.#ssthresh;
      // RFC 5681, (4); 3.1: halved once for the same segment.
      this.#ssthresh = Math.max(event.flightSize / 2, 2 * this.#mss);
    }
    this.#afterTimeout = event.cause === 'timeout';
    this.#cwnd = this.#afterTimeout ? this.#mss : this.#ssthresh;
    this.#acked = 0;
  }

  handleRecovered(_now: number, inFlight: number): void {
    if (this.#afterTimeout) return;
    // RFC 6582, 3.2, step 3, (1): no burst when little is in flight by now.
    this.#cwnd = Math.min(this.#ssthresh, Math.max(inFlight, this.#mss) + this.#mss);
  }

  handleSpurious(): void {
    if (this.#priorCwnd === 0) return;
    this.#cwnd = Math.max(this.#cwnd, this.#priorCwnd);
    this.#ssthresh = this.#priorSsthresh;
    this.#priorCwnd = 0;
    this.#afterTimeout = false;
  }

  handleSynLoss(): void {
    this.#cwnd = this.#mss;
  }

  handleIdle(): void {
    this.#cwnd = Math.min(this.#cwnd, initialWindow(this.#mss));
    this.#acked = 0;
  }
}

/** NewReno: the baseline that every other algorithm is compared with. */
export const newReno: CongestionControlFactory = (mss) => new NewReno(mss);
