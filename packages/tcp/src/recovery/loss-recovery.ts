/**
 * The states of loss recovery and what moves a connection between them: nothing missing (`open`),
 * fast recovery (`fast`), the time after a time-out (`timeout`, RFC 6298, 5). It puts the RFCs of
 * this folder in their order; each of them is a file of its own.
 *
 * It decides what is lost and never what is sent when: it marks the send map, the output round
 * sends.
 */

import { Because } from '../base/reasons.js';
import type { CongestionCause } from '../congestion/congestion-control.js';
import type { Sender } from '../connection/sender.js';
import { seqGe, seqLt } from '../wire/seq.js';
import type { Acknowledgment } from './acknowledgment.js';
import {
  beginFastRecovery,
  countDuplicate,
  markFirstLost,
  takePartialAck,
} from './duplicate-acks.js';
import { beginFrto, judgeTimeout } from './frto.js';
import { beginReduction, endReduction } from './prr.js';
import { adaptToDuplicates, detectLoss, isTimedOut, judgeLost, settleReordering } from './rack.js';
import { judgeProbe } from './tail-loss-probe.js';
import { allowUndo, provenNeedless, settleUndo, UndoneBy, undo } from './undo.js';

/** What has to be told of an acknowledgment. */
export interface RecoveryOutcome {
  /** The retransmission timer starts anew. */
  restartTimer: boolean;
  /** Fast recovery has begun with it. */
  hasBegun: boolean;
  /** What has shown a recovery to be needless. */
  undoneBy: UndoneBy;
  /** A tail loss probe has repaired a loss. */
  hasProbeRepaired: boolean;
}

const outcome: RecoveryOutcome = {
  restartTimer: false,
  hasBegun: false,
  undoneBy: UndoneBy.NOTHING,
  hasProbeRepaired: false,
};

/**
 * Judges an acknowledgment whose octets are in the map by now.
 *
 * @param isDuplicate RFC 5681's duplicate ACK.
 */
export function judge(
  snd: Sender,
  ack: Acknowledgment,
  isSackEnabled: boolean,
  isDuplicate: boolean,
  now: number,
): Readonly<RecoveryOutcome> {
  const isAdvance = snd.una !== ack.priorUna;
  outcome.restartTimer = isAdvance;
  outcome.hasBegun = false;
  outcome.hasProbeRepaired = false;
  outcome.undoneBy = provenNeedless(snd, ack);
  if (outcome.undoneBy === UndoneBy.NOTHING && snd.phase === 'timeout') {
    if (judgeTimeout(snd, ack, isDuplicate)) outcome.undoneBy = UndoneBy.FRTO;
  }
  if (outcome.undoneBy !== UndoneBy.NOTHING) undo(snd, now);
  if (isSackEnabled) judgeBlocks(snd, ack, isDuplicate, now);
  else if (isAdvance) judgeAdvance(snd, ack, now);
  else if (isDuplicate && countDuplicate(snd)) {
    ack.lostBytes += markFirstLost(snd, Because.FAST_RETRANSMIT, now);
    enterFast(snd, now);
    beginFastRecovery(snd);
  }
  return outcome;
}

/** With SACK: RACK says what is lost, PRR how fast it is repaired. */
function judgeBlocks(snd: Sender, ack: Acknowledgment, isDuplicate: boolean, now: number): void {
  const isAdvance = snd.una !== ack.priorUna;
  if (isAdvance) snd.dupAcks = 0;
  else if (isDuplicate) snd.dupAcks++;
  leaveIfRepaired(snd, now);
  adaptToDuplicates(snd, ack);
  if (judgeProbe(snd, ack, isDuplicate && !ack.hasDsack) && snd.phase === 'open') {
    outcome.hasProbeRepaired = true;
    reportCongestion(snd, 'loss', !snd.recovery.isReduced, now);
  }
  // With nothing missing there is nothing to look for.
  if (snd.map.sackedBytes === 0 && snd.phase === 'open' && snd.reorderingAt === Infinity) return;
  ack.lostBytes += detectLoss(snd, now);
  if (ack.lostBytes > 0 && snd.phase === 'open') repair(snd, ack, now);
}

/**
 * Loss was found with nothing missing before.
 *
 * @returns whether fast recovery has begun: a probe of the path's MTU that is lost alone is only sent
 *   again, in smaller segments.
 */
