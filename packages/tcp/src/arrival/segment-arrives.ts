/**
 * SEGMENT ARRIVES for a connection (RFC 9293, 3.10.7.3 and 3.10.7.4), step by step in the order of
 * the RFC, with the checks of RFC 5961 (blind attacks) and RFC 7323 (PAWS) where they belong. For
 * TIME-WAIT, where there is only a record, see `layer/time-wait.ts`; for what most segments are,
 * `prediction.ts`.
 *
 * Nothing is sent here, resets excepted: an ACK that is owed is noted, and the output half of the
 * turn sends one for all segments of the batch (MUST-58, MUST-59).
 *
 * Deliberately absent: security and precedence (third check), which no IP network carries. Urgent
 * data is delivered in line, as RFC 6093 recommends, and its pointer is not signalled.
 */

import { readError, TcpError } from '../base/errors.js';
import { Because, Verdict } from '../base/reasons.js';
import { Answer, movesSequence } from '../connection/answer-limiter.js';
import { loseUnread } from '../connection/closing.js';
import type { TcpConnection } from '../connection/connection.js';
import { tallyOf } from '../connection/tally.js';
import { emitReset } from '../sending/emit.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { seq, seqAdd, seqDiff, seqEq, seqGt, seqLe, seqLt, seqNumberAdd } from '../wire/seq.js';
import { acknowledge } from './acknowledge.js';
import { takeMark } from './ecn.js';
import { isPredicted, takePredicted } from './prediction.js';
import { receiveText } from './receive-text.js';
import { refuseText } from './refuse-text.js';
import { arriveInSynSent, settleSynRtt } from './syn-sent.js';
import { isOldTimestamp, rememberTimestamp } from './timestamp.js';

/** Deals with one segment, and says what was decided about it. */
export function segmentArrives(
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
): Verdict {
  if (isPredicted(connection, seg, now)) return takePredicted(connection, seg, buf, now);
  if (connection.state === 'SYN-SENT') {
    const verdict = arriveInSynSent(connection, seg, buf, now);
    if (verdict === null) connection.patience.heard(now, false);
    // 3.10.7.3, fourth: text and FIN behind the SYN go on at the sixth step.
    return verdict ?? arriveBehindSyn(connection, seg, buf, now, processText);
  }
  if (isCrossedSyn(connection, seg)) {
    return arriveBehindSyn(connection, seg, buf, now, arriveInOrderOfChecks);
  }
  return arriveInOrderOfChecks(connection, seg, buf, now);
}

/** 3.10.7.4: the checks one after the other, until one refuses the segment. */
function arriveInOrderOfChecks(
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
): Verdict {
  const refused =
    checkTimestamp(connection, seg, now) ??
    checkSequence(connection, seg, now) ??
    checkReset(connection, seg, now) ??
    checkSyn(connection, seg, now) ??
    checkAck(connection, seg, now);
  if (refused !== null) return refused;
  rememberTimestamp(connection, seg, now);
  takeMark(connection, seg);
  return processText(connection, seg, buf, now);
}

/**
 * After crossed SYNs (RFC 9293, figure 7) the peer's SYN-ACK repeats its SYN in front of the
 * window, which the first check would refuse together with the ACK.
 */
function isCrossedSyn(connection: TcpConnection, seg: TcpHeader): boolean {
  const both = TcpFlag.SYN | TcpFlag.ACK;
  if (connection.state !== 'SYN-RECEIVED' || connection.listener !== null) return false;
  return (seg.flags & both) === both && seqEq(seg.seq, connection.rcv.irs);
}

/** Deals with a segment as if it came without its SYN. The observer sees it as it came. */
function arriveBehindSyn(
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
  arrive: typeof segmentArrives,
): Verdict {
  const { seq: first, flags, len } = seg;
  seg.seq = seqNumberAdd(first, 1);
  seg.flags = flags & ~TcpFlag.SYN;
  seg.len = len - 1;
  const verdict = arrive(connection, seg, buf, now);
  seg.seq = first;
  seg.flags = flags;
  seg.len = len;
  return verdict;
}

/** PAWS (RFC 7323, 5.3, R1): a segment older than what has been received. */
function checkTimestamp(connection: TcpConnection, seg: TcpHeader, now: number): Verdict | null {
  if (!connection.timestampsEnabled) return null;
  const isReset = (seg.flags & TcpFlag.RST) !== 0;
  if (!seg.hasTimestamp) return isReset ? null : Verdict.NO_TIMESTAMP;
  if (!isReset && isOldTimestamp(connection.rcv, seg, now)) {
    connection.context.counters.oldTimestamps++;
    answerRepetition(connection, Answer.OLD_TIMESTAMP, seg, now);
    return Verdict.OLD_TIMESTAMP;
  }
  return null;
}

