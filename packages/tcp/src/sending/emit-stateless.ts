/**
 * Segments that no connection sends, resets excepted: the ACK of a record in TIME-WAIT. What stands
 * in them comes from the caller, nothing is remembered of them, and where the device has no room they
 * are forgotten.
 */

import type { Because } from '../base/reasons.js';
import type { FourTuple } from '../connection/four-tuple.js';
import { TcpFlag } from '../wire/flags.js';
import { emitTcpHeader, TCP_HEADER_LENGTH } from '../wire/header.js';
import { emitTimestamps, TIMESTAMPS_LENGTH } from '../wire/options.js';
import type { Seq } from '../wire/seq.js';
import { commit, type EmitContext } from './emit.js';

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
function reserve(context: EmitContext, length: number): number {
  const at = context.ip.reserve(length);
  if (at < 0) context.counters.dropped['transmit-queue-full']++;
  return at;
}

/** Sends an ACK. */
export function emitBareAck(
  context: EmitContext,
  tuple: FourTuple,
  segment: BareSegment,
  because: Because,
): void {
  const optionsLength = segment.hasTimestamps ? TIMESTAMPS_LENGTH : 0;
  const at = reserve(context, TCP_HEADER_LENGTH + optionsLength);
  if (at < 0) return;
  const buf = context.ip.transmitBuffer;
  if (segment.hasTimestamps) {
    emitTimestamps(buf, at + TCP_HEADER_LENGTH, segment.tsval, segment.tsecr);
  }
  emitTcpHeader(
    buf,
    at,
    tuple.localPort,
    tuple.remotePort,
    segment.seq,
    segment.ack,
    TcpFlag.ACK,
    segment.wnd,
    optionsLength,
  );
  commit(context, null, tuple, at, at + TCP_HEADER_LENGTH + optionsLength, 0, because);
}
