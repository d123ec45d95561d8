/**
 * The timestamp of a segment that arrives (RFC 7323): whether it is older than what has been received
 * (PAWS, 5), and which one is to be echoed (4.3).
 */

import { wholeMs } from '../base/whole-ms.js';
import type { TcpConnection } from '../connection/connection.js';
import type { Receiver } from '../connection/receiver.js';
import type { TcpHeader } from '../wire/header.js';
import { seqGt } from '../wire/seq.js';

/** RFC 7323, 5.5: a timestamp older than this is no longer compared. */
const TIMESTAMP_LIFETIME_MS = 24 * 24 * 60 * 60 * 1000;

/** Whether the segment was sent before the one whose timestamp is remembered (5.3, R1). */
export const isOldTimestamp = (rcv: Receiver, seg: TcpHeader, now: number): boolean =>
  ((seg.tsval - rcv.tsRecent) | 0) < 0 && now - rcv.tsRecentAt < TIMESTAMP_LIFETIME_MS;

/**
 * RFC 7323, 4.3, (2): the timestamp to echo is that of the segment at the edge of what was
 * acknowledged. It is taken once every check has passed (RFC 5961, 5): a segment that is refused
 * leaves no trace.
 */
export function rememberTimestamp(connection: TcpConnection, seg: TcpHeader, now: number): void {
  const { rcv } = connection;
  if (!connection.timestampsEnabled || !seg.hasTimestamp) return;
  if (seqGt(seg.seq, rcv.lastAckSent) || isOldTimestamp(rcv, seg, now)) return;
  rcv.tsRecent = seg.tsval | 0;
  rcv.tsRecentAt = wholeMs(now);
}
