/**
 * What algorithms that look for loss have in common: how slow start opens the window (RFC 5681,
 * 3.1, counting bytes as RFC 3465 does), and the windows from which it begins again. Pure
 * functions of bytes; the state is the algorithm's.
 */

import { initialWindow } from './congestion-control.js';

/**
 * RFC 3465's L, in segments: how much one ACK may open the window in slow start. Receivers that
 * merge packets acknowledge many at once, so it is larger than the RFC's 2 (RFC 9406, 4.3, has 8,
 * too, for senders that do not pace).
 */
export const SLOW_START_LIMIT = 8;

/** After a time-out, when one ACK may cover data of long ago (RFC 3465, 2.3). */
export const SLOW_START_LIMIT_AFTER_TIMEOUT = 1;

/** By how many bytes an ACK opens the window in slow start; `limit` is L, in segments. */
export const slowStartGrowth = (ackedBytes: number, mss: number, limit: number): number =>
  Math.min(ackedBytes, limit * mss);

/**
 * The window when the segment size changes: one that counts segments (the initial window, a single
 * segment) counts the new ones (RFC 9293, 3.7.1), any other keeps its bytes.
 */
export function windowForMss(cwnd: number, oldMss: number, mss: number): number {
  if (cwnd === initialWindow(oldMss)) return initialWindow(mss);
  if (cwnd === oldMss) return mss;
  return Math.max(cwnd, mss);
}

/** RFC 6582, 3.2, step 3, (1): no burst when little is in flight by the end of a recovery. */
export const windowAfterRecovery = (cwnd: number, inFlight: number, mss: number): number =>
  Math.min(cwnd, Math.max(inFlight, mss) + mss);

/** RFC 5681, 4.1: the restart window after more than an RTO without sending. */
export const restartWindow = (cwnd: number, mss: number): number =>
  Math.min(cwnd, initialWindow(mss));
