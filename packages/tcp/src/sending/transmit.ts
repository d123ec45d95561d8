/**
 * The output half of a connection's turn: after everything that has arrived has been dealt with,
 * it decides what leaves. Retransmissions first, then new text under the peer's window, the
 * congestion window and Nagle's rule (RFC 9293, 3.7.4 and 3.8.6.2.1), at last an ACK if one is owed
 * and none has ridden on data (3.8.6.3).
 */

import { Because, HeldBy } from '../base/reasons.js';
import { wholeMs } from '../base/whole-ms.js';
import type { TcpConnection } from '../connection/connection.js';
import type { Sender } from '../connection/sender.js';
import { tallyOf } from '../connection/tally.js';
import { abandonFrto } from '../recovery/frto.js';
import { scheduleProbe } from '../recovery/tail-loss-probe.js';
import { TcpFlag } from '../wire/flags.js';
import { seqAdd } from '../wire/seq.js';
import { emitSegment, sackRoom } from './emit.js';
import { emitKeepAlive } from './keep-alive.js';
import { mayGoSmall } from './nagle.js';
import { transmitMtuProbe, transmitTailProbe, transmitWindowProbe } from './probes.js';
import { repeatRecord, sendNew } from './send-range.js';

/** A new segment larger than this share of the peer's largest window may go although it is not full (Fs of 3.8.6.2.1). */
const WINDOW_SHARE = 1 / 2;

/** RFC 9293, 3.8.6.1: probing starts after one RTO; bounds as for the retransmission timer. */
const LONGEST_PROBE_INTERVAL_MS = 60_000;

/** A TCP header with every byte of options that its data offset can say. */
const LONGEST_TCP_HEADER = 60;

/**
 * Transmits what is due at `now`.
 *
 * @returns false when the device's queue was full before everything had left.
 */
export function transmit(connection: TcpConnection, now: number): boolean {
  if (connection.state === 'CLOSED') return true;
  const done = connection.isSynchronized
    ? transmitAcksOfGaps(connection, now) &&
      transmitWindowProbe(connection, now) &&
      transmitTailProbe(connection, now) &&
      transmitQueue(connection, now) &&
      transmitAck(connection, now)
    : transmitSyn(connection, now);
  if (!done) connection.context.observer?.senderHeld?.(connection, HeldBy.DEVICE);
  return done;
}

function transmitSyn(connection: TcpConnection, now: number): boolean {
  const { snd } = connection;
  if (connection.synBecause >= 0) {
    const flags = connection.state === 'SYN-SENT' ? TcpFlag.SYN : TcpFlag.SYN | TcpFlag.ACK;
    const because = connection.synBecause as Because;
    if (!emitSegment(connection, snd.iss, 0, flags, because, now)) return false;
    connection.synBecause = -1;
    if (snd.nxt !== snd.iss) tallyOf(connection).segmentsRetransmitted++;
    noteSyn(snd, now);
  }
  const owesAck = connection.state === 'SYN-RECEIVED' && connection.rcv.ackBecause >= 0;
  return !owesAck || emitAck(connection, connection.rcv.ackBecause as Because, now);
}

/** A SYN has left, for the first time or again: its round trip is measured if it was sent once (Karn). */
function noteSyn(snd: Sender, now: number): void {
  const isFirst = snd.nxt === snd.iss;
  snd.synSentAt = isFirst ? now : -1;
  snd.nxt = seqAdd(snd.iss, 1);
  snd.timedFrom = snd.nxt;
  snd.lastSentAt = wholeMs(now);
  if (snd.retransmitAt === Number.POSITIVE_INFINITY) snd.retransmitAt = now + snd.rtt.rtoMs;
}

/** Each out-of-order segment is answered by an ACK of its own (RFC 5681, 4.2). */
function transmitAcksOfGaps(connection: TcpConnection, now: number): boolean {
  const { rcv } = connection;
  while (rcv.dupAcksDue > 0) {
    if (!emitAck(connection, Because.OUT_OF_ORDER, now)) return false;
  }
  return true;
}

