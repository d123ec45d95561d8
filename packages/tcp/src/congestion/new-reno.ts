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
import {
  restartWindow,
  SLOW_START_LIMIT,
  SLOW_START_LIMIT_AFTER_TIMEOUT,
  slowStartGrowth,
  windowAfterRecovery,
  windowForMss,
} from './slow-start.js';

class NewReno implements CongestionControl {
  readonly pacingRate = Number.POSITIVE_INFINITY;
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

  get name(): string {
    return 'newreno';
  }

  get governsRecovery(): boolean {
    return false;
  }

  get cwnd(): number {
    return this.#cwnd;
  }

  get ssthresh(): number {
    return this.#ssthresh;
  }

  adopt(cwnd: number, ssthresh: number): void {
    this.#cwnd = Math.max(cwnd, this.#mss);
    this.#ssthresh = ssthresh;
  }

  setMss(mss: number): void {
    this.#cwnd = windowForMss(this.#cwnd, this.#mss, mss);
    this.#ssthresh = Math.max(this.#ssthresh, 2 * mss);
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
      this.#cwnd += slowStartGrowth(sample.ackedBytes, this.#mss, limit);
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
    if (event.isFirst) {
      // A mark is never a mistake: only loss may have been none.
      this.#priorCwnd = event.cause === 'ecn' ? 0 : this.#cwnd;
      this.#priorSsthresh = this.#ssthresh;
      // RFC 5681, (4); 3.1: halved once for the same segment.
      this.#ssthresh = Math.max(event.flightSize / 2, 2 * this.#mss);
    }
    this.#afterTimeout = event.cause === 'timeout';
    this.#cwnd = this.#afterTimeout ? this.#mss : this.#ssthresh;
    this.#acked = 0;
  }

  handleRecovered(_now: number, inFlight: number): void {
    // A report of duplicates may still take the congestion back; one that is taken back needs no care.
    if (this.#priorCwnd === 0 || this.#afterTimeout) return;
    this.#cwnd = windowAfterRecovery(this.#ssthresh, inFlight, this.#mss);
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
    this.#cwnd = restartWindow(this.#cwnd, this.#mss);
    this.#acked = 0;
  }
}

/** NewReno: the baseline that every other algorithm is compared with. */
export const newReno: CongestionControlFactory = (mss) => new NewReno(mss);
