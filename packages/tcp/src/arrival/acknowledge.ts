/**
 * What an acceptable ACK does to the sender (RFC 9293, 3.10.7.4, fifth, ESTABLISHED): it takes what
 * was acknowledged out of the send map and the queue, moves the window, measures the round trip and
 * the rate of delivery, lets loss recovery judge, tells congestion control, restarts timers. In
 * this order.
 */

import { createAckSample } from '../congestion/congestion-control.js';
import type { TcpConnection } from '../connection/connection.js';
import { RESTING } from '../connection/recovery-state.js';
import type { Sender } from '../connection/sender.js';
import { countFastRecovery, tallyOf } from '../connection/tally.js';
import { Acknowledgment } from '../recovery/acknowledgment.js';
import { judge, type RecoveryOutcome } from '../recovery/loss-recovery.js';
import { judgeMtuProbe } from '../recovery/mtu-probe.js';
import { reduce } from '../recovery/prr.js';
import { takeBlocks } from '../recovery/sack.js';
import { scheduleProbe } from '../recovery/tail-loss-probe.js';
import { UndoneBy } from '../recovery/undo.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { type Seq, seq, seqDiff, seqEq, seqGt, seqLe, seqLt } from '../wire/seq.js';
import { takeEcho } from './ecn.js';

const ack = new Acknowledgment();
const sample = createAckSample();

/** Takes the acknowledgment and the window of a segment whose ACK is at most `snd.nxt`. */
export function acknowledge(connection: TcpConnection, seg: TcpHeader, now: number): void {
  const { snd } = connection;
  if (isNoNews(snd, seg)) {
    takeNoNews(snd, seg);
    return;
  }
  const hasBlocks = connection.sackEnabled && seg.sackCount > 0 && snd.recovery !== RESTING;
  const isOld = seqLt(seg.ack, snd.una);
  // An ACK that was overtaken: only its blocks may be news.
  if (isOld && !hasBlocks) return;
  const { observer } = connection.context;
  const cwnd = observer === null ? 0 : snd.congestion.cwnd;
  const ssthresh = observer === null ? 0 : snd.congestion.ssthresh;
  ack.begin(snd, echoAge(connection, seg, now), now);
  const windowChanged =
    !isOld && snd.updateWindow(seq(seg.seq), seq(seg.ack), seg.wnd << snd.windowShift);
  if (snd.wnd > 0) snd.persistBackoffs = 0;
  const isDuplicate = !isOld && isDuplicateAck(snd, seg, windowChanged);
  if (seqGt(seg.ack, snd.una)) advance(connection, seq(seg.ack));
  if (hasBlocks) takeBlocks(snd, seg, ack);
  if (ack.deliveredBytes > 0) measure(connection, now);
  takeEcho(connection, seg, now);
  const wasInRecovery = snd.phase !== 'open';
  const outcome = judge(snd, ack, connection.sackEnabled, isDuplicate, now);
  judgeMtuProbe(connection, ack.hasMtuProbe, now);
  count(connection, outcome);
  if (ack.deliveredBytes > 0) tellCongestion(snd, wasInRecovery, now);
  reduce(snd, ack);
  setTimers(connection, outcome.restartTimer, now);
  // Whoever answers is alive: only silence counts against a peer that keeps its window shut.
  if (snd.pipe === 0) snd.stalledSince = -1;
  // SACK blocks make room too: the mark follows what is in flight.
  connection.delivery.noticeRoom();
  if (observer === null) return;
  if (cwnd !== snd.congestion.cwnd || ssthresh !== snd.congestion.ssthresh) {
    observer.windowChanged?.(connection);
  }
}

/**
 * Header prediction, for who only receives: everything is acknowledged already, and the window is
 * as it was. Blocks are news all the same: they may say that a repetition was needless (RFC 2883).
 */
export const isNoNews = (snd: Sender, seg: TcpHeader): boolean =>
  snd.una === snd.nxt &&
  seg.sackCount === 0 &&
  seqEq(seg.ack, snd.una) &&
  seqEq(seg.ack, snd.wl2) &&
  seqLe(snd.wl1, seg.seq) &&
  seg.wnd << snd.windowShift === snd.wnd;

/** Takes an ACK that is no news. */
export function takeNoNews(snd: Sender, seg: TcpHeader): void {
  snd.wl1 = seq(seg.seq);
  snd.stalledSince = -1;
}

/** Moves `una` to `to`: what lies before it has arrived. */
function advance(connection: TcpConnection, to: Seq): void {
  const { snd } = connection;
  const { map } = snd;
  while (map.size > 0 && seqLt(map.start(0), to)) {
    const emission = ack.read(map, 0);
    // Of a record that it covers in part, the part.
    if (seqGt(emission.end, to)) emission.end = to;
    const { start, end } = emission;
    const bytes = seqDiff(end, start);
    ack.cumulativeBytes += bytes;
    if (emission.timesRepeated > 0) ack.coversRepeated = true;
    if (bytes >= snd.mss) connection.pathMtu.prove(start);
    if (!emission.isSacked) ack.deliver(snd, emission);
    map.removeUntil(end);
  }
  snd.advance(to);
  snd.timeouts = 0;
  snd.stalledSince = -1;
  connection.softError = null;
}

