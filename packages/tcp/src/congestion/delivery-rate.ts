/**
 * How fast a connection delivers (draft-ietf-ccwg-bbr, 4.1, delivery rate estimation): each emission
 * remembers what had been delivered when it left, and the acknowledgment of the newest one gives
 * bytes over time, over the longer of the time to send that flight and the time to acknowledge it,
 * so that neither bursts of sending nor of acknowledging are taken for speed.
 *
 * Also here: rounds, which end when something is acknowledged that was sent after the last round
 * ended, and whether the application limits the flight.
 */

import { WIDE } from '@netlayers/bytes';

/** What was known of an emission when it left. */
export interface DeliveredEmission {
  sentAt: number;
  end: number;
  delivered: number;
  deliveredAt: number;
  firstSentAt: number;
  isAppLimited: boolean;
  inFlight: number;
  lostBefore: number;
}

/** Bytes a second: so coarse that every rate is a small integer, which needs no memory of its own. */
export const RATE_UNIT = 16;
const MOST_UNITS = 2 ** 30;

/** Measures one connection. */
export class DeliveryRate {
  /** Bytes delivered so far, and when the last of them were. */
  delivered = WIDE;
  deliveredAt = 0;
  /** When the first segment of the flight being measured was sent. */
  firstSentAt = 0;
  /** Bytes judged lost so far. */
  lost = 0;
  /** The newest rate in units of `RATE_UNIT`, below zero where the application limited it; 0 = none yet. */
  latest = 0;
  /** What is delivered beyond this was not limited by the application; 0 = nothing is. */
  #appLimitedUntil = WIDE;
  #roundEndsAt = WIDE;

  constructor() {
    this.delivered = 0;
    this.#appLimitedUntil = 0;
    this.#roundEndsAt = 0;
  }

  /** Whether what leaves now is limited by the application. */
  get isAppLimited(): boolean {
    return this.#appLimitedUntil > 0;
  }

  /** Something is about to leave. An idle connection begins a new flight. */
  beforeSend(now: number, inFlight: number): void {
    if (inFlight > 0) return;
    this.firstSentAt = now;
    this.deliveredAt = now;
  }

  /** The application has nothing more to send, and the window would allow it. */
  limitByApplication(inFlight: number): void {
    this.#appLimitedUntil = Math.max(this.delivered + inFlight, 1);
  }

  /** Bytes were delivered, by the ACK field or by SACK. */
  handleDelivered(now: number, bytes: number): void {
    this.delivered += bytes;
    this.deliveredAt = now;
  }

  /** All of an acknowledgment is counted. Forgets a limit that has been passed. */
  settle(): void {
    if (this.delivered > this.#appLimitedUntil) this.#appLimitedUntil = 0;
  }

  /** Whether the acknowledgment of an emission ends a round. */
  endsRound(deliveredBefore: number): boolean {
    if (deliveredBefore < this.#roundEndsAt) return false;
    this.#roundEndsAt = this.delivered;
    return true;
  }

  /**
   * Bytes per millisecond up to the acknowledgment of `newest`; 0 when it cannot be told.
   *
   * @param minRttMs smallest round trip known; anything faster is an artefact of joined packets.
   */
  rate(newest: DeliveredEmission, minRttMs: number): number {
    const sendMs = newest.sentAt - newest.firstSentAt;
    const ackMs = this.deliveredAt - newest.deliveredAt;
    const intervalMs = Math.max(sendMs, ackMs);
    this.firstSentAt = newest.sentAt;
    if (intervalMs <= 0 || intervalMs < minRttMs) return 0;
    const rate = (this.delivered - newest.delivered) / intervalMs;
    const units = Math.min(Math.round((rate * 1000) / RATE_UNIT), MOST_UNITS);
    this.latest = newest.isAppLimited ? -units : units;
    return rate;
  }
}
