/**
 * What the layer does with every segment it has found a place for, and with those it has not.
 */

import { segmentArrives } from '../arrival/segment-arrives.js';
import type { TcpDropReason } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import type { TcpContext } from '../connection/context.js';
import type { TcpHeader } from '../wire/header.js';

/** Hands a segment to its connection, and its text to the application. */
export function handOver(
  context: TcpContext<TcpConnection>,
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
): void {
  connection.segmentsReceived++;
  const verdict = segmentArrives(connection, seg, buf, now);
  context.observer?.segmentReceived?.(connection, seg, buf, verdict);
  if (connection.state !== 'CLOSED') context.requestOutput(connection);
  connection.delivery.lend(buf);
}

/** Counts a drop and shows it to the observer. */
export function noteDrop(context: TcpContext<TcpConnection>, reason: TcpDropReason): void {
  context.counters.dropped[reason]++;
  context.observer?.segmentDropped?.(reason);
}
