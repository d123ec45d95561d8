/**
 * The cycle of ProbeBW (draft-ietf-ccwg-bbr-06, 5.3.3): DOWN lets the queue drain, CRUISE sends as
 * fast as the path delivers, REFILL forgets the short-term model for a round trip, UP sends faster
 * until the pipe is full or too much is lost. What UP learns about the volume that the path bears
 * is `inflightLongterm` (5.5.10.2), which only this file moves in either direction.
 *
 * The draft reacts in another way to loss without SACK, which is seen only once a round trip; a
 * sample does not say whether there is SACK, and this takes it for granted.
 */

import { type BbrModel, LOSS_THRESHOLD } from './bbr-model.js';
import { BETA } from './bbr-short-term.js';
import type { AckSample } from './congestion-control.js';

/** Bounds of the time between two probes: 2 to 3 seconds, 62 or 63 round trips (5.3.3.8.2). */
const PROBE_WAIT_MS = 2000;
const PROBE_WAIT_SPREAD_MS = 1000;
const PROBE_WAIT_ROUNDS = 63;
const MAX_UP_ROUNDS = 30;

/** The probing cycle of one connection. */
export class BbrProbeBw {
  readonly #model: BbrModel;
  readonly #random: () => number;
  /** BBR.ack_phase: whether it is ACKS_PROBE_STOPPING. No decision depends on the other phases. */
  #isStopping = false;
  /** Whether what is being acknowledged was sent to probe, and no answer was given to its loss yet. */
  #isProbeSample = false;
  #upAcked = 0;
  #upAckedPerIncrease = Number.POSITIVE_INFINITY;
  #upRounds = 0;
  #cycleStart = 0;
  #waitMs = 0;
  /** The round trip from which those since the last probe count. */
  #waitFromRound = 0;
  #wasTooHigh = false;
  #wasPrecautionary = false;

  /** @param random a fraction in [0, 1): when to probe next. */
  constructor(model: BbrModel, random: () => number) {
    this.#model = model;
    this.#random = random;
  }

  /** StartProbeBW_DOWN(). */
  startDown(now: number): void {
    this.#model.shortTerm.resetSignals();
    this.#upAckedPerIncrease = Number.POSITIVE_INFINITY;
    this.#pickWait();
    this.#cycleStart = now;
    this.expectNoProbes();
    this.#model.state = 'ProbeBW_DOWN';
  }

  /** StartProbeBW_CRUISE(). */
  startCruise(): void {
    this.#model.state = 'ProbeBW_CRUISE';
  }

  /** StartProbeBW_REFILL(). */
  startRefill(): void {
    this.#model.shortTerm.reset();
    this.#upRounds = 0;
    this.#upAcked = 0;
    this.#wasPrecautionary = false;
    this.#isStopping = false;
    this.#model.startRound();
    this.#model.state = 'ProbeBW_REFILL';
  }

  /** Nothing probes from now on; for one round trip more, acknowledgments tell of what did. */
  expectNoProbes(): void {
    this.#isStopping = true;
    this.#model.startRound();
  }

