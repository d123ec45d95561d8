/**
 * What an acceptable ACK does to the sender (RFC 9293, 3.10.7.4, fifth, ESTABLISHED): it frees
 * acknowledged text, measures the round trip, moves the window, restarts the timer, and feeds loss
 * recovery with new and duplicate acknowledgments.
 */

import type { TcpConnection } from '../connection/connection.js';
import type { Sender } from '../connection/sender.js';
import { handleDuplicateAck, handleNewAck } from '../recovery/loss-recovery.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { seqGe, seqGt, seqLt } from '../wire/seq.js';

/** Takes the acknowledgment and the window of a segment whose ACK is at most `snd.nxt`. */
export function acknowledge(connection: TcpConnection, seg: TcpHeader, now: number): void {
  const { snd } = connection;
  if (seqLt(seg.ack, snd.una)) return;
  const windowChanged = snd.updateWindow(seg.seq, seg.ack, seg.wnd * 2 ** snd.windowShift);
  if (snd.wnd > 0) snd.persistBackoffs = 0;
  if (seqGt(seg.ack, snd.una)) {
    acknowledgeNew(connection, seg, now);
  } else if (isDuplicate(snd, seg, windowChanged)) {
    const { phase } = snd;
    handleDuplicateAck(snd, now);
    if (snd.phase !== phase) connection.context.counters.fastRetransmissions++;
  }
  // Whoever answers is alive: only silence counts against a peer that keeps its window shut.
  if (snd.pipe === 0) snd.stalledSince = -1;
  connection.context.observer?.windowChanged?.(connection);
}

function acknowledgeNew(connection: TcpConnection, seg: TcpHeader, now: number): void {
  const { snd } = connection;
  const before = snd.una;
  // The round trip of the SYN is settled with the handshake, where it is known whether it was repeated.
  if (before !== snd.iss) measure(connection, seg, now);
  snd.advance(seg.ack);
  snd.timeouts = 0;
  snd.stalledSince = -1;
  connection.softError = null;
  const restart = handleNewAck(snd, before, now);
  // RFC 6298, (5.2) and (5.3).
  if (snd.una === snd.nxt) snd.retransmitAt = Number.POSITIVE_INFINITY;
  else if (restart) snd.retransmitAt = now + snd.rtt.rtoMs;
  connection.delivery.noticeRoom();
}

/** The timed segment gives an exact sample; the echoed timestamp one that survives retransmission (RFC 7323, 4.1). */
function measure(connection: TcpConnection, seg: TcpHeader, now: number): void {
  const { snd } = connection;
  if (snd.timedAt >= 0 && seqGe(seg.ack, snd.timedSeq)) {
    snd.rtt.sample(now - snd.timedAt);
    snd.timedAt = -1;
  } else if (snd.timedAt < 0 && isEchoOfLatest(connection, seg, now)) {
    snd.rtt.sample(connection.timestampAge(seg.tsecr, now));
  }
}

/**
 * Whether the echoed timestamp is not older than the last retransmission. An older one comes where
 * the first acknowledgment was lost and a repeated segment, itself no news to the peer, got the
 * second: it would measure our own time-out as the path's round trip.
 */
function isEchoOfLatest(connection: TcpConnection, seg: TcpHeader, now: number): boolean {
  if (!connection.timestampsEnabled || !seg.hasTimestamp) return false;
  const isFuture = connection.timestampAge(seg.tsecr, now) < 0;
  return !isFuture && connection.timestampAge(seg.tsecr, connection.snd.repeatedAt) <= 0;
}

/**
 * RFC 5681, 2: what counts as a duplicate acknowledgment. SACK blocks excuse a changed window
 * (RFC 6675, 2). Nothing in flight, no duplicate: the answers to window probes say nothing about loss.
 */
const isDuplicate = (snd: Sender, seg: TcpHeader, windowChanged: boolean): boolean =>
  snd.pipe > 0 &&
  seg.dataEnd === seg.dataStart &&
  (seg.flags & (TcpFlag.SYN | TcpFlag.FIN)) === 0 &&
  (!windowChanged || seg.sackCount > 0);
