/**
 * Writes one segment into the device's transmit buffer, in place: options, text, header, checksum.
 * Every segment of the stack leaves through here, so this is also where it is counted and shown to
 * the observer.
 *
 * The text of a segment above the segment size is a super-segment: a device that segments by itself
 * is told the size to cut at. Nothing else knows the difference.
 */

import { checksum, checksumFold, writeU16 } from '@netlayers/bytes';
import { ChecksumState, IpProtocol } from '@netlayers/ip';
import { Because } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import type { TcpContext } from '../connection/context.js';
import { EcnCodepoint } from '../connection/ecn-state.js';
import type { FourTuple } from '../connection/four-tuple.js';
import type { Sender } from '../connection/sender.js';
import { TcpFlag } from '../wire/flags.js';
import {
  createTcpHeader,
  emitTcpHeader,
  parseTcp,
  TCP_CHECKSUM_OFFSET,
  TCP_HEADER_LENGTH,
  type TcpHeader,
} from '../wire/header.js';
import {
  emitMss,
  emitSack,
  emitSackPermitted,
  emitTimestamps,
  emitWindowShift,
  sackBlocksWithin,
  sackLength,
  TIMESTAMPS_LENGTH,
} from '../wire/options.js';
import { type Seq, seq, seqDiff } from '../wire/seq.js';

/** SACK blocks that fit beside timestamps, and without them (RFC 2018, 3). */
const MOST_SACK_BLOCKS = 4;
const MOST_SACK_BLOCKS_WITH_TIMESTAMPS = 3;

/** Text that is worth lending: below it a copy costs less. */
const LEND_FROM = 8192;

export type EmitContext = TcpContext<TcpConnection>;

/** Filled in for the observer from what was emitted. Nothing here is entered twice at a time. */
const sentHeader = createTcpHeader();
/** Scratch for SACK blocks on their way out. */
const sackEdges = new Uint32Array(2 * MOST_SACK_BLOCKS);

/** How many SACK blocks the next segment of a connection carries. */
function sackBlocks(connection: TcpConnection): number {
  const { ranges } = connection.rcv;
  if (!connection.sackEnabled || ranges === null || ranges.blocks === 0) return 0;
  // What has come with a crossed SYN lies beyond no gap.
  if (!connection.isSynchronized) return 0;
  const most = connection.timestampsEnabled ? MOST_SACK_BLOCKS_WITH_TIMESTAMPS : MOST_SACK_BLOCKS;
  // On a path with tiny packets text has at least half of the room.
  return Math.min(ranges.blocks, most, sackBlocksWithin(connection.snd.mss >> 1));
}

/** Bytes that the next segment of a connection has to leave free for SACK blocks. */
export const sackRoom = (connection: TcpConnection): number => sackLength(sackBlocks(connection));

function emitSynOptions(connection: TcpConnection, buf: Uint8Array, start: number, now: number) {
  let at = emitMss(buf, start, connection.advertisedMss);
  if (connection.sackEnabled) at = emitSackPermitted(buf, at);
  if (connection.timestampsEnabled) {
    at = emitTimestamps(buf, at, connection.timestampAt(now), connection.rcv.tsRecent);
  }
  if (connection.scalingEnabled) at = emitWindowShift(buf, at, connection.offeredShift);
  return at - start;
}

/** The ECN bits of a segment (RFC 3168, 6.1): asking and agreeing in the SYNs, then echo and answer. */
function ecnFlags(
  connection: TcpConnection,
  isSyn: boolean,
  hasAck: boolean,
  length: number,
  because: Because,
): number {
  const { ecn } = connection;
  if (!ecn.isEnabled) return 0;
  if (isSyn) {
    if (hasAck) return connection.state === 'SYN-RECEIVED' ? TcpFlag.ECE : 0;
    return ecn.isRequested ? TcpFlag.ECE | TcpFlag.CWR : 0;
  }
  let flags = ecn.echoDue && hasAck ? TcpFlag.ECE : 0;
  if (ecn.reducedDue && length > 0 && because === Because.NEW_DATA) {
    ecn.reducedDue = false;
    flags |= TcpFlag.CWR;
  }
  return flags;
}

/** Longest options of a SYN: MSS, SACK-permitted, timestamps, window scale. */
export const SYN_OPTIONS_LENGTH = 4 + 4 + TIMESTAMPS_LENGTH + 4;

/**
 * Sends one segment of a connection: `length` bytes of its queue from sequence number `from` on.
 * Acknowledges everything received if it carries the ACK bit.
 *
 * @returns false when the device's queue is full; nothing has changed then.
 */