function repair(snd: Sender, ack: Acknowledgment, now: number): boolean {
  snd.forceRetransmit = true;
  if (ack.lostBytes === snd.recovery.lostMtuProbe) {
    ack.lostBytes = 0;
    return false;
  }
  enterFast(snd, now);
  if (!snd.congestion.governsRecovery) beginReduction(snd, ack);
  return true;
}

/** Without SACK: RFC 6582's acknowledgments. */
function judgeAdvance(snd: Sender, ack: Acknowledgment, now: number): void {
  snd.dupAcks = 0;
  if (snd.phase === 'fast' && !seqGe(snd.una, snd.recover)) {
    outcome.restartTimer = takePartialAck(snd, ack.cumulativeBytes, now);
    return;
  }
  if (snd.phase !== 'fast') snd.inflation = 0;
  leaveIfRepaired(snd, now);
}

function enterFast(snd: Sender, now: number): void {
  outcome.hasBegun = true;
  snd.phase = 'fast';
  snd.recover = snd.nxt;
  allowUndo(snd);
  reportCongestion(snd, 'loss', !snd.recovery.isReduced, now);
}

/** What limited transmit has sent lies beyond the window and does not count (RFC 5681, 3.2, step 2). */
function reportCongestion(
  snd: Sender,
  cause: CongestionCause,
  isFirst: boolean,
  now: number,
): void {
  const flightSize = Math.min(snd.flightSize, snd.congestion.cwnd);
  snd.congestion.handleCongestion({ cause, now, flightSize, isFirst });
}

/** Everything is acknowledged that was in flight when the recovery began. */
function leaveIfRepaired(snd: Sender, now: number): void {
  if (snd.phase === 'open' || !seqGe(snd.una, snd.recover)) return;
  const wasReduced = snd.recovery.prrWindow >= 0;
  const { phase } = snd;
  snd.phase = 'open';
  snd.inflation = 0;
  snd.sawPartialAck = false;
  snd.recovery.frto = 0;
  endReduction(snd);
  settleReordering(snd);
  settleUndo(snd);
  if (phase === 'fast') {
    // PRR has brought the flight to the threshold; the other way guards against a burst.
    const inFlight = wasReduced ? Number.POSITIVE_INFINITY : snd.flightSize;
    snd.congestion.handleRecovered(now, inFlight);
  }
}

/** The time in which something might have been reordered has passed (RFC 8985, 6.3). */
export function handleReorderingTimeout(snd: Sender, ack: Acknowledgment, now: number): boolean {
  ack.begin(snd, -1, now);
  ack.lostBytes = detectLoss(snd, now);
  return ack.lostBytes > 0 && snd.phase === 'open' && repair(snd, ack, now);
}

/**
 * The retransmission timer has expired: what is in flight is presumed lost (RFC 6298, 5.4 to 5.6).
 *
 * @returns whether the peer has reneged.
 */
export function handleTimeout(snd: Sender, isSackEnabled: boolean, now: number): boolean {
  const { map, recovery } = snd;
  const isFirst = snd.timeouts === 0;
  const hasReneged = snd.isReneged;
  if (hasReneged) map.forgetSacked();
  if (snd.phase === 'open') allowUndo(snd);
  const because = hasReneged ? Because.RENEGED : Because.RETRANSMISSION_TIMEOUT;
  for (let index = 0; index < map.size; index++) {
    if (map.isSacked(index)) continue;
    if (isSackEnabled && !hasReneged && !isTimedOut(snd, index, now)) continue;
    if (!map.isLost(index)) judgeLost(snd, index, now);
    index = map.markLost(index, because);
  }
  reportCongestion(snd, 'timeout', isFirst, now);
  beginFrto(snd, isFirst && snd.phase === 'open' && !hasReneged);
  snd.timeouts++;
  snd.rtt.backOff();
  snd.phase = 'timeout';
  if (seqLt(snd.recover, snd.nxt)) snd.recover = snd.nxt;
  snd.dupAcks = 0;
  snd.inflation = 0;
  snd.sawPartialAck = false;
  recovery.isProbeOut = false;
  // Whatever was probed is lost with the rest: the search for the path’s size has been told.
  recovery.lostMtuProbe = 0;
  snd.tailProbeAt = Number.POSITIVE_INFINITY;
  snd.reorderingAt = Number.POSITIVE_INFINITY;
  endReduction(snd);
  snd.forceRetransmit = true;
  return hasReneged;
}
