/**
 * F-RTO (RFC 5682, 2.1 and 3.1): after a time-out one segment is sent again, and the next two
 * acknowledgments tell whether the others were lost or only late. Between them new data is sent
 * instead of repetitions. It needs neither timestamps nor SACK.
 */

import type { Sender } from '../connection/sender.js';
import { seqLt } from '../wire/seq.js';
import type { Acknowledgment } from './acknowledgment.js';

/** The first time-out for what is in flight: the acknowledgments behind it are watched. */
export function beginFrto(snd: Sender, isFirst: boolean): void {
  snd.recovery.frto = isFirst ? 1 : 0;
}

/**
 * Step 2, (b): the peer's window or Nagle's rule lets no new data go, so there is nothing to judge by.
 *
 * @returns whether repetitions have waited for it.
 */
export function abandonFrto(snd: Sender): boolean {
  if (!snd.holdsRepetitions || snd.nxt !== snd.recover) return false;
  snd.recovery.frto = 0;
  return true;
}

/**
 * An acknowledgment behind a time-out.
 *
 * @param isDuplicate RFC 5681's duplicate ACK.
 * @returns whether the time-out was spurious.
 */
export function judgeTimeout(snd: Sender, ack: Acknowledgment, isDuplicate: boolean): boolean {
  const { recovery } = snd;
  if (recovery.frto === 0) return false;
  const isAdvance = snd.una !== ack.priorUna;
  // Text of the peer, or a new window, that was on its way: no answer to anything, unless it reports
  // what has arrived since.
  if (!isAdvance && !isDuplicate && ack.sackedBytes === 0) return false;
  if (recovery.frto === 1) {
    // Step 2: (a) a duplicate, or everything at once, says nothing; (b) else new data goes next.
    recovery.frto = isAdvance && seqLt(snd.una, snd.recover) && snd.hasUnsent ? 2 : 0;
    return false;
  }
  // Step 3: (b) what was never sent again arrives; (a) a duplicate: the loss was real, and the window
  // makes room for one repetition more than the new data has taken.
  recovery.frto = 0;
  if (!isAdvance) snd.forceRetransmit = true;
  return isAdvance && ack.deliversOriginal && !ack.coversRepeated;
}
