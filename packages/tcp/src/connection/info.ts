/**
 * Everything that is known of one connection at one moment, in the manner of Linux's `TCP_INFO`. It
 * is read from what the connection keeps for its own use, so nothing is computed before somebody
 * asks.
 *
 * Deliberately absent is what would have to be kept for this alone: for how long the sender was
 * busy, held by the peer's window or without text (`TcpObserver.senderHeld` tells each of them as it
 * happens), and counts of segments with text.
 */

import type { TcpState } from '../base/state.js';
import { RATE_UNIT } from '../congestion/delivery-rate.js';
import { seqDiff, seqLt } from '../wire/seq.js';
import type { TcpConnection } from './connection.js';
import { NO_MISHAP } from './tally.js';

/**
 * What congestion control is in: `open`, nothing is missing; `disorder`, duplicate ACKs or SACK
 * blocks have come and nothing is judged lost; `cwr`, the window is reduced for an echoed mark
 * (RFC 3168); `recovery`, fast recovery; `loss`, the time after a time-out.
 */
export type CongestionPhase = 'open' | 'disorder' | 'cwr' | 'recovery' | 'loss';

/** A snapshot of one connection. Sizes are in octets, times in milliseconds, rates in octets a second. */
export interface TcpInfo {
  readonly state: TcpState;

  // What the SYNs have agreed on; before they have met, what we would like.
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly ecn: boolean;
  /** Shift count of the windows that the peer offers, and of ours; both 0 where scaling is off. */
  readonly windowScaling: boolean;
  readonly sendWindowShift: number;
  readonly receiveWindowShift: number;

  // Segment sizes and the path.
  /** Most text in a segment of ours, options taken off. */
  readonly mss: number;
  /** Text in a full segment of the peer, as estimated from what has come. */
  readonly receivedMss: number;
  /** The MSS option of our SYN. */
  readonly advertisedMss: number;
  /** IP packets that the path is believed to carry. */
  readonly pathMtu: number;

  // Times.
  /** Smoothed round trip and its variation; -1 and 0 before the first measurement. */
  readonly srttMs: number;
  readonly rttvarMs: number;
  /** The smallest round trip of the last ten seconds or so; -1 before the first measurement. */
  readonly minRttMs: number;
  /** Retransmission time-out, back-off included. */
  readonly rtoMs: number;
  /** How often that is doubled; 0 with the next measurement. */
  readonly backoffs: number;
  /** Time since something that takes sequence numbers left, since text or a FIN came, and since the last good ACK; -1 = never. */
  readonly lastDataSentMs: number;
  readonly lastDataReceivedMs: number;
  readonly lastAckReceivedMs: number;

  // Congestion control.
  /** Name of the algorithm. */
  readonly congestionControl: string;
  readonly phase: CongestionPhase;
  readonly cwnd: number;
  /** Slow start threshold; `Infinity` before the first congestion. */
  readonly ssthresh: number;
  /** As fast as segments may leave now; `Infinity` = as fast as the window lets them. */
  readonly pacingRate: number;
  /** The newest measurement of how fast text arrives at the peer, in steps of 16; 0 before the first. */
  readonly deliveryRate: number;
  /** Whether the application, not the network, limited what `deliveryRate` measured. */
  readonly isAppLimited: boolean;

  // The way out, at this moment.
  /** Believed to be on its way: sent, not acknowledged, not SACKed, not judged lost. */
  readonly bytesInFlight: number;
  /** SND.NXT - SND.UNA. */
  readonly unacknowledgedBytes: number;
  /** Written and never sent. */
  readonly unsentBytes: number;
  /** Written and not acknowledged, sent or not. */
  readonly bufferedBytes: number;
  /** Of what is unacknowledged: reported as received by SACK blocks, and judged lost. */
  readonly sackedBytes: number;
  readonly lostBytes: number;
  /** SND.WND: what the peer offers. */
  readonly sendWindow: number;
  /** `bufferedBytes` from which on `write` returns false. */
  readonly sendBufferLimit: number;
  /** Duplicate ACKs in a row, time-outs in a row, window and keep-alive probes in a row without an answer. */
  readonly duplicateAcks: number;
  readonly timeouts: number;
  readonly probes: number;

  // The way in, at this moment.
  /** RCV.WND: what is left of the window that was offered. */
  readonly receiveWindow: number;
  /** The most that may wait here now; with `autotune` it grows. */
  readonly receiveBufferCapacity: number;
  /** In order, and not taken by the application. */
  readonly unreadBytes: number;
  /** Behind gaps. */
  readonly outOfOrderBytes: number;

  // Since the connection began. Text only, each octet once.
  readonly bytesWritten: number;
  readonly bytesSent: number;
  readonly bytesAcked: number;
  readonly bytesReceived: number;
  readonly bytesRead: number;
  /** With a device that segments by itself, what it is handed at once counts as one; so it does on arrival. */
  readonly segmentsSent: number;
  readonly segmentsReceived: number;
  /** Segments that have left again, SYNs and tail loss probes included, and the text and FINs in them. */
  readonly segmentsRetransmitted: number;
  readonly bytesRetransmitted: number;
  /** Judged lost, rightly or not. */
  readonly bytesLost: number;
  readonly retransmissionTimeouts: number;
  readonly fastRecoveries: number;
  /** Recoveries that proved to be needless and were taken back. */
  readonly spuriousRecoveries: number;
  /** Duplicates that the peer has reported (D-SACK). */
  readonly duplicatesReported: number;
  /** Whether segments were seen to overtake each other (RFC 8985). */
  readonly reorderingSeen: boolean;
  /** Segments of the peer that came again, and that came behind a gap. */
  readonly duplicatesReceived: number;
  readonly outOfOrderReceived: number;
}

