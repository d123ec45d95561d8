/**
 * What BBR believes of the path, and the state that its parts share (draft-ietf-ccwg-bbr-06, 2 and
 * 5.5): bandwidth, round trip, aggregation, the most that may be in flight, and the count of
 * packet-timed round trips. Names are the draft's, without its prefix.
 *
 * Nothing here decides what to do next. Bytes, milliseconds, bytes per millisecond; `Infinity`
 * where nothing is known that bounds, 0 where no bandwidth was measured.
 */

import { FullPipe } from './bbr-full-pipe.js';
import { ShortTermModel } from './bbr-short-term.js';
import { type AckSample, initialWindow } from './congestion-control.js';
import { WindowedMax } from './windowed-max.js';

/** BBR.state (5.1). */
export type BbrState =
  | 'Startup'
  | 'Drain'
  | 'ProbeBW_DOWN'
  | 'ProbeBW_CRUISE'
  | 'ProbeBW_REFILL'
  | 'ProbeBW_UP'
  | 'ProbeRTT';

/** BBR.LossThresh: how much of a flight may be lost when bandwidth is probed for. */
export const LOSS_THRESHOLD = 0.02;
/** BBR.Headroom: the part of `inflightLongterm` that is left to others. */
const HEADROOM = 0.15;
/** BBR.MinPipeCwnd, in segments. */
const MIN_PIPE_SEGMENTS = 4;
/** BBR.MaxBwFilterLen, in cycles of bandwidth probing. */
const MAX_BW_CYCLES = 2;
/** BBR.ExtraAckedFilterLen, in round trips; in Startup it is 1. */
const EXTRA_ACKED_ROUNDS = 10;
/** C.send_quantum: a millisecond's worth, at most this much, at least two segments (5.6.3). */
const QUANTUM_MS = 1;
const QUANTUM_LIMIT = 65536;
/** BBR.offload_budget, in quanta (5.5.8.1). */
const OFFLOAD_QUANTA = 3;

/** The model of one connection's path. */
export class BbrModel {
  mss: number;
  /** C.InitialCwnd. */
  initialCwnd: number;
  cwnd: number;
  pacingRate = 0;
  inFlight = 0;
  /** Bytes delivered since the connection began. */
  delivered = 0;
  /** InLossRecovery(). */
  isInRecovery = false;
  state: BbrState = 'Startup';
  readonly pipe = new FullPipe();
  readonly shortTerm: ShortTermModel;
  roundCount = 0;
  /** BBR.round_start: whether this acknowledgment ends a round trip. */
  isRoundStart = false;
  /** RS.is_app_limited, of the newest acknowledgment. */
  isAppLimited = false;
  /** BBR.max_bw; 0 before the first measurement. */
  maxBw = 0;
  /** BBR.bw: `maxBw` within the bounds of the short-term model. */
  bw = 0;
  /** BBR.min_rtt; `Infinity` before the first measurement. */
  minRtt = Number.POSITIVE_INFINITY;
  extraAcked = 0;
  extraAckedStart = 0;
  inflightLongterm = Number.POSITIVE_INFINITY;
  #nextRoundDelivered = 0;
  readonly #bwFilter = new WindowedMax(MAX_BW_CYCLES);
  #cycleCount = 0;
  readonly #extraAckedFilter = new WindowedMax(EXTRA_ACKED_ROUNDS);
  #extraAckedDelivered = 0;
  /** Whether `cwnd` was filled in this round trip, and in the one before. */
  #isFilledNow = false;
  #wasFilled = false;
  /** Segments are of a ProbeRTT if they were sent when `delivered` was from the first to the second. */
  #heldFrom = Number.POSITIVE_INFINITY;
  #heldUntil = -1;

  /** @param lossTolerance see `ShortTermModel`. */
  constructor(mss: number, lossTolerance: number) {
    this.shortTerm = new ShortTermModel(lossTolerance);
    this.mss = mss;
    this.initialCwnd = initialWindow(mss);
    this.cwnd = this.initialCwnd;
  }

  get minPipeCwnd(): number {
    return MIN_PIPE_SEGMENTS * this.mss;
  }

  /** IsInAProbeBWState(). */
  get isInProbeBw(): boolean {
    return this.state !== 'Startup' && this.state !== 'Drain' && this.state !== 'ProbeRTT';
  }

  /** IsProbingBW(). */
  get isProbing(): boolean {
    return (
      this.state === 'Startup' || this.state === 'ProbeBW_REFILL' || this.state === 'ProbeBW_UP'
    );
  }

  /** C.is_cwnd_limited: whether the window was full at any time of the last round trip. */
  get isCwndLimited(): boolean {
    return this.#isFilledNow || this.#wasFilled;
  }

