/**
 * How a sender without selective acknowledgments finds and repairs loss: duplicate ACKs, fast
 * retransmit and fast recovery (RFC 5681, 3.2; RFC 6582), limited transmit (RFC 3042).
 *
 * The window inflated by duplicate ACKs stands for segments that have left the network.
 */

import { Because } from '../base/reasons.js';
import type { Sender } from '../connection/sender.js';
import { seqAdd, seqDiff, seqGt, seqLt } from '../wire/seq.js';
import { judgeLost } from './rack.js';

/** RFC 6582, 4.1: an acknowledgment of no more than these full segments is a small step. */
const SMALL_STEP_SEGMENTS = 4;
/** RFC 5681, 3.2: this many duplicates are loss, fewer may be reordering. */
export const DUP_ACK_THRESHOLD = 3;

/**
 * An ACK that acknowledges nothing new while data is in flight (RFC 5681, 2).
 *
 * @returns whether it is the one that tells of a loss.
 */
export function countDuplicate(snd: Sender): boolean {
  snd.dupAcks++;
  if (snd.phase === 'fast') {
    // Each one says that a segment has left the network.
    snd.inflation += snd.mss;
    return false;
  }
  if (snd.dupAcks < DUP_ACK_THRESHOLD) {
    // Limited transmit: new data keeps the ACKs coming.
    if (snd.phase === 'open') snd.inflation = snd.dupAcks * snd.mss;
    return false;
  }
  if (snd.dupAcks !== DUP_ACK_THRESHOLD) return false;
  // RFC 6582, 3.2, step 2: data of before the last recovery does not start another one.
  return seqGt(snd.una, snd.recover) || isRepetitionLost(snd);
}

/**
 * The acknowledgment heuristic of RFC 6582, 4.1: duplicates of what a time-out has sent again without
 * need follow an acknowledgment that took a great step. After a small one they tell of a loss.
 */
const isRepetitionLost = (snd: Sender): boolean =>
  snd.congestion.cwnd > snd.mss &&
  seqDiff(snd.una, snd.recovery.priorUna) <= SMALL_STEP_SEGMENTS * snd.mss &&
  !snd.map.isLost(0);

/** The first segment in flight is lost; it is sent again whatever the window says. */
export function markFirstLost(snd: Sender, because: Because, now: number): number {
  const { map } = snd;
  if (map.size === 0 || map.isLost(0)) return 0;
  const edge = seqAdd(snd.una, snd.mss);
  if (seqLt(edge, map.end(0))) map.cut(0, edge);
  const lost = judgeLost(snd, 0, now);
  map.markLost(0, because);
  snd.forceRetransmit = true;
  return lost;
}

/** The third duplicate: fast recovery begins, with the window that they stand for. */
export function beginFastRecovery(snd: Sender): void {
  snd.sawPartialAck = false;
  snd.inflation = DUP_ACK_THRESHOLD * snd.mss;
}

/**
 * RFC 6582, 3.2, step 3, partial acknowledgment: the segment at its edge is lost too.
 *
 * @returns whether the retransmission timer starts anew.
 */
export function takePartialAck(snd: Sender, ackedBytes: number, now: number): boolean {
  markFirstLost(snd, Because.PARTIAL_ACK, now);
  snd.inflation = Math.max(0, snd.inflation - ackedBytes) + (ackedBytes >= snd.mss ? snd.mss : 0);
  // "Impatient": only the first partial ACK restarts the timer, so that a window with many losses
  // ends in slow start instead of one retransmission a round trip.
  const isFirst = !snd.sawPartialAck;
  snd.sawPartialAck = true;
  return isFirst;
}