function transmitAck(connection: TcpConnection, now: number): boolean {
  const { rcv } = connection;
  if (rcv.ackBecause >= 0) return emitAck(connection, rcv.ackBecause as Because, now);
  if (rcv.windowUpdateDue && !rcv.finReceived)
    return emitAck(connection, Because.WINDOW_UPDATE, now);
  if (rcv.unacked === 0) return true;
  // RFC 9293, 3.8.6.3: at least every second full segment.
  if (rcv.unacked >= 2 * rcv.fullSize) return emitAck(connection, Because.ACK_DUE, now);
  if (rcv.delayedAckAt === Number.POSITIVE_INFINITY) {
    const { delayedAckMs } = connection.settings;
    if (delayedAckMs === 0) return emitAck(connection, Because.ACK_DUE, now);
    rcv.delayedAckAt = now + delayedAckMs;
  }
  return true;
}

const emitAck = (connection: TcpConnection, because: Because, now: number): boolean =>
  because === Because.KEEP_ALIVE
    ? emitKeepAlive(connection, now)
    : emitSegment(connection, connection.snd.bareSeq, 0, TcpFlag.ACK, because, now);

function transmitQueue(connection: TcpConnection, now: number): boolean {
  const { snd } = connection;
  if (!snd.hasLost && !snd.hasUnsent) {
    if (snd.pipe < snd.window) snd.rate.limitByApplication(snd.pipe);
    snd.persistAt = Number.POSITIVE_INFINITY;
    ensureTimer(snd, now);
    connection.context.observer?.senderHeld?.(connection, HeldBy.NOTHING_TO_SEND);
    return true;
  }
  let heldBy: HeldBy | -1 = transmitLost(connection, now);
  if (heldBy === -1) {
    const { nxt } = snd;
    heldBy = transmitNew(connection, now);
    if (snd.nxt !== nxt) {
      scheduleProbe(snd, connection.sackEnabled, now);
      // What has left makes room only where text that has not is counted.
      const { notSentLowWater } = connection.settings;
      if (notSentLowWater !== Number.POSITIVE_INFINITY) connection.delivery.noticeRoom();
    }
  }
  if (heldBy === HeldBy.DEVICE) return false;
  const isByNetwork = heldBy === HeldBy.CONGESTION_WINDOW || heldBy === HeldBy.PACING;
  if (!isByNetwork && abandonFrto(snd)) return transmitQueue(connection, now);
  if (!isByNetwork && snd.pipe < snd.window) {
    snd.rate.limitByApplication(snd.pipe);
  }
  if (heldBy === HeldBy.PEER_WINDOW && snd.pipe === 0 && !snd.isReneged) {
    startPersist(connection, now);
  } else {
    snd.persistAt = Number.POSITIVE_INFINITY;
    ensureTimer(snd, now);
  }
  connection.context.observer?.senderHeld?.(connection, heldBy as HeldBy);
  return true;
}

/** Whatever is in flight has a timer (RFC 6298, 5.1), also where the persist timer has replaced it before. */
function ensureTimer(snd: Sender, now: number): void {
  if (snd.una !== snd.nxt && snd.retransmitAt === Number.POSITIVE_INFINITY) {
    snd.retransmitAt = now + snd.rtt.rtoMs;
  }
}

function startPersist(connection: TcpConnection, now: number): void {
  const { snd } = connection;
  // What was in flight is acknowledged or given up: only the probes' timer runs.
  snd.retransmitAt = Number.POSITIVE_INFINITY;
  if (snd.persistAt !== Number.POSITIVE_INFINITY) return;
  const interval = snd.rtt.rtoMs * 2 ** snd.persistBackoffs;
  snd.persistAt = now + Math.min(interval, LONGEST_PROBE_INTERVAL_MS);
}

/** The most text one emission may carry: a segment, or as many whole ones as the device takes at once. */
function largestText(connection: TcpConnection, mss: number): number {
  const { ip } = connection.context;
  const headers = ip.headerLength(connection.remoteAddress) + LONGEST_TCP_HEADER;
  const text = ip.segmentationOffload - headers;
  return text <= mss ? mss : text - (text % mss);
}

