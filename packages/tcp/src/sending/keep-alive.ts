/**
 * A keep-alive probe on its way out (RFC 9293, 3.8.4): a segment in front of the peer's window, which
 * it has to answer. It has no text (SHLD-12), or by setting one octet that the peer has had already
 * (MAY-6).
 */

import { Because } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import { TcpFlag } from '../wire/flags.js';
import { seqAdd } from '../wire/seq.js';
import { emitSegment } from './emit.js';

/** Sends a probe, with SEG.SEQ = SND.NXT - 1. Returns false when the device's queue is full. */
export function emitKeepAlive(connection: TcpConnection, now: number): boolean {
  const { context, settings, snd } = connection;
  const length = settings.keepAliveOctet ? 1 : 0;
  const before = seqAdd(snd.nxt, -1);
  if (!emitSegment(connection, before, length, TcpFlag.ACK, Because.KEEP_ALIVE, now)) return false;
  context.counters.keepAliveProbes++;
  return true;
}
