/**
 * CUBIC (RFC 9438), with HyStart++ (RFC 9406) for its first slow start, counting bytes. Section
 * numbers are RFC 9438's.
 *
 * Congestion avoidance is a `CubicStage`; here is what begins and ends one: congestion (4.6, 4.7),
 * time-outs (4.8), congestion that was none (4.9), slow start (4.10), idleness. The window never
 * grows in fast recovery, nor while the application leaves it unused (5.8, RFC 7661). What is sent
 * during fast recovery is the sender's business (RFC 9937).
 *
 * Deliberate differences: at cwnd = ssthresh, where RFC 5681 leaves the choice, it is congestion
 * avoidance; fast convergence (4.7) is on for single flows, too, which no sender can tell.
 */

import {
  type AckSample,
  type CongestionControl,
  type CongestionControlFactory,
  type CongestionEvent,
  initialWindow,
} from './congestion-control.js';
import { BETA, CubicStage } from './cubic-stage.js';
import { HyStart } from './hystart.js';
import {
  restartWindow,
  SLOW_START_LIMIT,
  SLOW_START_LIMIT_AFTER_TIMEOUT,
  slowStartGrowth,
  windowAfterRecovery,
  windowForMss,
} from './slow-start.js';

/** Units of the round trip in a millisecond. */
const SRTT_UNITS = 16;
/** A round trip in which no timer of a host could tell two moments apart is not paced: 1 ms. */
const SHORTEST_PACED = SRTT_UNITS;

/** How much faster than one window per round trip segments leave, as in Linux. */
const PACING_GAIN_SLOW_START = 2;
const PACING_GAIN_AVOIDANCE = 1.2;

/** How CUBIC begins, and whether it spreads out what it sends. */
export interface CubicOptions {
  /**
   * Paces as soon as the window is larger than an initial window and a round trip is measured.
   * @default true
   */
  readonly pacing?: boolean;
  /** Leaves the first slow start when delay grows (RFC 9406). @default true */
  readonly hystart?: boolean;
}

/** Everything that congestion changes, as it was before (4.9.2). */
interface Undo {
  readonly isTimeout: boolean;
  readonly cwnd: number;
  readonly cwndPrior: number;
  readonly ssthresh: number;
  readonly wMax: number;
  readonly stage: CubicStage | null;
  readonly hystart: HyStart | null | undefined;
  readonly isAfterTimeout: boolean;
}

class Cubic implements CongestionControl {
  readonly #isPaced: boolean;
  #mss: number;
  /** With a fraction; what others see is whole. */
  #cwnd: number;
  #ssthresh = Number.POSITIVE_INFINITY;
  /** cwnd_prior: the window when `#ssthresh` was last set. */
  #cwndPrior = 0;
  /** 0 before the first congestion. */
  #wMax = 0;
  /** The current congestion avoidance; null in slow start, in recovery, and until an ACK begins it. */
  #stage: CubicStage | null = null;
  /** The first slow start; null once it is over, undefined before a window was used in it. */
  #hystart: HyStart | null | undefined;
  /** No congestion avoidance has begun since a time-out. */
  #isAfterTimeout = false;
  /** What the sender repairs: nothing, loss, or all after a time-out. */
  #repair: 'none' | 'loss' | 'timeout' = 'none';
  #undo: Undo | null = null;
  /** The smoothed round trip in sixteenths of a millisecond, a small integer; -1 = none is known. */
  #srtt = -1;
  /** Bytes delivered in the round under way and in the one before (RFC 7661's pipeACK). */
  #roundBytes = 0;
  #lastRoundBytes = 0;

  constructor(mss: number, isPaced: boolean, hasHystart: boolean) {
    this.#mss = mss;
    this.#isPaced = isPaced;
    this.#hystart = hasHystart ? undefined : null;
    this.#cwnd = initialWindow(mss);
  }

  get name(): string {
    return 'cubic';
  }

  get governsRecovery(): boolean {
    return false;
  }

