/**
 * BBRv3 (draft-ietf-ccwg-bbr-06): measures how fast the path delivers and how long its round trip
 * is, and sends at that rate with little more in flight than that takes. Loss below 2 % while it
 * probes does not slow it down. This file is the state machine and the three control parameters;
 * what is believed of the path is in `bbr-model`, how that is found out in the files beside it.
 *
 * Not the draft's, for want of what it needs: loss without SACK (see `bbr-probe-bw`), and whether
 * lost segments were limited by the application, for which the newest acknowledged one stands. By
 * choice: `lossTolerance`, a least rate, and what a mark (ECN) is, which the draft leaves open: as a
 * loss of more than is tolerated. Fast recovery holds back what the model does, and no more: this
 * draft has no packet conservation.
 */

import { BbrModel, type BbrState, LOSS_THRESHOLD } from './bbr-model.js';
import { BbrProbeBw } from './bbr-probe-bw.js';
import { BbrProbeRtt } from './bbr-probe-rtt.js';
import {
  type AckSample,
  type CongestionControl,
  type CongestionEvent,
  initialWindow,
} from './congestion-control.js';

/** Gains of pacing rate and window in each state (5.6.1). */
const GAINS: Readonly<Record<BbrState, { readonly pacing: number; readonly cwnd: number }>> = {
  Startup: { pacing: 2.77, cwnd: 2 },
  Drain: { pacing: 0.5, cwnd: 2 },
  ProbeBW_DOWN: { pacing: 0.9, cwnd: 2 },
  ProbeBW_CRUISE: { pacing: 1, cwnd: 2 },
  ProbeBW_REFILL: { pacing: 1, cwnd: 2 },
  ProbeBW_UP: { pacing: 1.25, cwnd: 2.25 },
  ProbeRTT: { pacing: 1, cwnd: 0.5 },
};

/** 1 - BBR.PacingMarginPercent. */
const PACING_MARGIN = 0.99;
/** Before the first round trip is measured (5.6.2). */
const NOMINAL_RTT_MS = 1;
/** One segment in this time is sent whatever was measured: a path that was dead may live again. */
const SLOWEST_SEGMENT_MS = 1000;
const DRAIN_ROUNDS = 3;
/** BBRStartupFullLossCnt: so many ranges lost in a round trip end Startup. */
const STARTUP_LOSSES = 6;
/** So many windows with an ECN mark end Startup. */
const STARTUP_MARKS = 2;

/** What BBR can be told. */
export interface BbrOptions {
  /** A fraction in [0, 1), for the time between two probes. @default from what was measured */
  readonly random?: () => number;
  /**
   * The part of what is sent in a round trip that may be lost without BBR slowing down, when it does
   * not probe. 0 is the draft's rule: any loss slows it down. @default 0.02, the draft's for probes
   */
  readonly lossTolerance?: number;
}

/** One connection's BBR. */
export class Bbr implements CongestionControl {
  readonly ssthresh = Number.POSITIVE_INFINITY;
  readonly #model: BbrModel;
  readonly #probeBw: BbrProbeBw;
  readonly #probeRtt: BbrProbeRtt;
  #hasRtt = false;
  #drainStartRound = 0;
  #lossEventsInRound = 0;
  #startupMarks = 0;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #newestSentInFlight = 0;
  /** When loss was last told, and whether that began a round of losses, or a round trip. */
  #lostAt = Number.NEGATIVE_INFINITY;
  #isLossRoundNew = false;
  #isRoundNew = false;
  /** What was before the newest recovery: 5.5.11. */
  #savedAt = Number.NEGATIVE_INFINITY;
  #canUndo = false;
  #undoState: 'Startup' | 'ProbeBW_UP' | null = null;
  #undoBw = 0;
  #undoInflightShort = 0;
  #undoInflightLong = 0;