/** First: the sequence number. */
function checkSequence(connection: TcpConnection, seg: TcpHeader, now: number): Verdict | null {
  const { rcv } = connection;
  // A closed window takes no text, but the ACK and RST of a segment at its edge are valid.
  if (rcv.isAcceptable(seq(seg.seq), seg.len) || (rcv.wnd === 0 && seqEq(seg.seq, rcv.nxt))) {
    return null;
  }
  if ((seg.flags & TcpFlag.RST) !== 0) return Verdict.OUT_OF_WINDOW;
  const isOld = seqLe(seqAdd(seg.seq, seg.len), rcv.nxt);
  if (connection.state === 'SYN-RECEIVED' && (seg.flags & TcpFlag.SYN) !== 0) {
    // The peer has not seen our SYN-ACK.
    if (connection.mayAnswer(Answer.SYN, now)) connection.synBecause = Because.DUPLICATE;
    return Verdict.DUPLICATE;
  }
  answerRepetition(connection, Answer.OUT_OF_WINDOW, seg, now);
  if (isOld) {
    // A peer that asks whether we are there (RFC 9293, 3.8.4) is there itself.
    if (seqDiff(rcv.nxt, seqAdd(seg.seq, seg.len)) <= 1) connection.patience.heard(now, false);
    if (connection.sackEnabled && movesSequence(seg)) {
      rcv.noteTwice(seq(seg.seq), seqAdd(seg.seq, seg.len));
    }
    connection.context.counters.duplicates++;
    tallyOf(connection).duplicates++;
    return Verdict.DUPLICATE;
  }
  connection.context.counters.outOfWindow++;
  return Verdict.OUT_OF_WINDOW;
}

/** An ACK for what was received before; a repetition with text has one each, for the peer's recovery. */
function answerRepetition(
  connection: TcpConnection,
  kind: Answer,
  seg: TcpHeader,
  now: number,
): void {
  if (!movesSequence(seg) && !connection.mayAnswer(kind, now)) return;
  connection.rcv.ackBecause = Because.DUPLICATE;
}

/** Second: the RST bit, with RFC 5961, 3. */
function checkReset(connection: TcpConnection, seg: TcpHeader, now: number): Verdict | null {
  if ((seg.flags & TcpFlag.RST) === 0) return null;
  if (!seqEq(seg.seq, connection.rcv.nxt)) return challenge(connection, Answer.RESET, now);
  connection.context.counters.resetsReceived++;
  switch (connection.state) {
    case 'SYN-RECEIVED':
      connection.fail(
        connection.listener === null
          ? new TcpError('ECONNREFUSED', 'the peer has refused the connection')
          : null,
      );
      break;
    case 'CLOSING':
    case 'LAST-ACK':
      // We are here from the moment of the close; for the RFC's user all text has been sent by now.
      if (connection.bufferedBytes > 0) connection.fail(resetByPeer());
      else connection.finish();
      break;
    default:
      connection.fail(resetByPeer());
  }
  return Verdict.RESET;
}

const resetByPeer = (): TcpError => readError('ECONNRESET');

/** Fourth: the SYN bit, with RFC 5961, 4. */
function checkSyn(connection: TcpConnection, seg: TcpHeader, now: number): Verdict | null {
  if ((seg.flags & TcpFlag.SYN) === 0) return null;
  if (connection.state === 'SYN-RECEIVED' && connection.listener !== null) {
    connection.fail(null);
    return Verdict.RESET;
  }
  return challenge(connection, Answer.SYN, now);
}

/** An ACK that makes a true peer prove itself (RFC 5961), in bounded number. */
function challenge(connection: TcpConnection, kind: Answer, now: number): Verdict {
  if (connection.mayAnswer(kind, now)) {
    connection.rcv.ackBecause = Because.CHALLENGE;
    connection.context.counters.challengeAcks++;
  }
  return Verdict.CHALLENGED;
}

