/**
 * Sends a range of sequence space, for the first time or again, and has the send map remember it.
 */

import { Because } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import { tallyOf } from '../connection/tally.js';
import { TcpFlag } from '../wire/flags.js';
import { type Seq, seqAdd, seqGt } from '../wire/seq.js';
import { emitSegment } from './emit.js';

/** Sends `length` sequence numbers from `from` on: text, and the FIN if it is among them. */
export function emitRange(
  connection: TcpConnection,
  from: Seq,
  length: number,
  because: Because,
  now: number,
): boolean {
  const { snd } = connection;
  const to = seqAdd(from, length);
  const hasFin = snd.finQueued && seqGt(to, snd.queueEnd);
  const text = hasFin ? length - 1 : length;
  let flags = TcpFlag.ACK as number;
  if (hasFin) flags |= TcpFlag.FIN;
  // RFC 9293, 3.9.1.2: PSH on the last segment of what is buffered.
  if (text > 0 && !seqGt(snd.queueEnd, to)) flags |= TcpFlag.PSH;
  const why = text === 0 && because === Because.NEW_DATA ? Because.CLOSE : because;
  return emitSegment(connection, from, text, flags, why, now);
}

/** Sends the next `length` sequence numbers for the first time. */
export function sendNew(
  connection: TcpConnection,
  length: number,
  because: Because,
  now: number,
): boolean {
  const { snd } = connection;
  const from = snd.nxt;
  if (!emitRange(connection, from, length, because, now)) return false;
  snd.handleSent(from, seqAdd(from, length), because, now);
  return true;
}

/** Sends `length` sequence numbers from a record's start on again. */
export function repeatRecord(
  connection: TcpConnection,
  index: number,
  length: number,
  because: Because,
  now: number,
): boolean {
  const { snd } = connection;
  const { map } = snd;
  const start = map.start(index);
  if (!emitRange(connection, start, length, because, now)) return false;
  const to = seqAdd(start, length);
  if (seqGt(map.end(index), to)) map.cut(index, to);
  snd.handleRepeated(index, to, because, now);
  connection.context.counters.retransmissions++;
  const tally = tallyOf(connection);
  tally.segmentsRetransmitted++;
  tally.bytesRetransmitted += length;
  return true;
}
