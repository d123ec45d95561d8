/**
 * Proportional rate reduction (RFC 9937): during fast recovery what is sent follows what is
 * delivered, so that the flight shrinks to the new threshold over a round trip, neither in one halt
 * nor in a burst. For connections with SACK; RFC 6582's inflated window serves the others.
 */

import type { Sender } from '../connection/sender.js';
import type { Acknowledgment } from './acknowledgment.js';

/** Recovery begins; `ssthresh` is set (RFC 9937, 6). */
export function beginReduction(snd: Sender, ack: Acknowledgment): void {
  const { recovery } = snd;
  recovery.prrDelivered = 0;
  recovery.prrOut = 0;
  // RecoverFS: what was SACKed before will not be delivered any more, what is covered now was in flight.
  const sackedBefore = snd.map.sackedBytes - ack.sackedBytes;
  recovery.prrFlight = Math.max(snd.flightSize + ack.cumulativeBytes - sackedBefore, snd.mss);
  recovery.prrWindow = snd.pipe;
}

/** An acknowledgment during recovery: decides how much may leave for it. */
export function reduce(snd: Sender, ack: Acknowledgment): void {
  const { recovery, mss } = snd;
  if (recovery.prrWindow < 0) return;
  const { ssthresh } = snd.congestion;
  const inFlight = snd.pipe;
  recovery.prrDelivered += ack.deliveredBytes;
  const { prrDelivered, prrOut } = recovery;
  let count: number;
  if (inFlight > ssthresh) {
    count = Math.ceil((prrDelivered * ssthresh) / recovery.prrFlight) - prrOut;
  } else {
    count = Math.max(prrDelivered - prrOut, ack.deliveredBytes);
    // SafeACK: progress, and no further loss.
    if (snd.una !== ack.priorUna && ack.lostBytes === 0) count += mss;
    count = Math.min(ssthresh - inFlight, count);
  }
  // Fast retransmission does not wait for a share.
  if (prrOut === 0 && count < mss) count = mss;
  recovery.prrWindow = inFlight + Math.max(count, 0);
}

/** Recovery is over, one way or the other. */
export function endReduction(snd: Sender): void {
  snd.recovery.prrWindow = -1;
}