  get cwnd(): number {
    return Math.floor(this.#cwnd);
  }

  get ssthresh(): number {
    return Math.floor(this.#ssthresh);
  }

  get pacingRate(): number {
    if (!this.#isPaced || this.#srtt < SHORTEST_PACED || this.#cwnd <= initialWindow(this.#mss)) {
      return Number.POSITIVE_INFINITY;
    }
    // Slow start's last round ends at ssthresh: it must not send twice that.
    const isSlowStart = this.#cwnd < this.#ssthresh / 2;
    const gain = isSlowStart ? PACING_GAIN_SLOW_START : PACING_GAIN_AVOIDANCE;
    return (gain * this.#cwnd * SRTT_UNITS) / this.#srtt;
  }

  adopt(cwnd: number, ssthresh: number): void {
    this.#cwnd = Math.max(cwnd, this.#mss);
    this.#ssthresh = ssthresh;
    // RFC 9406, 4.3: it is for who has no threshold yet.
    if (ssthresh !== Number.POSITIVE_INFINITY) this.#hystart = null;
  }

  setMss(mss: number): void {
    if (mss === this.#mss) return;
    this.#cwnd = windowForMss(this.#cwnd, this.#mss, mss);
    this.#ssthresh = Math.max(this.#ssthresh, 2 * mss);
    this.#mss = mss;
    // Its function is one of segments: another begins, from where the window is.
    this.#stage = null;
  }

  handleSent(now: number, bytes: number, inFlight: number): void {
    // 5.8: nothing was in flight before, the time since the last ACK was idle.
    if (inFlight <= bytes) this.#stage?.skip(now);
  }

  handleLost(): void {}

  handleAck(sample: AckSample): void {
    this.#srtt = Math.round(sample.srttMs * SRTT_UNITS);
    this.#roundBytes += sample.ackedBytes;
    if (sample.roundEnded) {
      this.#lastRoundBytes = this.#roundBytes;
      this.#roundBytes = 0;
    }
    // In fast recovery the window stands; after a time-out slow start repairs it.
    if (sample.isInRecovery && this.#repair !== 'timeout') return;
    if (this.#cwnd < this.#ssthresh) this.#slowStart(sample);
    else this.#avoidCongestion(sample);
  }

  /** 4.10. */
  #slowStart(sample: AckSample): void {
    if (sample.isWindowUsed) {
      if (this.#hystart === undefined) this.#hystart = new HyStart(this.#isPaced);
      const growth =
        this.#hystart?.growth(sample.ackedBytes, this.#mss) ??
        slowStartGrowth(sample.ackedBytes, this.#mss, this.#slowStartLimit);
      this.#cwnd = Math.min(this.#cwnd + growth, this.#ssthresh);
    }
    if (this.#hystart?.handleAck(sample)) {
      this.#ssthresh = this.#cwnd;
      this.#cwndPrior = Math.ceil(this.#cwnd);
      this.#hystart = null;
    }
  }

  get #slowStartLimit(): number {
    if (this.#isAfterTimeout) return SLOW_START_LIMIT_AFTER_TIMEOUT;
    return this.#isPaced ? Number.POSITIVE_INFINITY : SLOW_START_LIMIT;
  }

  /** 4.2 to 4.5. */
  #avoidCongestion(sample: AckSample): void {
    if (!sample.isWindowUsed) {
      this.#stage?.hold();
      return;
    }
    if (this.#stage === null) {
      // 4.8: W_max is forgotten with a time-out.
      if (this.#isAfterTimeout) this.#wMax = 0;
      this.#isAfterTimeout = false;
      // 4.8 and 4.10: without a W_max, the window of the beginning is it.
      if (this.#wMax === 0) this.#wMax = this.#cwnd;
      this.#stage = new CubicStage(sample.now, this.#cwnd, this.#wMax, this.#mss);
    }
    const rttMs = Math.max(sample.srttMs, 0);
    this.#cwnd = this.#stage.grow(
      sample.now,
      sample.ackedBytes,
      this.#cwnd,
      this.#cwndPrior,
      rttMs,
    );
  }

  handleCongestion(event: CongestionEvent): void {
    const isTimeout = event.cause === 'timeout';
    if (event.isFirst) this.#decrease(event);
    this.#isAfterTimeout = isTimeout;
    this.#stage = null;
    // 4.8; RFC 5681, 3.1: the loss window.
    if (isTimeout) this.#cwnd = this.#mss;
    // An echoed mark has nothing to be repaired.
    if (event.cause !== 'ecn') this.#repair = event.cause;
  }

  /** 4.6 and 4.7. */
  #decrease(event: CongestionEvent): void {
    // A mark is never a mistake: only loss may have been none.
    this.#undo = event.cause === 'ecn' ? null : this.#snapshot(event.cause === 'timeout');
    // RFC 9406, 4.3: what has met congestion knows its threshold.
    this.#hystart = null;
    const isFalling = this.#cwnd < this.#wMax;
    this.#wMax = isFalling ? (this.#cwnd * (1 + BETA)) / 2 : this.#cwnd;
    this.#cwndPrior = Math.ceil(this.#cwnd);
    // RFC 7661, 4.4.1: little may be in flight at the end of a response that was a window long.
    const delivered = Math.max(this.#roundBytes, this.#lastRoundBytes);
    const used = Math.min(Math.max(event.flightSize, delivered), this.#cwnd);
    const minimum = (event.cause === 'ecn' ? 1 : 2) * this.#mss;
    this.#cwnd = Math.max(used * BETA, minimum);
    this.#ssthresh = Math.max(used * BETA, 2 * this.#mss);
  }

  #snapshot(isTimeout: boolean): Undo {
    return {
      isTimeout,
      cwnd: this.#cwnd,
      cwndPrior: this.#cwndPrior,
      ssthresh: this.#ssthresh,
      wMax: this.#wMax,
      stage: this.#stage,
      hystart: this.#hystart,
      isAfterTimeout: this.#isAfterTimeout,
    };
  }

  handleRecovered(_now: number, inFlight: number): void {
    if (this.#repair === 'loss') {
      this.#cwnd = windowAfterRecovery(this.#cwnd, inFlight, this.#mss);
    }
    this.#repair = 'none';
  }

  /** 4.9. */
  handleSpurious(now: number): void {
    const undo = this.#undo;
    if (undo === null) return;
    this.#undo = null;
    this.#repair = 'none';
    // 4.9.2: noticed so late that the window is back already.
    if (this.#cwnd >= this.#cwndPrior) return;
    this.#cwnd = undo.cwnd;
    this.#cwndPrior = undo.cwndPrior;
    this.#ssthresh = undo.ssthresh;
    this.#wMax = undo.wMax;
    this.#stage = undo.stage;
    this.#hystart = undo.hystart;
    this.#isAfterTimeout = undo.isAfterTimeout;
    // Nothing came from the network while the timer ran: as little reason to grow as idleness.
    if (undo.isTimeout) this.#stage?.skip(now);
  }

  handleSynLoss(): void {
    this.#cwnd = this.#mss;
  }

  handleIdle(): void {
    const cwnd = restartWindow(this.#cwnd, this.#mss);
    this.#undo = null;
    this.#hystart?.restart();
    if (cwnd === this.#cwnd) return;
    // RFC 7661, 4.4.3: what the path could take is remembered, and reached by slow start.
    this.#ssthresh = Math.max(this.#ssthresh, 0.75 * this.#cwnd);
    this.#cwnd = cwnd;
    this.#stage = null;
  }
}

/** Makes CUBIC with other than its defaults. */
export const cubicWith =
  ({ pacing = true, hystart = true }: CubicOptions): CongestionControlFactory =>
  (mss) =>
    new Cubic(mss, pacing, hystart);

/** CUBIC with pacing and HyStart++. */
export const cubic: CongestionControlFactory = cubicWith({});