  handleSent(inFlight: number): void {
    this.inFlight = inFlight;
    if (inFlight > this.cwnd - this.mss) this.#isFilledNow = true;
  }

  /** Takes over what the sender has counted, before anything is concluded from it. */
  handleAck(sample: AckSample): void {
    this.delivered = sample.delivered;
    this.inFlight = sample.inFlight;
    this.isInRecovery = sample.isInRecovery;
    this.isAppLimited = sample.isAppLimited || this.wasHeld(sample.priorDelivered);
  }

  /** StartRound(): the next round trip ends with data that is sent from now on. */
  startRound(): void {
    this.#nextRoundDelivered = this.delivered;
  }

  /** UpdateRound() (5.5.1). */
  updateRound(priorDelivered: number): void {
    this.isRoundStart = priorDelivered >= this.#nextRoundDelivered;
    if (!this.isRoundStart) return;
    this.startRound();
    this.roundCount++;
    this.#wasFilled = this.#isFilledNow;
    this.#isFilledNow = false;
  }

  /** UpdateMaxBw(), without its UpdateRound() (5.5.5). */
  updateMaxBw(deliveryRate: number): void {
    if (deliveryRate <= 0 || (deliveryRate < this.maxBw && this.isAppLimited)) return;
    this.maxBw = this.#bwFilter.update(deliveryRate, this.#cycleCount, MAX_BW_CYCLES);
  }

  /** AdvanceMaxBwFilter(): a cycle without any measurement does not count (5.5.6). */
  advanceMaxBwFilter(): void {
    if (this.#bwFilter.time === this.#cycleCount) this.#cycleCount++;
  }

  /** UpdateACKAggregation() (5.5.9). */
  updateAckAggregation(now: number, ackedBytes: number): void {
    let expected = this.bw * (now - this.extraAckedStart);
    if (this.#extraAckedDelivered <= expected) {
      this.#extraAckedDelivered = 0;
      this.extraAckedStart = now;
      expected = 0;
    }
    this.#extraAckedDelivered += ackedBytes;
    const extra = Math.min(this.#extraAckedDelivered - expected, this.cwnd);
    const rounds = this.pipe.isReached ? EXTRA_ACKED_ROUNDS : 1;
    this.extraAcked = this.#extraAckedFilter.update(extra, this.roundCount, rounds);
  }

  /** BoundBWForModel(). */
  boundBw(): void {
    this.bw = Math.min(this.maxBw, this.shortTerm.bw);
  }

  /** BDPMultiple() (5.6.4.2). */
  bdpMultiple(gain: number, bw: number): number {
    if (this.minRtt === Number.POSITIVE_INFINITY) return this.initialCwnd;
    return gain * bw * this.minRtt;
  }

  /** Inflight(): the same, and room for what hosts hold back. */
  inflightAt(gain: number, bw: number): number {
    return this.#withQuanta(this.bdpMultiple(gain, bw));
  }

  /** BBR.max_inflight, of UpdateMaxInflight(). */
  maxInflight(cwndGain: number): number {
    return this.#withQuanta(this.bdpMultiple(cwndGain, this.bw) + this.extraAcked);
  }

  /** TargetInflight(): what should be in flight: the BDP, unless congestion has cut the window. */
  targetInflight(): number {
    return Math.min(this.bdpMultiple(1, this.bw), this.cwnd);
  }

  /** InflightWithHeadroom(): `inflightLongterm`, and something left for others. */
  inflightWithHeadroom(): number {
    if (this.inflightLongterm === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    const headroom = Math.max(this.mss, HEADROOM * this.inflightLongterm);
    return Math.max(this.inflightLongterm - headroom, this.minPipeCwnd);
  }

  /** C.send_quantum (5.6.3). */
  sendQuantum(): number {
    return Math.max(Math.min(this.pacingRate * QUANTUM_MS, QUANTUM_LIMIT), 2 * this.mss);
  }

  /** MarkConnectionAppLimited(): it is BBR, not the network, that holds back what is in flight. */
  markHeld(): void {
    if (this.delivered > this.#heldUntil) this.#heldFrom = this.delivered;
    this.#heldUntil = this.delivered + this.inFlight;
  }

  /** Whether what was sent then was held back by BBR. */
  wasHeld(priorDelivered: number): boolean {
    return priorDelivered >= this.#heldFrom && priorDelivered <= this.#heldUntil;
  }

  /** QuantizationBudget(). */
  #withQuanta(inflight: number): number {
    const budget = Math.max(inflight, OFFLOAD_QUANTA * this.sendQuantum(), this.minPipeCwnd);
    return this.state === 'ProbeBW_UP' ? budget + 2 * this.mss : budget;
  }
}