  /** UpdateProbeBWCyclePhase() (5.3.3.9). */
  handleAck(sample: AckSample): void {
    const model = this.#model;
    if (!model.pipe.isReached) return;
    if (this.#adaptLongTermModel(sample)) return;
    switch (model.state) {
      case 'ProbeBW_DOWN':
        if (this.#isTimeToProbe(sample.now)) this.startRefill();
        else if (this.#isTimeToCruise()) this.startCruise();
        return;
      case 'ProbeBW_CRUISE':
        if (this.#isTimeToProbe(sample.now)) this.startRefill();
        return;
      case 'ProbeBW_REFILL':
        if (!model.isRoundStart) return;
        this.#isProbeSample = true;
        this.#startUp(sample);
        return;
      case 'ProbeBW_UP':
        if (!this.#isTimeToGoDown(sample)) return;
        this.#wasTooHigh = false;
        this.startDown(sample.now);
        return;
      default:
        return;
    }
  }

  /**
   * HandleLostPacket(), without NoteLoss() (5.5.10.2).
   *
   * @returns whether this loss has ended ProbeBW_UP.
   */
  handleLost(
    now: number,
    bytes: number,
    sentInFlight: number,
    lostSince: number,
    isAppLimited: boolean,
  ): boolean {
    if (!this.#isProbeSample || lostSince <= sentInFlight * LOSS_THRESHOLD) return false;
    return this.handleTooHigh(now, inflightAtLoss(bytes, sentInFlight, lostSince), isAppLimited);
  }

  /**
   * HandleInflightTooHigh(), once a probe, and only if there was one.
   *
   * @param inFlight how much in flight was too much.
   * @returns whether it has ended ProbeBW_UP.
   */
  handleTooHigh(now: number, inFlight: number, isAppLimited: boolean): boolean {
    if (!this.#isProbeSample) return false;
    const model = this.#model;
    this.#wasTooHigh = true;
    this.#isProbeSample = false;
    if (!isAppLimited) model.inflightLongterm = Math.max(inFlight, model.targetInflight() * BETA);
    if (model.state !== 'ProbeBW_UP') return false;
    this.startDown(now);
    return true;
  }

  #startUp(sample: AckSample): void {
    this.#isStopping = false;
    this.#model.startRound();
    this.#model.pipe.reset(sample.deliveryRate);
    this.#model.state = 'ProbeBW_UP';
    this.#raiseSlope();
  }

  /** AdaptLongTermModel(). True if it has decided on a state. */
  #adaptLongTermModel(sample: AckSample): boolean {
    const model = this.#model;
    if (this.#isStopping && model.isRoundStart) {
      this.#isStopping = false;
      this.#isProbeSample = false;
      if (model.isInProbeBw && !model.isAppLimited) model.advanceMaxBwFilter();
      // 5.3.3.6: a careful probe that went well is followed by a bold one at once.
      if (model.isInProbeBw && this.#wasPrecautionary && !this.#wasTooHigh) {
        this.startRefill();
        return true;
      }
    }
    if (sample.lostInFlight > sample.sentInFlight * LOSS_THRESHOLD) return false;
    if (model.inflightLongterm === Number.POSITIVE_INFINITY) return false;
    model.inflightLongterm = Math.max(model.inflightLongterm, sample.sentInFlight);
    if (model.state === 'ProbeBW_UP') this.#probeUpward(sample.ackedBytes);
    return false;
  }

  /** ProbeInflightLongtermUpward(): by one segment in the first round trip, then by 2, 4, 8. */
  #probeUpward(ackedBytes: number): void {
    const model = this.#model;
    if (!model.isCwndLimited || model.cwnd < model.inflightLongterm) return;
    this.#upAcked += ackedBytes;
    if (this.#upAcked >= this.#upAckedPerIncrease) {
      const segments = Math.floor(this.#upAcked / this.#upAckedPerIncrease);
      this.#upAcked -= segments * this.#upAckedPerIncrease;
      model.inflightLongterm += segments * model.mss;
    }
    if (model.isRoundStart) this.#raiseSlope();
  }

  /** RaiseInflightLongtermSlope(). */
  #raiseSlope(): void {
    const segments = 2 ** this.#upRounds;
    this.#upRounds = Math.min(this.#upRounds + 1, MAX_UP_ROUNDS);
    this.#upAckedPerIncrease = Math.max(this.#model.cwnd / segments, this.#model.mss);
  }

  /** PickProbeWait(). */
  #pickWait(): void {
    const doubled = 2 * this.#random();
    this.#waitFromRound = this.#model.roundCount - Math.floor(doubled);
    this.#waitMs = PROBE_WAIT_MS + PROBE_WAIT_SPREAD_MS * (doubled % 1);
  }

  /** IsTimeToProbeBW(), without its transition. */
  #isTimeToProbe(now: number): boolean {
    const model = this.#model;
    if (now > this.#cycleStart + this.#waitMs) return true;
    // A Reno flow in our place would need as many round trips as its window has segments.
    const rounds = Math.min(model.targetInflight() / model.mss, PROBE_WAIT_ROUNDS);
    return model.roundCount - this.#waitFromRound >= rounds;
  }

  #isTimeToCruise(): boolean {
    const model = this.#model;
    return (
      model.inFlight <= model.inflightWithHeadroom() &&
      model.inFlight <= model.inflightAt(1, model.maxBw)
    );
  }

  #isTimeToGoDown(sample: AckSample): boolean {
    const model = this.#model;
    // 5.3.3.6: the last probe went too high, so this one goes no further than that. Reached it is
    // when no further segment fits, and before this acknowledgment made room.
    if (this.#wasTooHigh && sample.priorInFlight + model.mss > model.inflightLongterm) {
      this.#wasPrecautionary = true;
      return true;
    }
    if (model.isCwndLimited && model.cwnd >= model.inflightLongterm) {
      model.pipe.reset(sample.deliveryRate);
      return false;
    }
    return model.pipe.isFullNow;
  }
}

/**
 * InflightAtLoss(): at how much in flight the losses crossed the threshold, when this many bytes
 * that left together brought them above it.
 */
function inflightAtLoss(bytes: number, sentInFlight: number, lostSince: number): number {
  const inFlightBefore = Math.max(sentInFlight - bytes, 0);
  const lostBefore = lostSince - bytes;
  const prefix = (LOSS_THRESHOLD * inFlightBefore - lostBefore) / (1 - LOSS_THRESHOLD);
  // Negative: losses before these had crossed it.
  return inFlightBefore + Math.max(prefix, 0);
}
