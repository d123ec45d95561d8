/**
 * RACK (RFC 8985, 6): a segment is lost when one that was sent later has arrived, and the time in
 * which it might still come, reordered, has passed. Time decides, not the number of duplicate
 * ACKs, so lost retransmissions are found as well.
 */

import { Because } from '../base/reasons.js';
import { REORDERING_PERSISTENCE } from '../connection/recovery-state.js';
import type { Sender } from '../connection/sender.js';
import { seqGe, seqGt, seqLt } from '../wire/seq.js';
import type { Acknowledgment } from './acknowledgment.js';

/** RFC 8985, 6.2, step 4: so much SACKed is loss as RFC 5681 sees it, in segments. */
const DUP_ACK_THRESHOLD = 3;

/** Adapts the reordering window to duplicates that were reported (RFC 8985, 6.2, step 4). */
export function adaptToDuplicates(snd: Sender, ack: Acknowledgment): void {
  const { recovery } = snd;
  if (recovery.inDsackRound && seqGe(snd.una, recovery.dsackRound)) recovery.inDsackRound = false;
  // A probe that met its original says nothing of reordering.
  if (!ack.hasDsack || ack.dsackOfProbe || recovery.inDsackRound) return;
  recovery.inDsackRound = true;
  recovery.dsackRound = snd.nxt;
  recovery.reorderingSteps++;
  recovery.reorderingPersist = REORDERING_PERSISTENCE;
}

/** A recovery has ended: without duplicates for long, the window shrinks again. */
export function settleReordering(snd: Sender): void {
  const { recovery } = snd;
  if (recovery.reorderingPersist > 0) recovery.reorderingPersist--;
  if (recovery.reorderingPersist === 0) recovery.reorderingSteps = 1;
}

/** RACK.reo_wnd, in ms. */
function reorderingWindow(snd: Sender): number {
  const { recovery, rtt } = snd;
  if (!recovery.reorderingSeen) {
    const isClear = snd.dupAcks >= DUP_ACK_THRESHOLD || snd.map.sackedBytes > 2 * snd.mss;
    if (snd.phase !== 'open' || isClear) return 0;
  }
  if (rtt.minRttMs < 0) return 0;
  return Math.min((recovery.reorderingSteps * rtt.minRttMs) / 4, rtt.srttMs);
}

/** Whether a record left before the one that RACK knows to have arrived. */
function isOvertaken(snd: Sender, index: number): boolean {
  const { map, recovery } = snd;
  const sentAt = map.sentAt(index);
  if (sentAt !== recovery.rackSentAt) return sentAt < recovery.rackSentAt;
  // Of the same moment: originals left in order, and behind them repetitions, in order too.
  if (map.timesRepeated(index) > 0 && !recovery.rackIsRepeat) return false;
  return seqLt(map.end(index), recovery.rackEnd);
}

/**
 * RACK_detect_loss (RFC 8985, 6.2, step 5): marks what is lost by now and sets the timer for what
 * will be.
 *
 * @returns how many bytes were marked.
 */
export function detectLoss(snd: Sender, now: number): number {
  const { map, recovery } = snd;
  snd.reorderingAt = Number.POSITIVE_INFINITY;
  if (recovery.rackSentAt < 0) return 0;
  const patienceMs = recovery.rackRttMs + reorderingWindow(snd);
  let lost = 0;
  let latest = -1;
  for (let index = 0; index < map.size; index++) {
    if (map.isSacked(index) || map.isLost(index)) continue;
    if (!isOvertaken(snd, index)) {
      // Originals leave in order: behind this one nothing was overtaken.
      if (map.isTimed(index)) break;
      continue;
    }
    const dueAt = map.sentAt(index) + patienceMs;
    if (dueAt <= now) {
      lost += judgeLost(snd, index, now);
      index = map.markLost(index, Because.LOST);
    } else if (dueAt > latest) {
      latest = dueAt;
    }
  }
  if (latest >= 0) snd.reorderingAt = latest;
  return lost;
}

/**
 * Counts a record that is about to be marked lost, and tells congestion control of it: but for a
 * probe of the path's MTU, whose loss is no sign of congestion (RFC 4821, 7.5).
 */
export function judgeLost(snd: Sender, index: number, now: number): number {
  const { map, rate, congestion } = snd;
  const bytes = map.length(index);
  if (map.because(index) === Because.MTU_PROBE) {
    snd.recovery.lostMtuProbe += bytes;
    return bytes;
  }
  rate.lost += bytes;
  congestion.handleLost(
    now,
    bytes,
    map.inFlight(index),
    rate.lost - map.lostBefore(index),
    map.delivered(index),
  );
  return bytes;
}

/** Whether a time-out may judge a record lost: it is the first, or old enough (RFC 8985, 6.3). */
export function isTimedOut(snd: Sender, index: number, now: number): boolean {
  const { map, recovery } = snd;
  if (index === 0 || recovery.rackSentAt < 0) return true;
  return map.sentAt(index) + recovery.rackRttMs + reorderingWindow(snd) <= now;
}

/** Whether nothing that was SACKed lies beyond SND.UNA. */
export const isInOrder = (snd: Sender): boolean =>
  snd.map.sackedBytes === 0 && !seqGt(snd.recovery.fack, snd.nxt);