/** Sends what is judged lost again. Returns what stopped it, -1 when nothing is left to repeat. */
function transmitLost(connection: TcpConnection, now: number): HeldBy | -1 {
  const { snd } = connection;
  const { map } = snd;
  if (!snd.hasLost || snd.holdsRepetitions) return -1;
  const mss = snd.mss - sackRoom(connection);
  const largest = largestText(connection, mss);
  for (let index = map.nextLost(); index < map.size; index = map.nextLost(index)) {
    const start = map.start(index);
    const window = snd.windowFrom(start);
    if (window <= 0) return HeldBy.PEER_WINDOW;
    const remaining = repeatable(snd, index, mss);
    const allowed = snd.window - snd.pipe;
    let length = Math.min(remaining, largest, window);
    if (length > allowed) {
      if (allowed < mss && !snd.forceRetransmit) return HeldBy.CONGESTION_WINDOW;
      length = Math.min(length, Math.max(mss, allowed - (allowed % mss)));
    }
    const paced = snd.pacedBytes(Math.min(length, mss), now);
    if (length > paced) {
      if (paced < mss && !snd.forceRetransmit) return HeldBy.PACING;
      length = Math.min(length, Math.max(mss, paced - (paced % mss)));
    }
    if (!repeatRecord(connection, index, length, map.because(index), now)) return HeldBy.DEVICE;
    snd.forceRetransmit = false;
  }
  return -1;
}

/**
 * How much may be sent again from a record's start on: the record, and behind the last one new text
 * as far as it fills the segment. So the octet of a window probe does not travel alone for ever.
 */
function repeatable(snd: Sender, index: number, mss: number): number {
  const length = snd.map.length(index);
  if (index < snd.map.size - 1 || length >= mss) return length;
  return Math.min(mss, length + Math.max(snd.unsent, 0));
}

/** Sends text, and the FIN, for the first time. Returns what stopped it. */
function transmitNew(connection: TcpConnection, now: number): HeldBy {
  const { snd } = connection;
  restartAfterIdle(connection, now);
  if (!transmitMtuProbe(connection, now)) return HeldBy.DEVICE;
  const mss = snd.mss - sackRoom(connection);
  const largest = largestText(connection, mss);
  while (snd.hasUnsent) {
    const { unsent } = snd;
    const window = snd.windowFrom(snd.nxt);
    if (window <= 0) return HeldBy.PEER_WINDOW;
    const allowed = snd.window - snd.pipe;
    if (allowed < Math.min(unsent, mss)) return HeldBy.CONGESTION_WINDOW;
    const paced = snd.pacedBytes(Math.min(unsent, mss), now);
    if (paced < Math.min(unsent, mss)) return HeldBy.PACING;
    // A FIN rides on the last segment of text, however full that is.
    const reach = snd.finQueued && unsent === largest + 1 ? unsent : largest;
    let length = Math.min(unsent, window, allowed, paced, reach);
    const isTail = length === unsent;
    if (length >= mss) {
      // Whole segments, and a shorter one behind them only where it would be let go alone.
      if (!isTail || !mayGoSmall(connection)) length -= length % mss;
    } else if (!isTail) {
      if (length === window && window < unsent) {
        if (length < snd.maxWnd * WINDOW_SHARE || !mayGoSmall(connection)) {
          return HeldBy.PEER_WINDOW;
        }
      } else {
        return HeldBy.CONGESTION_WINDOW;
      }
    } else if (!mayGoSmall(connection)) {
      return connection.isCorked ? HeldBy.CORK : HeldBy.NAGLE;
    }
    if (!sendNew(connection, length, Because.NEW_DATA, now)) return HeldBy.DEVICE;
    if (length % mss !== 0) snd.smallEnd = snd.nxt;
  }
  return HeldBy.NOTHING_TO_SEND;
}

/** RFC 5681, 4.1: a window of long ago says nothing about the network of today. */
function restartAfterIdle(connection: TcpConnection, now: number): void {
  const { snd } = connection;
  if (snd.una === snd.nxt && now - snd.lastSentAt > snd.rtt.rtoMs && snd.hasUnsent) {
    const { cwnd } = snd.congestion;
    snd.congestion.handleIdle(now);
    if (snd.congestion.cwnd !== cwnd) connection.context.observer?.windowChanged?.(connection);
  }
}
