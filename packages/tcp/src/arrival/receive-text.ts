/**
 * The text of a segment (RFC 9293, 3.10.7.4, seventh): trimmed to the window, delivered when it is
 * next, kept when a gap is in front of it.
 */

import { Because, Verdict } from '../base/reasons.js';
import { wholeMs } from '../base/whole-ms.js';
import type { TcpConnection } from '../connection/connection.js';
import { tallyOf } from '../connection/tally.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { seq, seqAdd, seqDiff, seqGt } from '../wire/seq.js';
import { tuneReceiveWindow } from './receive-window.js';

/** Takes the part of a segment's text that is new and inside the window. */
export function receiveText(
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
): Verdict {
  noteSize(connection, seg);
  return noteText(connection, seg, placeText(connection, seg, buf), now);
}

/** Takes the text of a segment that is next, all of it inside the window, where no gap is open. */
export function receiveNext(
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
): Verdict {
  noteSize(connection, seg);
  const isTaken = takeNext(connection, buf, seg.dataStart, seg.dataEnd);
  return noteText(connection, seg, isTaken ? Verdict.ACCEPTED : Verdict.NO_ROOM, now);
}

function noteSize({ rcv }: TcpConnection, seg: TcpHeader): void {
  rcv.noteSize(
    seg.mergedSize > 0 ? seg.mergedSize : seg.dataEnd - seg.dataStart,
    (seg.flags & (TcpFlag.PSH | TcpFlag.FIN)) !== 0,
  );
}

/** What was decided has consequences for the window. */
function noteText(
  connection: TcpConnection,
  seg: TcpHeader,
  verdict: Verdict,
  now: number,
): Verdict {
  if (verdict <= Verdict.OUT_OF_ORDER) connection.rcv.lastTextAt = wholeMs(now);
  if (verdict === Verdict.ACCEPTED) tuneReceiveWindow(connection, seg, now);
  return verdict;
}

/** Takes text that is next: hands it on, or keeps it. Returns false when there is no memory for it. */
function takeNext(connection: TcpConnection, buf: Uint8Array, start: number, end: number): boolean {
  const { rcv, context, delivery } = connection;
  const length = end - start;
  // As if it had been lost: nothing is acknowledged, and the peer sends it again.
  if (!delivery.mayTake(length)) return false;
  rcv.nxt = seqAdd(rcv.nxt, length);
  rcv.unacked += length;
  context.counters.bytesReceived += length;
  delivery.take(buf, start, end);
  return true;
}

/** Trims the text to what is new and inside the window, and takes or keeps it. */
function placeText(connection: TcpConnection, seg: TcpHeader, buf: Uint8Array): Verdict {
  const { rcv, context } = connection;
  let { dataStart: start, dataEnd: end } = seg;
  let left = seq(seg.seq);
  const old = seqDiff(rcv.nxt, left);
  if (old > 0) {
    if (connection.sackEnabled) rcv.noteTwice(left, rcv.nxt);
    start += old;
    left = rcv.nxt;
  }
  const beyond = seqDiff(seqAdd(left, end - start), rcv.edge);
  if (beyond > 0) end -= beyond;
  if (end <= start) {
    if (seg.dataEnd > seg.dataStart) rcv.ackBecause = Because.DUPLICATE;
    return seg.dataEnd > seg.dataStart ? Verdict.OUT_OF_WINDOW : Verdict.ACCEPTED;
  }
  if (seqGt(left, rcv.nxt)) {
    context.counters.outOfOrder++;
    tallyOf(connection).outOfOrder++;
    rcv.dupAcksDue++;
    rcv.ackBecause = Because.OUT_OF_ORDER;
    return rcv.keepOutOfOrder(left, buf, start, end) ? Verdict.OUT_OF_ORDER : Verdict.NO_ROOM;
  }
  if (!takeNext(connection, buf, start, end)) return Verdict.NO_ROOM;
  if (rcv.ranges !== null && rcv.ranges.size > 0) {
    // RFC 5681, 4.2: a segment that fills a gap is acknowledged at once.
    rcv.ackBecause = Because.ACK_DUE;
    const before = rcv.nxt;
    if (rcv.closeGaps()) {
      context.counters.bytesReceived += seqDiff(rcv.nxt, before);
      context.requestEvents(connection);
    }
  }
  return Verdict.ACCEPTED;
}