/** Fifth: the ACK field. */
function checkAck(connection: TcpConnection, seg: TcpHeader, now: number): Verdict | null {
  if ((seg.flags & TcpFlag.ACK) === 0) return Verdict.NO_ACK;
  const { snd } = connection;
  if (connection.state === 'SYN-RECEIVED') {
    const refused = completeHandshake(connection, seg, now);
    if (refused !== null) return refused;
  }
  // RFC 5961, 5: an ACK older than any window is an attack or a ghost.
  const isGhost = seqDiff(snd.una, seg.ack) > snd.maxWnd;
  if (seqGt(seg.ack, snd.nxt) || isGhost) {
    challenge(connection, Answer.UNACCEPTABLE_ACK, now);
    return Verdict.BAD_ACK;
  }
  const { una } = snd;
  acknowledge(connection, seg, now);
  connection.patience.heard(now, snd.una !== una);
  if (snd.una !== una && connection.isOrphan) connection.requestEvents();
  switch (connection.state) {
    case 'FIN-WAIT-1':
      if (snd.finAcked) connection.enter('FIN-WAIT-2');
      break;
    case 'CLOSING':
      if (snd.finAcked) connection.startTimeWait(now);
      break;
    case 'LAST-ACK':
      if (snd.finAcked) {
        connection.finish();
        return Verdict.ACCEPTED;
      }
      break;
    default:
  }
  return null;
}

function completeHandshake(connection: TcpConnection, seg: TcpHeader, now: number): Verdict | null {
  const { snd, listener, context } = connection;
  if (!seqLt(snd.una, seg.ack) || !seqLe(seg.ack, snd.nxt)) {
    if (connection.mayAnswer(Answer.UNACCEPTABLE_ACK, now)) {
      emitReset(context, connection, seg, Because.UNACCEPTABLE_ACK);
    }
    return Verdict.BAD_ACK;
  }
  if (listener?.isFull) {
    // The SYN-ACK will be repeated, and with it the peer's ACK: there may be room by then.
    context.counters.dropped['backlog-full']++;
    return Verdict.NO_ROOM;
  }
  snd.wl1 = seq(seg.seq);
  snd.wl2 = seq(seg.ack);
  snd.wnd = seg.wnd << snd.windowShift;
  snd.maxWnd = Math.max(snd.maxWnd, snd.wnd);
  connection.synBecause = -1;
  settleSynRtt(connection, now);
  connection.establish();
  if (listener === null) {
    context.counters.connectionsOpened++;
    return processQueued(connection, now);
  }
  context.counters.connectionsAccepted++;
  listener.promote(connection);
  return null;
}

/** What has come with a crossed SYN, now that the state is ESTABLISHED (3.10.7.3, fourth). */
function processQueued(connection: TcpConnection, now: number): Verdict | null {
  const { rcv, context } = connection;
  const before = rcv.nxt;
  if (connection.isOrphan && rcv.ranges !== null && rcv.ranges.size > 0) {
    context.sendAbort(connection, now);
    loseUnread(connection);
    return Verdict.DATA_AFTER_CLOSE;
  }
  if (rcv.closeGaps()) {
    context.counters.bytesReceived += seqDiff(rcv.nxt, before);
    rcv.ackBecause = Because.ACK_DUE;
    context.requestEvents(connection);
  }
  if (rcv.finSeen && rcv.nxt === rcv.finSeq) receiveFin(connection, now);
  return null;
}

/** Sixth, seventh and eighth: urgent pointer, text, FIN. */
function processText(
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
): Verdict {
  if (seg.len === 0) return Verdict.ACCEPTED;
  if (!connection.canReceive || refuseText(connection, seg)) return Verdict.DATA_AFTER_CLOSE;
  const { rcv } = connection;
  const last = seqAdd(seg.seq, seg.len - 1);
  // Beyond the window a FIN is trimmed like text; at its very edge it needs no room.
  if ((seg.flags & TcpFlag.FIN) !== 0 && seqLe(last, rcv.edge)) {
    rcv.finSeen = true;
    rcv.finSeq = last;
  }
  if (seg.dataEnd === seg.dataStart && seqGt(seg.seq, rcv.nxt)) {
    // A FIN alone behind a gap: the peer has to hear of the gap.
    rcv.dupAcksDue++;
    return Verdict.OUT_OF_ORDER;
  }
  const verdict = receiveText(connection, seg, buf, now);
  if (rcv.finSeen && !rcv.finReceived && rcv.nxt === rcv.finSeq) receiveFin(connection, now);
  return verdict;
}

/** Eighth: the FIN has been reached. */
function receiveFin(connection: TcpConnection, now: number): void {
  const { rcv, snd } = connection;
  rcv.takeFin();
  connection.context.requestEvents(connection);
  if (connection.state === 'ESTABLISHED') connection.enter('CLOSE-WAIT');
  else if (connection.state === 'FIN-WAIT-2' || snd.finAcked) connection.startTimeWait(now);
  else connection.enter('CLOSING');
}