/** Milliseconds since we sent the timestamp that is echoed; -1 = there is none to go by (RFC 7323, 4.1). */
function echoAge(connection: TcpConnection, seg: TcpHeader, now: number): number {
  if (!connection.timestampsEnabled || !seg.hasTimestamp) return -1;
  return Math.max(connection.timestampAge(seg.tsecr, now), -1);
}

/**
 * The round trip: of what left once, exactly; of what was repeated, by the echoed timestamp, if that
 * is not older than the last repetition. An older one comes where the first acknowledgment was lost
 * and a repeated segment, itself no news to the peer, got the second: it would measure our own
 * time-out as the path's round trip.
 */
function measure(connection: TcpConnection, now: number): void {
  const { snd } = connection;
  if (ack.shortestRttMs >= 0 && !ack.coversRepeated) {
    snd.rtt.noteMin(ack.shortestRttMs, now);
    if (!ack.isTimed) return;
    snd.rtt.sample(ack.longestRttMs);
    snd.timedFrom = snd.nxt;
  } else if (ack.coversRepeated && snd.una !== ack.priorUna && isEchoOfLatest(snd, now)) {
    snd.rtt.sample(ack.echoAgeMs);
    snd.timedFrom = snd.nxt;
  }
}

const isEchoOfLatest = (snd: Sender, now: number): boolean =>
  ack.echoAgeMs >= 0 && (snd.repeatedAt < 0 || Math.floor(now) - ack.echoAgeMs >= snd.repeatedAt);

function count(connection: TcpConnection, outcome: Readonly<RecoveryOutcome>): void {
  const { hasBegun, undoneBy, hasProbeRepaired } = outcome;
  if (!hasBegun && undoneBy === UndoneBy.NOTHING && !hasProbeRepaired && !ack.hasDsack) return;
  const { counters } = connection.context;
  const tally = tallyOf(connection);
  if (hasBegun) {
    countFastRecovery(connection);
  }
  if (hasProbeRepaired) counters.tailLossProbeRepairs++;
  if (ack.hasDsack) {
    counters.dsacksReceived++;
    tally.duplicatesReported++;
  }
  if (undoneBy === UndoneBy.NOTHING) return;
  counters.spuriousRecoveries++;
  tally.spuriousRecoveries++;
  if (undoneBy === UndoneBy.DSACK) counters.undoneByDsack++;
  else if (undoneBy === UndoneBy.TIMESTAMP) counters.undoneByTimestamp++;
  else counters.undoneByFrto++;
}

/** Fills in the sample and hands it to congestion control. */
function tellCongestion(snd: Sender, wasInRecovery: boolean, now: number): void {
  const { rate, rtt } = snd;
  const { newest } = ack;
  rate.settle();
  const hasNewest = newest.sentAt >= 0;
  sample.now = now;
  sample.ackedBytes = ack.deliveredBytes;
  sample.lostBytes = ack.lostBytes;
  sample.rttMs = ack.coversRepeated ? -1 : ack.shortestRttMs;
  sample.srttMs = rtt.srttMs;
  sample.minRttMs = rtt.minRttMs;
  sample.roundEnded = hasNewest && rate.endsRound(newest.delivered);
  sample.deliveryRate = hasNewest ? rate.rate(newest, rtt.minRttMs) : 0;
  sample.isAppLimited = newest.isAppLimited;
  sample.delivered = rate.delivered;
  sample.priorDelivered = newest.delivered;
  sample.lost = rate.lost;
  sample.lostInFlight = hasNewest ? rate.lost - newest.lostBefore : 0;
  sample.sentInFlight = newest.inFlight;
  sample.priorInFlight = ack.priorInFlight;
  sample.inFlight = snd.pipe;
  sample.isWindowUsed = snd.isWindowUsed;
  sample.isInRecovery = wasInRecovery;
  snd.congestion.handleAck(sample);
  if (!sample.roundEnded) return;
  snd.lastPeakFlight = snd.peakFlight;
  snd.peakFlight = snd.pipe;
}

/** RFC 6298, (5.2) and (5.3), and the probe of RFC 8985, 7.2. */
function setTimers(connection: TcpConnection, restart: boolean, now: number): void {
  const { snd } = connection;
  if (snd.una === snd.nxt) {
    snd.retransmitAt = Number.POSITIVE_INFINITY;
    snd.tailProbeAt = Number.POSITIVE_INFINITY;
    snd.reorderingAt = Number.POSITIVE_INFINITY;
    snd.rest();
    return;
  }
  if (restart) {
    snd.retransmitAt = now + snd.rtt.rtoMs;
    if (snd.isReneged) snd.retransmitAt = now + Math.max(snd.rtt.srttMs / 2, 10);
  }
  if (restart || snd.map.sackedBytes > 0) scheduleProbe(snd, connection.sackEnabled, now);
}

/**
 * RFC 5681, 2: what counts as a duplicate acknowledgment. SACK blocks excuse a changed window
 * (RFC 6675, 2). Nothing in flight, no duplicate: the answers to window probes say nothing about loss.
 */
const isDuplicateAck = (snd: Sender, seg: TcpHeader, windowChanged: boolean): boolean =>
  seqLe(seg.ack, snd.una) &&
  snd.pipe > 0 &&
  seg.dataEnd === seg.dataStart &&
  (seg.flags & (TcpFlag.SYN | TcpFlag.FIN)) === 0 &&
  (!windowChanged || seg.sackCount > 0);
