/**
 * How a sender without selective acknowledgments finds and repairs loss: duplicate ACKs, fast
 * retransmit and fast recovery (RFC 5681, 3.2; RFC 6582), limited transmit (RFC 3042), and the
 * return to slow start after a time-out (RFC 6298, 5).
 *
 * It decides what is lost, never what is sent when: it marks ranges, the output round sends them.
 */

import { Because } from '../base/reasons.js';
import type { Sender } from '../connection/sender.js';
import { type Seq, seqAdd, seqDiff, seqGe, seqGt, seqLt } from '../wire/seq.js';

/** RFC 5681, 3.2: this many duplicates are loss, fewer may be reordering. */
const DUP_ACK_THRESHOLD = 3;

/**
 * New data was acknowledged: `una` has moved from `before` to where it is now.
 *
 * @returns whether the retransmission timer starts anew.
 */
export function handleNewAck(snd: Sender, before: Seq, now: number): boolean {
  const acked = seqDiff(snd.una, before);
  snd.dupAcks = 0;
  if (snd.phase === 'fast') {
    if (seqGe(snd.una, snd.recover)) {
      endRecovery(snd);
      snd.congestion.handleRecoveryEnd(snd.flightSize, now);
      return true;
    }
    return handlePartialAck(snd, acked);
  }
  snd.inflation = 0;
  snd.congestion.handleAck(acked, snd.wasLimited || snd.phase === 'timeout', now);
  if (snd.phase === 'timeout' && seqGe(snd.una, snd.recover)) endRecovery(snd);
  return true;
}

/** RFC 6582, 3.2, step 3, partial acknowledgment: the segment at its edge is lost too. */
function handlePartialAck(snd: Sender, acked: number): boolean {
  snd.markLost(snd.una, seqAdd(snd.una, snd.mss), Because.PARTIAL_ACK);
  snd.forceRetransmit = true;
  snd.inflation = Math.max(0, snd.inflation - acked) + (acked >= snd.mss ? snd.mss : 0);
  // "Impatient": only the first partial ACK restarts the timer, so that a window with many losses
  // ends in slow start instead of one retransmission a round trip.
  const isFirst = !snd.sawPartialAck;
  snd.sawPartialAck = true;
  return isFirst;
}

function endRecovery(snd: Sender): void {
  snd.phase = 'open';
  snd.inflation = 0;
  snd.sawPartialAck = false;
}

/** An ACK that acknowledges nothing new while data is in flight (RFC 5681, 2). */
export function handleDuplicateAck(snd: Sender, now: number): void {
  snd.dupAcks++;
  if (snd.phase === 'fast') {
    // Each one says that a segment has left the network.
    snd.inflation += snd.mss;
    return;
  }
  if (snd.dupAcks < DUP_ACK_THRESHOLD) {
    // Limited transmit: new data keeps the ACKs coming.
    if (snd.phase === 'open') snd.inflation = snd.dupAcks * snd.mss;
    return;
  }
  // RFC 6582, 3.2, step 2: data of before the last recovery does not start another one.
  if (snd.dupAcks !== DUP_ACK_THRESHOLD || !seqGt(snd.una, snd.recover)) return;
  snd.phase = 'fast';
  snd.recover = snd.nxt;
  snd.sawPartialAck = false;
  // What limited transmit has sent lies beyond the window and does not count (RFC 5681, 3.2, step 2).
  snd.congestion.handleLoss(Math.min(snd.flightSize, snd.congestion.cwnd), now);
  snd.inflation = DUP_ACK_THRESHOLD * snd.mss;
  snd.markLost(snd.una, seqAdd(snd.una, snd.mss), Because.FAST_RETRANSMIT);
  snd.forceRetransmit = true;
}

/** The retransmission timer has expired: everything in flight is presumed lost (RFC 6298, 5.4 to 5.6). */
export function handleTimeout(snd: Sender, now: number): void {
  snd.congestion.handleTimeout(snd.flightSize, snd.timeouts === 0, now);
  snd.timeouts++;
  snd.rtt.backOff();
  snd.timedAt = -1;
  snd.phase = 'timeout';
  if (seqLt(snd.recover, snd.nxt)) snd.recover = snd.nxt;
  snd.dupAcks = 0;
  snd.inflation = 0;
  snd.sawPartialAck = false;
  snd.markLost(snd.una, snd.nxt, Because.RETRANSMISSION_TIMEOUT);
  snd.forceRetransmit = true;
}
