/**
 * Text that arrives after the application has closed both directions (RFC 9293, 3.6.1, SHLD-3): the
 * peer hears by a reset that nobody reads it. What has been acknowledged before is no such text, and
 * neither is a FIN alone.
 */

import { Because } from '../base/reasons.js';
import { loseUnread } from '../connection/closing.js';
import type { TcpConnection } from '../connection/connection.js';
import { emitReset } from '../sending/emit.js';
import type { TcpHeader } from '../wire/header.js';
import { seqAdd, seqGt } from '../wire/seq.js';

/**
 * Resets an orphan that is sent text, also text beyond a gap.
 *
 * @returns whether it was; otherwise the segment goes on.
 */
export function refuseText(connection: TcpConnection, seg: TcpHeader): boolean {
  if (!connection.isOrphan) return false;
  const length = seg.dataEnd - seg.dataStart;
  if (length === 0 || !seqGt(seqAdd(seg.seq, length), connection.rcv.nxt)) return false;
  emitReset(connection.context, connection, seg, Because.NOBODY_READS);
  loseUnread(connection);
  return true;
}