  constructor(mss: number, options: BbrOptions) {
    this.#model = new BbrModel(mss, options.lossTolerance ?? LOSS_THRESHOLD);
    const random = options.random ?? (() => measuredFraction(this.#model));
    this.#probeBw = new BbrProbeBw(this.#model, random);
    this.#probeRtt = new BbrProbeRtt(this.#model, this.#probeBw);
    this.#initPacingRate(NOMINAL_RTT_MS);
  }

  get name(): string {
    return 'bbr';
  }

  get governsRecovery(): boolean {
    return true;
  }

  get cwnd(): number {
    return this.#model.cwnd;
  }

  get pacingRate(): number {
    return this.#model.pacingRate;
  }

  /** What it believes of the path, for who looks on. */
  get model(): Readonly<BbrModel> {
    return this.#model;
  }

  /** The window is where Startup begins; a threshold means nothing to it. */
  adopt(cwnd: number): void {
    this.#model.cwnd = Math.max(cwnd, this.#model.minPipeCwnd);
  }

  setMss(mss: number): void {
    const model = this.#model;
    // RFC 9293, 3.7.1: a smaller segment must not leave the window counting larger ones at the start.
    if (model.initialCwnd === initialWindow(model.mss)) {
      if (model.cwnd === model.initialCwnd) model.cwnd = initialWindow(mss);
      model.initialCwnd = initialWindow(mss);
    }
    model.mss = mss;
  }

  handleSent(now: number, bytes: number, inFlight: number): void {
    const model = this.#model;
    // Nothing was in flight, and pacing would have let something go: the application had nothing.
    const pacedMs = model.sendQuantum() / model.pacingRate;
    const isIdle = inFlight <= bytes && !model.isInRecovery && now - this.#lastSentAt > pacedMs;
    if (isIdle) this.handleIdle(now);
    model.handleSent(inFlight);
    this.#lastSentAt = now;
  }

  /** UpdateOnACK() (5.2.3). */
  handleAck(sample: AckSample): void {
    const model = this.#model;
    model.handleAck(sample);
    this.#newestSentInFlight = sample.sentInFlight;
    this.#settleRounds(sample);
    model.shortTerm.updateLatest(sample);
    model.updateRound(sample.priorDelivered);
    model.updateMaxBw(sample.deliveryRate);
    if (model.shortTerm.isRoundStart) {
      if (!model.isProbing) model.shortTerm.adapt(model.maxBw, model.cwnd);
      model.shortTerm.isLossInRound = false;
    }
    model.updateAckAggregation(sample.now, sample.ackedBytes);
    if (model.isRoundStart) model.pipe.handleRound(sample.deliveryRate, model.isAppLimited);
    this.#checkStartupDone(sample);
    this.#checkDrainDone(sample.now);
    this.#probeBw.handleAck(sample);
    this.#probeRtt.handleAck(sample);
    model.shortTerm.advanceLatest(sample);
    model.boundBw();
    if (!this.#hasRtt && sample.srttMs > 0) {
      this.#hasRtt = true;
      this.#initPacingRate(sample.srttMs);
    }
    this.#setPacingRate(GAINS[model.state].pacing);
    this.#setCwnd(sample.ackedBytes);
  }

  handleLost(
    now: number,
    bytes: number,
    sentInFlight: number,
    lostSince: number,
    deliveredBefore: number,
  ): void {
    const model = this.#model;
    if (now !== this.#lostAt) {
      this.#isLossRoundNew = false;
      this.#isRoundNew = false;
    }
    this.#lostAt = now;
    model.inFlight = Math.max(model.inFlight - bytes, 0);
    this.#saveState(now);
    if (model.shortTerm.noteLoss(model.delivered, bytes, model.mss)) this.#isLossRoundNew = true;
    const isAppLimited = model.isAppLimited || model.wasHeld(deliveredBefore);
    if (!this.#probeBw.handleLost(now, bytes, sentInFlight, lostSince, isAppLimited)) return;
    this.#isRoundNew = true;
    this.#undoState = 'ProbeBW_UP';
  }

  handleCongestion(event: CongestionEvent): void {
    const model = this.#model;
    if (event.cause === 'ecn') {
      this.#handleMark(event.now);
      return;
    }
    this.#saveState(event.now);
    this.#probeRtt.saveCwnd();
    if (event.cause === 'timeout') {
      // The short-term model starts from the window before the time-out, not from what it leaves.
      if (!model.isProbing && model.shortTerm.inflight === Number.POSITIVE_INFINITY) {
        model.shortTerm.inflight = model.cwnd;
      }
      model.cwnd = model.inFlight + model.mss;
    }
    model.isInRecovery = true;
  }

  handleRecovered(_now: number, inFlight: number): void {
    this.#model.isInRecovery = false;
    this.#model.inFlight = inFlight;
    this.#probeRtt.restoreCwnd();
    this.#setCwnd(0);
  }

  /** HandleSpuriousLossDetection() (5.5.11.2). */
  handleSpurious(_now: number): void {
    if (!this.#canUndo) return;
    const model = this.#model;
    this.#canUndo = false;
    model.isInRecovery = false;
    this.#probeRtt.restoreCwnd();
    model.shortTerm.isLossInRound = false;
    model.pipe.reset(0);
    model.shortTerm.bw = Math.max(model.shortTerm.bw, this.#undoBw);
    model.shortTerm.inflight = Math.max(model.shortTerm.inflight, this.#undoInflightShort);
    model.inflightLongterm = Math.max(model.inflightLongterm, this.#undoInflightLong);
    if (this.#undoState === 'Startup' && model.state !== 'Startup') {
      model.pipe.isReached = false;
      if (model.state !== 'ProbeRTT') model.state = 'Startup';
    } else if (this.#undoState === 'ProbeBW_UP' && model.state !== 'ProbeBW_UP') {
      if (model.state !== 'ProbeRTT') this.#probeBw.startRefill();
    }
    this.#undoState = null;
    this.#setCwnd(0);
  }

  handleSynLoss(): void {
    this.#model.initialCwnd = this.#model.mss;
    this.#model.cwnd = this.#model.mss;
    this.#initPacingRate(NOMINAL_RTT_MS);
  }

  /** HandleRestartFromIdle() (5.4.1): the window stays, the rate is what was last measured. */
  handleIdle(now: number): void {
    this.#probeRtt.isIdleRestart = true;
    this.#model.extraAckedStart = now;
    if (this.#model.isInProbeBw) this.#setPacingRate(1);
    else if (this.#model.state === 'ProbeRTT') this.#probeRtt.checkDone(now);
  }

  /** Rounds that loss of this very acknowledgment began count from what it has delivered. */
  #settleRounds(sample: AckSample): void {
    if (sample.now !== this.#lostAt) return;
    if (this.#isLossRoundNew) this.#model.shortTerm.startRound(sample.delivered);
    if (this.#isRoundNew) this.#model.startRound();
    this.#isLossRoundNew = false;
    this.#isRoundNew = false;
  }

  #checkStartupDone(sample: AckSample): void {
    const model = this.#model;
    if (!model.pipe.isReached) this.#checkStartupHighLoss(sample);
    if (model.state !== 'Startup' || !model.pipe.isReached) return;
    model.state = 'Drain';
    this.#drainStartRound = model.roundCount;
  }

  /** CheckStartupHighLoss() (5.3.1.3). A range is what one acknowledgment told of. */
  #checkStartupHighLoss(sample: AckSample): void {
    if (sample.lostBytes > 0) this.#lossEventsInRound++;
    if (!this.#model.shortTerm.isRoundStart) return;
    const isHigh =
      sample.isInRecovery &&
      this.#lossEventsInRound >= STARTUP_LOSSES &&
      sample.lostInFlight > sample.sentInFlight * LOSS_THRESHOLD;
    this.#lossEventsInRound = 0;
    if (!isHigh) return;
    this.#undoState = 'Startup';
    this.#endStartup();
  }

  #endStartup(): void {
    const model = this.#model;
    model.pipe.fill();
    model.inflightLongterm = Math.max(
      model.bdpMultiple(1, model.bw),
      model.shortTerm.inflightLatest,
    );
  }

  #checkDrainDone(now: number): void {
    const model = this.#model;
    if (model.state !== 'Drain') return;
    const isDrained = model.inFlight <= model.inflightAt(1, model.bw);
    if (isDrained || model.roundCount > this.#drainStartRound + DRAIN_ROUNDS) {
      this.#probeBw.startDown(now);
    }
  }

  /** An echoed CE mark, at most one a window. */
  #handleMark(now: number): void {
    const model = this.#model;
    model.shortTerm.noteMark(model.delivered);
    if (model.pipe.isReached) {
      this.#probeBw.handleTooHigh(now, this.#newestSentInFlight, model.isAppLimited);
      return;
    }
    this.#startupMarks++;
    if (this.#startupMarks >= STARTUP_MARKS) this.#endStartup();
  }

  /**
   * SaveStateUponLoss() (5.5.11.1), with the first loss of an episode: later ones, and its entering
   * recovery, come when the model has answered.
   */
  #saveState(now: number): void {
    const model = this.#model;
    if (model.isInRecovery || this.#savedAt === now) return;
    this.#probeRtt.saveCwnd();
    this.#savedAt = now;
    this.#canUndo = true;
    this.#undoState = null;
    this.#undoBw = model.shortTerm.bw;
    this.#undoInflightShort = model.shortTerm.inflight;
    this.#undoInflightLong = model.inflightLongterm;
  }

  #initPacingRate(rttMs: number): void {
    this.#model.pacingRate = (GAINS.Startup.pacing * this.#model.initialCwnd) / rttMs;
  }

  /** SetPacingRateWithGain() (5.6.2): until the pipe was full once, it only rises. */
  #setPacingRate(gain: number): void {
    const model = this.#model;
    if (model.bw === 0) return;
    const rate = Math.max(gain * model.bw * PACING_MARGIN, model.mss / SLOWEST_SEGMENT_MS);
    if (model.pipe.isReached || rate > model.pacingRate) model.pacingRate = rate;
  }

  /** SetCwnd() (5.6.4.6). */
  #setCwnd(ackedBytes: number): void {
    const model = this.#model;
    const maxInflight = model.maxInflight(GAINS[model.state].cwnd);
    if (model.pipe.isReached) {
      model.cwnd = Math.min(model.cwnd + ackedBytes, maxInflight);
    } else if (model.cwnd < maxInflight || model.delivered < model.initialCwnd) {
      model.cwnd += ackedBytes;
    }
    model.cwnd = Math.max(model.cwnd, model.minPipeCwnd);
    if (model.state === 'ProbeRTT') model.cwnd = Math.min(model.cwnd, this.#probeRtt.cwnd());
    this.#boundCwndForModel();
  }

  /** BoundCwndForModel() (5.6.4.7). */
  #boundCwndForModel(): void {
    const model = this.#model;
    let cap = Number.POSITIVE_INFINITY;
    if (model.state === 'ProbeRTT' || model.state === 'ProbeBW_CRUISE') {
      cap = model.inflightWithHeadroom();
    } else if (model.isInProbeBw) {
      cap = model.inflightLongterm;
    }
    cap = Math.max(Math.min(cap, model.shortTerm.inflight), model.minPipeCwnd);
    model.cwnd = Math.min(model.cwnd, cap);
  }
}

/** A fraction in [0, 1) from what was measured, so that flows of one start do not probe in step. */
function measuredFraction(model: Readonly<BbrModel>): number {
  let hash = model.roundCount + Math.imul(model.delivered % 0x1_0000_0000, 0x9e3779b1);
  hash ^= Math.floor((model.extraAckedStart * 1000) % 0x1_0000_0000);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** Makes BBRv3 with options. */
export const bbrWith =
  (options: BbrOptions) =>
  (mss: number): Bbr =>
    new Bbr(mss, options);

/** BBRv3. */
export const bbr = bbrWith({});
