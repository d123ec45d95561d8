/**
 * What holds of every connection between two turns, whatever a peer does.
 */

import { type TcpConnection, tcpInfo } from '@netlayers/tcp';
import { expect } from 'vitest';
import { RESTING, RecoveryState } from '../../src/connection/recovery-state.js';
import type { Seq } from '../../src/wire/seq.js';

const untouched = JSON.stringify(new RecoveryState());

const distance = (a: Seq, b: Seq): number => (a - b) | 0;
/** A snapshot is large: one look in so many takes one. */
const LOOK_AT_INFO = 8;
let looks = 0;
const edges = new WeakMap<TcpConnection, Seq>();

/** Throws when a connection contradicts itself. */
export function checkInvariants(connection: TcpConnection): void {
  const broken = findContradiction(connection);
  if (broken !== null) expect.fail(`${connection.state}: ${broken}`);
}

function findContradiction(connection: TcpConnection): string | null {
  const info = looks++ % LOOK_AT_INFO === 0 ? infoContradiction(connection) : null;
  if (info !== null) return info;
  if (connection.state === 'CLOSED') return null;
  const { snd } = connection;
  if (JSON.stringify(RESTING) !== untouched) return 'the resting state was written';
  if (distance(snd.nxt, snd.una) < 0) return 'una > nxt';
  const map = mapContradiction(connection);
  if (map !== null) return map;
  if (snd.pipe < 0) return 'pipe < 0';
  if (snd.congestion.cwnd < 1 || !(snd.congestion.ssthresh > 0)) return 'no congestion window';
  if (snd.una !== snd.iss && distance(snd.queueSeq, snd.una) > 0) return 'queueSeq > una';
  const sent = distance(snd.nxt, snd.queueEnd);
  if (sent > (snd.finQueued ? 1 : 0)) return `nxt is ${sent} beyond the queue`;
  const timers = [
    snd.retransmitAt,
    snd.tailProbeAt,
    snd.reorderingAt,
    snd.pacedAt,
    snd.persistAt,
    connection.rcv.delayedAckAt,
  ];
  const next = Math.min(...timers);
  if (connection.deadline > next) return `deadline ${connection.deadline} is after ${next}`;
  if (connection.isSynchronized && !connection.outputRequested) {
    const isArmed = snd.retransmitAt < Infinity || snd.persistAt < Infinity;
    if (snd.pipe > 0 && !isArmed) return 'data in flight and no timer';
    if (snd.hasLost && !isArmed) return 'data lost and no timer';
  }
  return connection.state === 'SYN-SENT' ? null : receiverContradiction(connection);
}

/** What a connection says of itself adds up, in every state. */
function infoContradiction(connection: TcpConnection): string | null {
  const info = tcpInfo(connection, 0);
  const { bytesWritten, bytesSent, bytesAcked, bytesReceived, bytesRead } = info;
  if (!(bytesAcked >= 0 && bytesAcked <= bytesSent && bytesSent <= bytesWritten)) {
    return `${bytesAcked} acknowledged of ${bytesSent} sent of ${bytesWritten} written`;
  }
  if (bytesRead > bytesReceived) return `${bytesRead} read of ${bytesReceived}`;
  const { unacknowledgedBytes, sackedBytes, lostBytes, bytesInFlight } = info;
  if (unacknowledgedBytes !== bytesInFlight + sackedBytes + lostBytes) return 'the flight differs';
  if (info.bytesRetransmitted > 0 && info.segmentsRetransmitted === 0) return 'nothing repeated';
  if (connection.state === 'CLOSED' || connection.state === 'TIME-WAIT') return null;
  if (info.bufferedBytes !== bytesWritten - bytesAcked) return 'bufferedBytes differs';
  if (info.unsentBytes !== bytesWritten - bytesSent) return 'unsentBytes differs';
  if (!connection.isOrphan && info.unreadBytes !== bytesReceived - bytesRead) {
    return `${info.unreadBytes} unread of ${bytesReceived - bytesRead}`;
  }
  return null;
}

/** The records lie one behind the other from `una` to `nxt`, and the sums are those of the marks. */
function mapContradiction({ snd, state, isSynchronized }: TcpConnection): string | null {
  const { map } = snd;
  if (!isSynchronized || state === 'TIME-WAIT') return null;
  let [at, sacked, lost] = [snd.una, 0, 0];
  for (let index = 0; index < map.size; index++) {
    if (map.start(index) !== at) return `record ${index} does not begin where the last one ends`;
    if (map.length(index) <= 0) return `record ${index} is empty`;
    at = map.end(index);
    if (map.isSacked(index)) sacked += map.length(index);
    if (map.isLost(index)) lost += map.length(index);
    if (map.isSacked(index) && map.isLost(index)) return `record ${index} is SACKed and lost`;
  }
  if (at !== snd.nxt) return 'the map does not end at nxt';
  if (sacked !== map.sackedBytes || lost !== map.lostBytes) return 'the sums of the map are wrong';
  return null;
}

function receiverContradiction(connection: TcpConnection): string | null {
  const { rcv } = connection;
  if (rcv.undelivered < 0) return 'delivered more than arrived';
  if (rcv.wnd < 0) return 'nxt > edge';
  const slack = 2 ** rcv.windowShift;
  const held = distance(rcv.edge, rcv.readSeq);
  if (rcv.capacity > rcv.maxCapacity) return 'capacity beyond its bound';
  if (held > rcv.capacity + slack + 1) return `${held} bytes offered`;
  if (rcv.queue.span > rcv.capacity + slack) return `${rcv.queue.span} bytes kept`;
  if (rcv.queue.span < rcv.undelivered) return 'undelivered bytes are not kept';
  if (rcv.queue.held === 0 && rcv.queue.capacity > 0) return 'memory for nothing';
  const { ranges } = rcv;
  for (let i = 0; ranges !== null && i < ranges.size; i++) {
    const before = i === 0 ? rcv.nxt : ranges.rightAt(i - 1);
    // Text of a crossed SYN waits at RCV.NXT itself.
    const least = i === 0 && connection.state === 'SYN-RECEIVED' ? 0 : 1;
    if (distance(ranges.leftAt(i), before) < least) return 'ranges touch';
    if (distance(ranges.rightAt(i), ranges.leftAt(i)) <= 0) return 'empty range';
    if (distance(rcv.edge, ranges.rightAt(i)) < 0) return 'range beyond the window';
  }
  return null;
}

/** The right edge that was offered never moves left (RFC 9293, 3.8.6, SHLD-14). */
export function watchEdge(connection: TcpConnection): void {
  if (connection.state === 'SYN-SENT' || connection.state === 'CLOSED') return;
  const before = edges.get(connection);
  const { edge } = connection.rcv;
  if (before !== undefined && distance(edge, before) < 0) expect.fail('the edge moved left');
  edges.set(connection, edge);
}
