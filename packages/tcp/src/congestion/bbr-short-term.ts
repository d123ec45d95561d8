/**
 * BBR's short-term model: how much the path takes while there is loss that the flow has not asked
 * for (draft-ietf-ccwg-bbr-06, 5.5.10.3). It bounds rate and volume from the first loss until the
 * flow next probes for bandwidth; then it is forgotten, and the long-term model rules alone.
 *
 * Losses are judged once a round trip, and the round begins with the first of them; the rounds of
 * the probing cycle have nothing to do with it. The draft lowers the bounds after any round with
 * loss. Then 1 % of random loss takes 1 % of the rate each round trip, and all of what the flow
 * held back by itself (DOWN, ProbeRTT): 0.80 of 100 Mbit/s at 50 ms. So `lossTolerance` is what a
 * probe tolerates, too; 0 is the draft's rule.
 */

import type { AckSample } from './congestion-control.js';

/** BBR.Beta: what is kept, at least, of either bound in a round trip with loss. */
export const BETA = 0.7;

/** Bounds from the newest losses. */
export class ShortTermModel {
  /** BBR.bw_shortterm, in bytes per millisecond; `Infinity` = no bound. */
  bw = Number.POSITIVE_INFINITY;
  /** BBR.inflight_shortterm, in bytes; `Infinity` = no bound. */
  inflight = Number.POSITIVE_INFINITY;
  /** BBR.is_loss_in_round. */
  isLossInRound = false;
  /** BBR.loss_round_start: whether this acknowledgment ends a round of losses. */
  isRoundStart = false;
  /** BBR.inflight_latest: the most that was delivered within one round trip, over one round trip. */
  inflightLatest = 0;
  readonly #lossTolerance: number;
  #bwLatest = 0;
  #roundDelivered = 0;
  #lostInRound = 0;

  /** @param lossTolerance the part of a round trip's data that may be lost without a bound; 0 = none. */
  constructor(lossTolerance: number) {
    this.#lossTolerance = lossTolerance;
  }

  /**
   * NoteLoss(), without its saving of state.
   *
   * @param delivered from where the round counts if this is its first loss.
   * @param segment what one segment is, and so the least that a loss can be.
   * @returns whether it is.
   */
  noteLoss(delivered: number, bytes: number, segment: number): boolean {
    const isFirst = !this.isLossInRound;
    if (isFirst) {
      this.#roundDelivered = delivered;
      // The round begins with a loss because of that loss, so it says nothing about how many there are.
      this.#lostInRound = -segment;
    }
    this.#lostInRound += bytes;
    this.isLossInRound = true;
    return isFirst;
  }

  /** An ECN mark: congestion, however little was lost. */
  noteMark(delivered: number): void {
    this.noteLoss(delivered, Number.POSITIVE_INFINITY, 0);
  }

  /** Lets the round of losses end with data that is sent from now on. */
  startRound(delivered: number): void {
    this.#roundDelivered = delivered;
  }

  /** UpdateLatestDeliverySignals(): near the start of an acknowledgment. */
  updateLatest(sample: AckSample): void {
    this.#bwLatest = Math.max(this.#bwLatest, sample.deliveryRate);
    this.inflightLatest = Math.max(this.inflightLatest, sample.delivered - sample.priorDelivered);
    this.isRoundStart = sample.priorDelivered >= this.#roundDelivered;
    if (this.isRoundStart) this.#roundDelivered = sample.delivered;
  }

  /** AdaptLowerBoundsFromCongestion(), for a flow that is not probing for bandwidth. */
  adapt(maxBw: number, cwnd: number): void {
    if (!this.isLossInRound || !this.#isTooMuch()) return;
    if (this.bw === Number.POSITIVE_INFINITY) this.bw = maxBw;
    if (this.inflight === Number.POSITIVE_INFINITY) this.inflight = cwnd;
    this.bw = Math.max(this.#bwLatest, BETA * this.bw);
    this.inflight = Math.max(this.inflightLatest, BETA * this.inflight);
  }

  /** AdvanceLatestDeliverySignals(): near the end of an acknowledgment. */
  advanceLatest(sample: AckSample): void {
    if (!this.isRoundStart) return;
    this.#bwLatest = sample.deliveryRate;
    this.inflightLatest = sample.delivered - sample.priorDelivered;
  }

  /** ResetCongestionSignals(). */
  resetSignals(): void {
    this.isLossInRound = false;
    this.#bwLatest = 0;
    this.inflightLatest = 0;
  }

  /** ResetShortTermModel(). */
  reset(): void {
    this.bw = Number.POSITIVE_INFINITY;
    this.inflight = Number.POSITIVE_INFINITY;
  }

  #isTooMuch(): boolean {
    if (this.#lossTolerance === 0) return true;
    return this.#lostInRound > this.inflightLatest * this.#lossTolerance;
  }
}
