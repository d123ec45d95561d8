/**
 * SEGMENT ARRIVES in SYN-SENT (RFC 9293, 3.10.7.3), and what both kinds of open do with the peer's
 * SYN: the options that it offers and we accept.
 */

import { TcpError } from '../base/errors.js';
import { Because, Verdict } from '../base/reasons.js';
import { wholeMs } from '../base/whole-ms.js';
import { Answer } from '../connection/answer-limiter.js';
import type { TcpConnection } from '../connection/connection.js';
import { emitReset } from '../sending/emit.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { TIMESTAMPS_LENGTH } from '../wire/options.js';
import { seq, seqAdd, seqGt, seqLe } from '../wire/seq.js';
import { agreeOnEcn } from './ecn.js';

/** Takes the peer's SYN: sequence number, options, window, which is never scaled on a SYN (RFC 7323, 2.2). */
export function takeSyn(connection: TcpConnection, seg: TcpHeader, now: number): void {
  const { snd, rcv } = connection;
  rcv.synchronize(seq(seg.seq));
  connection.timestampsEnabled &&= seg.hasTimestamp;
  connection.sackEnabled &&= seg.sackPermitted;
  connection.scalingEnabled &&= seg.windowShift >= 0;
  if (connection.scalingEnabled) {
    snd.windowShift = seg.windowShift;
    rcv.windowShift = connection.offeredShift;
  }
  if (connection.timestampsEnabled) {
    rcv.tsRecent = seg.tsval | 0;
    rcv.tsRecentAt = wholeMs(now);
  }
  agreeOnEcn(connection, seg);
  connection.pathMtu.settle(seg.mss);
  // What the peer sends at most, as far as it can be known: the path is as narrow in the other
  // direction, and timestamps take their room there too.
  const optionsLength = connection.timestampsEnabled ? TIMESTAMPS_LENGTH : 0;
  rcv.mss = Math.min(connection.advertisedMss - optionsLength, snd.mss);
  snd.wnd = seg.wnd;
  snd.maxWnd = seg.wnd;
  snd.wl1 = seq(seg.seq);
  snd.wl2 = (seg.flags & TcpFlag.ACK) !== 0 ? seq(seg.ack) : snd.iss;
}

/**
 * Deals with a segment that answers our SYN.
 *
 * @returns `null` when the connection is established, and what lies behind the SYN is welcome.
 */
export function arriveInSynSent(
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
): Verdict | null {
  const { snd, rcv, context } = connection;
  const hasAck = (seg.flags & TcpFlag.ACK) !== 0;
  const isReset = (seg.flags & TcpFlag.RST) !== 0;
  // First: the ACK bit.
  if (hasAck && (seqLe(seg.ack, snd.iss) || seqGt(seg.ack, snd.nxt))) {
    if (!isReset && connection.mayAnswer(Answer.UNACCEPTABLE_ACK, now)) {
      emitReset(context, connection, seg, Because.UNACCEPTABLE_ACK);
    }
    return Verdict.BAD_ACK;
  }
  // Second: the RST bit. Without an ACK it may be anybody's.
  if (isReset) {
    if (!hasAck) return Verdict.NO_ACK;
    context.counters.resetsReceived++;
    connection.fail(new TcpError('ECONNREFUSED', 'the peer has refused the connection'));
    return Verdict.RESET;
  }
  // Fourth: the SYN bit.
  if ((seg.flags & TcpFlag.SYN) === 0) return Verdict.NO_ACK;
  takeSyn(connection, seg, now);
  // Our SYN has offered a window already.
  rcv.edge = seqAdd(rcv.nxt, Math.min(rcv.capacity, 65535));
  if (!hasAck) {
    // Crossed SYNs: acknowledge the peer's with a SYN-ACK.
    connection.enter('SYN-RECEIVED');
    connection.synBecause = Because.ACCEPT;
    queueBehindSyn(connection, seg, buf);
    return Verdict.ACCEPTED;
  }
  snd.advance(seq(seg.ack));
  settleSynRtt(connection, now);
  snd.retransmitAt = Number.POSITIVE_INFINITY;
  rcv.ackBecause = Because.ACK_DUE;
  context.counters.connectionsOpened++;
  connection.establish();
  return null;
}

/**
 * 3.10.7.3, fourth: text and FIN of a crossed SYN are processed after ESTABLISHED has been reached.
 * Until then they lie at RCV.NXT like text beyond a gap: neither acknowledged nor delivered, and
 * given up where memory is short, for the peer has them.
 */
function queueBehindSyn(connection: TcpConnection, seg: TcpHeader, buf: Uint8Array): void {
  const { rcv } = connection;
  const { dataStart: start, dataEnd } = seg;
  const end = Math.min(dataEnd, start + rcv.wnd);
  if (end > start) rcv.keepOutOfOrder(rcv.nxt, buf, start, end);
  if ((seg.flags & TcpFlag.FIN) === 0 || end < dataEnd) return;
  rcv.finSeen = true;
  rcv.finSeq = seqAdd(rcv.nxt, end - start);
}

/** RFC 6298, (5.7) and RFC 5681, 3.1: what a repeated SYN means for the time after it. */
export function settleSynRtt(connection: TcpConnection, now: number): void {
  const { snd } = connection;
  if (snd.timeouts > 0) {
    snd.rtt.restartAfterSynLoss();
    snd.congestion.handleSynLoss();
  } else if (snd.synSentAt >= 0) {
    snd.rtt.sample(now - snd.synSentAt);
    snd.rtt.noteMin(now - snd.synSentAt, now);
  }
  snd.synSentAt = -1;
  snd.timeouts = 0;
}