export function emitSegment(
  connection: TcpConnection,
  from: Seq,
  length: number,
  flags: number,
  because: Because,
  now: number,
): boolean {
  const { context, snd, rcv } = connection;
  const isSyn = (flags & TcpFlag.SYN) !== 0;
  const blocks = isSyn ? 0 : sackBlocks(connection);
  let optionsLength = (connection.timestampsEnabled ? TIMESTAMPS_LENGTH : 0) + sackLength(blocks);
  const reserved = TCP_HEADER_LENGTH + (isSyn ? SYN_OPTIONS_LENGTH : optionsLength) + length;
  const at = context.ip.reserve(reserved, connection.remoteAddress);
  if (at < 0) {
    context.counters.dropped['transmit-queue-full']++;
    return false;
  }
  const buf = context.ip.transmitBuffer;
  let options = at + TCP_HEADER_LENGTH;
  if (isSyn) {
    optionsLength = emitSynOptions(connection, buf, options, now);
  } else {
    if (connection.timestampsEnabled) {
      options = emitTimestamps(buf, options, connection.timestampAt(now), rcv.tsRecent);
    }
    if (blocks > 0) {
      if (rcv.ranges?.hasTwice) context.counters.dsacksSent++;
      rcv.ranges?.newest(sackEdges, blocks);
      emitSack(buf, options, sackEdges, blocks);
    }
  }
  const text = at + TCP_HEADER_LENGTH + optionsLength;
  // The octet of a keep-alive probe is gone from the queue, and means nothing.
  if (because === Because.KEEP_ALIVE) buf.fill(0, text, text + length);
  else if (length > 0) placeText(context, snd, from, length, text);
  const hasAck = (flags & TcpFlag.ACK) !== 0;
  emitTcpHeader(
    buf,
    at,
    connection.localPort,
    connection.remotePort,
    from,
    hasAck ? rcv.nxt : seq(0),
    flags | ecnFlags(connection, isSyn, hasAck, length, because),
    hasAck ? rcv.advertise(isSyn ? 0 : rcv.windowShift) : Math.min(rcv.capacity, 65535),
    optionsLength,
  );
  const segmentSize = snd.mss - sackLength(blocks);
  commit(
    context,
    connection,
    connection,
    at,
    text + length,
    length > segmentSize && because !== Because.MTU_PROBE ? segmentSize : 0,
    because,
    // RFC 3168, 6.1.4 to 6.1.6: text that leaves for the first time, no probe, no bare ACK.
    connection.ecn.isEnabled && length > 0 && because === Because.NEW_DATA ? EcnCodepoint.ECT_0 : 0,
  );
  context.counters.bytesSent += length;
  if (hasAck) rcv.handleAckSent();
  return true;
}

/**
 * Puts text of the queue into the segment at `at`: lent where the device reads it in place and nobody
 * else reads it, neither an observer nor our checksum; copied otherwise.
 */
function placeText(
  { ip, observer }: EmitContext,
  { queue, queueSeq }: Sender,
  from: Seq,
  length: number,
  at: number,
): void {
  const offset = seqDiff(from, queueSeq);
  const isUnseen = observer === null && ip.checksumOffload;
  if (length >= LEND_FROM && isUnseen && queue.lend(offset, length, ip, at)) return;
  queue.read(offset, length, ip.transmitBuffer, at);
}

/**
 * Sends the reset of an ABORT (RFC 9293, 3.10.5): only a peer that has answered our SYN is told, and
 * after both FINs only if text gets lost by it, ours or the peer's.
 */
export function emitAbort(connection: TcpConnection, now: number): void {
  const { state, snd, context } = connection;
  if (state === 'SYN-SENT' || state === 'TIME-WAIT') return;
  const isLost = connection.bufferedBytes > 0 || connection.delivery.unread > 0;
  if ((state === 'CLOSING' || state === 'LAST-ACK') && !isLost) return;
  const flags = TcpFlag.RST | TcpFlag.ACK;
  if (emitSegment(connection, snd.bareSeq, 0, flags, Because.ABORT, now)) {
    context.counters.resetsSent++;
  }
}

/** Sends the reset that answers a segment without a connection (RFC 9293, 3.10.7.1). */
export function emitReset(
  context: EmitContext,
  tuple: FourTuple,
  seg: TcpHeader,
  because: Because = Because.NO_CONNECTION,
): void {
  const at = context.ip.reserve(TCP_HEADER_LENGTH, tuple.remoteAddress);
  if (at < 0) {
    context.counters.dropped['transmit-queue-full']++;
    return;
  }
  const acks = (seg.flags & TcpFlag.ACK) !== 0;
  emitTcpHeader(
    context.ip.transmitBuffer,
    at,
    tuple.localPort,
    tuple.remotePort,
    acks ? seg.ack : seq(0),
    acks ? seq(0) : seq(seg.seq + seg.len),
    acks ? TcpFlag.RST : TcpFlag.RST | TcpFlag.ACK,
    0,
    0,
  );
  context.counters.resetsSent++;
  commit(context, null, tuple, at, at + TCP_HEADER_LENGTH, 0, because, 0);
}

/** Completes a segment that was written into its reservation, counts it, shows it, and lets it go. */
export function commit(
  context: EmitContext,
  connection: TcpConnection | null,
  tuple: FourTuple,
  start: number,
  end: number,
  segmentSize: number,
  because: Because,
  tos: number,
): void {
  const { ip } = context;
  const buf = ip.transmitBuffer;
  const pseudo = ip.pseudoHeaderSum(
    tuple.localAddress,
    tuple.remoteAddress,
    IpProtocol.TCP,
    end - start,
  );
  const offload = ip.checksumOffload;
  writeU16(
    buf,
    start + TCP_CHECKSUM_OFFSET,
    offload ? checksumFold(pseudo) : checksum(buf, start, end, pseudo),
  );
  context.counters.segmentsSent++;
  if (connection !== null) connection.segmentsSent++;
  if (context.observer?.segmentSent !== undefined) {
    parseTcp(buf, start, end, sentHeader);
    context.observer.segmentSent(connection, sentHeader, buf, because);
  }
  ip.commit(
    start,
    end,
    tuple.localAddress,
    tuple.remoteAddress,
    IpProtocol.TCP,
    offload ? ChecksumState.PARTIAL : ChecksumState.COMPLETE,
    segmentSize,
    tos,
  );
}