const CIRCLE = 2 ** 32;

/** The smallest count that is not below `least` and lies at `low` in the circle of sequence numbers. */
const countFrom = (least: number, low: number): number =>
  least + (((((low >>> 0) - (least % CIRCLE)) % CIRCLE) + CIRCLE) % CIRCLE);

const since = (at: number, now: number): number => (at < 0 ? -1 : Math.max(now - at, 0));

function phaseOf({ snd, ecn }: TcpConnection): CongestionPhase {
  if (snd.phase === 'fast') return 'recovery';
  if (snd.phase === 'timeout') return 'loss';
  if (snd.map.sackedBytes > 0 || snd.dupAcks > 0) return 'disorder';
  return ecn.isReacting && seqLt(snd.una, ecn.reactUntil) ? 'cwr' : 'open';
}

/** What SYNs and path have settled. */
const agreementOf = (connection: TcpConnection) => ({
  state: connection.state,
  timestamps: connection.timestampsEnabled,
  sack: connection.sackEnabled,
  ecn: connection.ecn.isEnabled,
  windowScaling: connection.scalingEnabled,
  sendWindowShift: connection.snd.windowShift,
  receiveWindowShift: connection.rcv.windowShift,
  mss: connection.snd.mss,
  receivedMss: connection.rcv.fullSize,
  advertisedMss: connection.advertisedMss,
  pathMtu: connection.pathMtu.mtu,
});

function timesOf({ snd, rcv, patience }: TcpConnection, now: number) {
  const { rtt } = snd;
  return {
    srttMs: rtt.srttMs,
    rttvarMs: rtt.rttvarMs,
    minRttMs: rtt.minRttMs,
    rtoMs: rtt.rtoMs,
    backoffs: rtt.backoffs,
    lastDataSentMs: snd.nxt === snd.iss ? -1 : since(snd.lastSentAt, now),
    lastDataReceivedMs: since(rcv.lastTextAt, now),
    lastAckReceivedMs: snd.una === snd.iss ? -1 : since(patience.heardAt, now),
  };
}

const congestionOf = (connection: TcpConnection) => ({
  congestionControl: connection.snd.congestion.name,
  phase: phaseOf(connection),
  cwnd: connection.snd.congestion.cwnd,
  ssthresh: connection.snd.congestion.ssthresh,
  pacingRate: connection.snd.pacingRate * 1000,
  deliveryRate: Math.abs(connection.snd.rate.latest) * RATE_UNIT,
  isAppLimited: connection.snd.rate.latest < 0,
});

function wayOutOf(connection: TcpConnection) {
  const { snd, patience } = connection;
  return {
    bytesInFlight: snd.pipe,
    unacknowledgedBytes: snd.flightSize,
    unsentBytes: snd.unsentBytes,
    bufferedBytes: connection.bufferedBytes,
    sackedBytes: snd.map.sackedBytes,
    lostBytes: snd.map.lostBytes,
    sendWindow: snd.wnd,
    sendBufferLimit: connection.sendBufferLimit,
    duplicateAcks: snd.dupAcks,
    timeouts: snd.timeouts,
    probes: snd.persistBackoffs || (patience.keepAlive?.probes ?? 0),
  };
}

function wayInOf({ rcv, delivery }: TcpConnection) {
  const { ranges } = rcv;
  let outOfOrderBytes = 0;
  for (let index = 0; ranges !== null && index < ranges.size; index++) {
    outOfOrderBytes += seqDiff(ranges.rightAt(index), ranges.leftAt(index));
  }
  return {
    receiveWindow: rcv.wnd,
    receiveBufferCapacity: rcv.capacity,
    unreadBytes: delivery.unread,
    outOfOrderBytes,
  };
}

function sumsOf(connection: TcpConnection) {
  const { snd, rcv, bytesWritten } = connection;
  const { bytesRead } = connection.delivery;
  const tally = connection.tally ?? NO_MISHAP;
  // Less than the circle lies between two of them, and the numbers outlive the queues.
  const behind = countFrom(0, bytesWritten - (seqDiff(snd.queueSeq, snd.iss) - 1));
  const bytesAcked = bytesWritten - behind;
  const sent = bytesAcked + Math.max(seqDiff(snd.nxt, snd.queueSeq), 0);
  const end = seqDiff(rcv.nxt, rcv.irs) - (rcv.finReceived ? 2 : 1);
  return {
    bytesWritten,
    bytesSent: Math.min(sent, bytesWritten),
    bytesAcked,
    bytesReceived: rcv.nxt === rcv.irs ? 0 : countFrom(bytesRead, end),
    bytesRead,
    segmentsSent: connection.segmentsSent,
    segmentsReceived: connection.segmentsReceived,
    segmentsRetransmitted: tally.segmentsRetransmitted,
    bytesRetransmitted: tally.bytesRetransmitted,
    bytesLost: snd.rate.lost,
    retransmissionTimeouts: tally.retransmissionTimeouts,
    fastRecoveries: tally.fastRecoveries,
    spuriousRecoveries: tally.spuriousRecoveries,
    duplicatesReported: tally.duplicatesReported,
    reorderingSeen: snd.recovery.reorderingSeen,
    duplicatesReceived: tally.duplicates,
    outOfOrderReceived: tally.outOfOrder,
  };
}

/** Looks at a connection, in whatever state it is. */
export const tcpInfo = (connection: TcpConnection, now: number): TcpInfo => ({
  ...agreementOf(connection),
  ...timesOf(connection, now),
  ...congestionOf(connection),
  ...wayOutOf(connection),
  ...wayInOf(connection),
  ...sumsOf(connection),
});
