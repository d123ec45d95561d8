/**
 * Recoveries that were none. Segments were late, not lost, when
 * - the acknowledgment of what was sent again echoes the time of its first emission (Eifel, RFC
 *   3522), or
 * - the peer reports every repetition as a duplicate (D-SACK, RFC 3708).
 * Then the window and the threshold are what they were, and what was judged lost is in flight again
 * (RFC 4015). F-RTO, which needs neither option, is in `frto.ts`.
 */

import type { Sender } from '../connection/sender.js';
import { seqGe } from '../wire/seq.js';
import type { Acknowledgment } from './acknowledgment.js';
import { endReduction } from './prr.js';

/** What has shown that a recovery was needless. */
export const UndoneBy = { NOTHING: 0, DSACK: 1, TIMESTAMP: 2, FRTO: 3 } as const;

export type UndoneBy = (typeof UndoneBy)[keyof typeof UndoneBy];

/** Congestion was found: from now on something may prove that it was none. */
export function allowUndo(snd: Sender): void {
  const { recovery } = snd;
  recovery.mayUndo = true;
  recovery.undoFrom = snd.una;
  recovery.undoUntil = snd.nxt;
  recovery.undoBytes = 0;
  recovery.repairedAt = -1;
}

/** The recovery is over; a report of duplicates may come for one more round trip. */
export function settleUndo(snd: Sender): void {
  snd.recovery.undoUntil = snd.nxt;
}

/** What of an acknowledgment proves the recovery needless. */
export function provenNeedless(snd: Sender, ack: Acknowledgment): UndoneBy {
  const { recovery } = snd;
  if (!recovery.mayUndo) return UndoneBy.NOTHING;
  if (ack.hasDsack && recovery.undoBytes > 0) {
    recovery.undoBytes -= ack.dsackBytes;
    if (recovery.undoBytes <= 0) return UndoneBy.DSACK;
  }
  const isSettled = snd.phase === 'open' && seqGe(snd.una, recovery.undoUntil);
  if (isSettled) recovery.mayUndo = false;
  if (recovery.repairedAt < 0 || snd.una === ack.priorUna || ack.echoAgeMs < 0) {
    return UndoneBy.NOTHING;
  }
  // What moved SND.UNA had left before the first repetition did.
  const isEarlier = Math.floor(ack.now) - ack.echoAgeMs < Math.floor(recovery.repairedAt);
  return isEarlier ? UndoneBy.TIMESTAMP : UndoneBy.NOTHING;
}

/** Takes the last congestion back. */
export function undo(snd: Sender, now: number): void {
  const { recovery } = snd;
  recovery.mayUndo = false;
  recovery.frto = 0;
  // Whatever made segments late may do so again: RACK gives them time.
  recovery.reorderingSeen = true;
  endReduction(snd);
  snd.map.forgetLost();
  snd.inflation = 0;
  snd.dupAcks = 0;
  snd.sawPartialAck = false;
  snd.forceRetransmit = false;
  snd.timeouts = 0;
  snd.phase = 'open';
  snd.congestion.handleSpurious(now);
}
