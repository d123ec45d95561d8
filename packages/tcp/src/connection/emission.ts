/**
 * What is known of one emission: what it left with, and a record of the send map read at once.
 */

import { WIDE } from '@netlayers/bytes';
import { Because } from '../base/reasons.js';
import type { DeliveredEmission } from '../congestion/delivery-rate.js';
import { type Seq, seq } from '../wire/seq.js';

/** What a sender knew when something left: the state of its delivery-rate measurement. */
export interface EmissionState {
  /** Bytes delivered so far, and when the last of them were. */
  readonly delivered: number;
  readonly deliveredAt: number;
  /** When the first segment of the flight being measured was sent. */
  readonly firstSentAt: number;
  readonly isAppLimited: boolean;
  /** Bytes judged lost so far. */
  readonly lost: number;
}

/** A record, read at once. */
export interface Emission extends DeliveredEmission {
  start: Seq;
  end: Seq;
  because: Because;
  timesRepeated: number;
  isSacked: boolean;
  /** An acknowledgment of it measures a round trip (Karn's rule). */
  isTimed: boolean;
}

/** One to read records into. */
export const createEmission = (): Emission => ({
  start: seq(0),
  end: seq(0),
  because: Because.NEW_DATA,
  timesRepeated: 0,
  isSacked: false,
  isTimed: false,
  isAppLimited: false,
  sentAt: -1,
  delivered: WIDE,
  deliveredAt: WIDE,
  firstSentAt: WIDE,
  inFlight: 0,
  lostBefore: 0,
});
