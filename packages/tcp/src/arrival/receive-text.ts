/**
 * The text of a segment (RFC 9293, 3.10.7.4, seventh): trimmed to the window, delivered when it is
 * next, kept when a gap is in front of it.
 */

import { Because, Verdict } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import { tallyOf } from '../connection/tally.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { seq, seqAdd, seqDiff, seqGt } from '../wire/seq.js';

/** Takes the part of a segment's text that is new and inside the window. */
export function receiveText(connection: TcpConnection, seg: TcpHeader, buf: Uint8Array): Verdict {
  const { rcv, context } = connection;
  rcv.noteSize(
    seg.mergedSize > 0 ? seg.mergedSize : seg.dataEnd - seg.dataStart,
    (seg.flags & (TcpFlag.PSH | TcpFlag.FIN)) !== 0,
  );
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
  const length = end - start;
  // As if it had been lost: nothing is acknowledged, and the peer sends it again.
  if (!connection.delivery.mayTake(length)) return Verdict.NO_ROOM;
  rcv.nxt = seqAdd(rcv.nxt, length);
  rcv.unacked += length;
  context.counters.bytesReceived += length;
  connection.delivery.take(buf, start, end);
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
