/**
 * Segments that no connection sends, resets excepted: the ACK of a record in TIME-WAIT and the
 * SYN-ACK that carries a cookie. What stands in them comes from the caller, nothing is remembered of
 * them, and where the device has no room they are forgotten.
 */

import type { Because } from '../base/reasons.js';
import type { FourTuple } from '../connection/four-tuple.js';
import { TcpFlag } from '../wire/flags.js';
import { emitTcpHeader, TCP_HEADER_LENGTH } from '../wire/header.js';
import {
  emitMss,
  emitSackPermitted,
  emitTimestamps,
  emitWindowShift,
  TIMESTAMPS_LENGTH,
} from '../wire/options.js';
import type { Seq } from '../wire/seq.js';
import { commit, type EmitContext, SYN_OPTIONS_LENGTH } from './emit.js';

/** The numbers of a segment without text. */
export interface BareSegment {
  seq: Seq;
  ack: Seq;
  /** As it stands in the header. */
  wnd: number;
  hasTimestamps: boolean;
  tsval: number;
  tsecr: number;
}

/** Takes room for a segment; -1, and counted, where there is none. */
function reserve(context: EmitContext, tuple: FourTuple, length: number): number {
  const at = context.ip.reserve(length, tuple.remoteAddress);
  if (at < 0) context.counters.dropped['transmit-queue-full']++;
  return at;
}

/** The numbers and options of a SYN-ACK. */
export interface BareSynAck extends BareSegment {
  mss: number;
  /** -1 = no window scale. */
  windowShift: number;
  sackPermitted: boolean;
  /** Agrees to ECN (RFC 3168, 6.1.1). */
  ecn: boolean;
}

/** Sends an ACK; false where there is no room for it. */
export function emitBareAck(
  context: EmitContext,
  tuple: FourTuple,
  segment: BareSegment,
  because: Because,
): boolean {
  const length = TCP_HEADER_LENGTH + (segment.hasTimestamps ? TIMESTAMPS_LENGTH : 0);
  const at = reserve(context, tuple, length);
  if (at < 0) return false;
  if (segment.hasTimestamps) {
    const { tsval, tsecr } = segment;
    emitTimestamps(context.ip.transmitBuffer, at + TCP_HEADER_LENGTH, tsval, tsecr);
  }
  finish(context, tuple, segment, TcpFlag.ACK, at, at + length, because);
  return true;
}

/** Sends a SYN-ACK; false where there is no room for it. */
export function emitBareSynAck(
  context: EmitContext,
  tuple: FourTuple,
  segment: BareSynAck,
  because: Because,
): boolean {
  const at = reserve(context, tuple, TCP_HEADER_LENGTH + SYN_OPTIONS_LENGTH);
  if (at < 0) return false;
  const buf = context.ip.transmitBuffer;
  let end = emitMss(buf, at + TCP_HEADER_LENGTH, segment.mss);
  if (segment.sackPermitted) end = emitSackPermitted(buf, end);
  if (segment.hasTimestamps) end = emitTimestamps(buf, end, segment.tsval, segment.tsecr);
  if (segment.windowShift >= 0) end = emitWindowShift(buf, end, segment.windowShift);
  const ecn = segment.ecn ? TcpFlag.ECE : 0;
  finish(context, tuple, segment, TcpFlag.SYN | TcpFlag.ACK | ecn, at, end, because);
  return true;
}

/** Writes the header in front of the options, which end at `end`, and lets the segment go. */
function finish(
  context: EmitContext,
  tuple: FourTuple,
  segment: BareSegment,
  flags: number,
  at: number,
  end: number,
  because: Because,
): void {
  emitTcpHeader(
    context.ip.transmitBuffer,
    at,
    tuple.localPort,
    tuple.remotePort,
    segment.seq,
    segment.ack,
    flags,
    segment.wnd,
    end - at - TCP_HEADER_LENGTH,
  );
  commit(context, null, tuple, at, end, 0, because, 0);
}
