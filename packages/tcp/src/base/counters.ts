/**
 * What TCP has done and dropped, one number each; they only grow, except `memoryUsed`.
 */

import { WIDE } from '@netlayers/bytes';
import type { MemoryCounters } from '../memory/budget.js';
import type { TcpDropReason } from './reasons.js';

/** Counters of one stack's TCP. */
export interface TcpCounters extends MemoryCounters {
  segmentsReceived: number;
  segmentsSent: number;
  bytesReceived: number;
  bytesSent: number;
  /** Segments that carried bytes sent before. */
  retransmissions: number;
  fastRetransmissions: number;
  retransmissionTimeouts: number;
  /** Tail loss probes (RFC 8985, 7). */
  tailLossProbes: number;
  /** Recoveries that proved to be needless and were taken back. */
  spuriousRecoveries: number;
  /** Segments that routers had marked, and windows reduced for marks of ours (RFC 3168). */
  ecnMarks: number;
  ecnReductions: number;
  windowProbes: number;
  keepAliveProbes: number;
  outOfOrder: number;
  duplicates: number;
  outOfWindow: number;
  challengeAcks: number;
  /** Answers that were not given because the same was answered less than 500 ms before. */
  answersSuppressed: number;
  resetsSent: number;
  resetsReceived: number;
  /** Resets for text that nobody will read (RFC 9293, SHLD-3); part of `resetsSent`. */
  resetsForUnreadText: number;
  connectionsOpened: number;
  connectionsAccepted: number;
  connectionsFailed: number;
  /** SYNs that were answered and forgotten (RFC 4987). */
  synCookiesSent: number;
  /** ACKs that have brought a cookie of ours back. */
  synCookiesReceived: number;
  /** ACKs that have brought none where one could be expected. */
  synCookiesFailed: number;
  /** Records of TIME-WAIT that went before their time, because there were too many. */
  timeWaitRecycled: number;
  /** Records of TIME-WAIT that gave way to a new connection of their 4-tuple. */
  timeWaitReused: number;
  readonly dropped: Record<TcpDropReason, number>;
}

/** All counters at zero. */
export function createTcpCounters(): TcpCounters {
  const counters: TcpCounters = {
    segmentsReceived: 0,
    segmentsSent: 0,
    bytesReceived: WIDE,
    bytesSent: WIDE,
    retransmissions: 0,
    fastRetransmissions: 0,
    retransmissionTimeouts: 0,
    tailLossProbes: 0,
    spuriousRecoveries: 0,
    ecnMarks: 0,
    ecnReductions: 0,
    windowProbes: 0,
    keepAliveProbes: 0,
    outOfOrder: 0,
    duplicates: 0,
    outOfWindow: 0,
    challengeAcks: 0,
    answersSuppressed: 0,
    resetsSent: 0,
    resetsReceived: 0,
    resetsForUnreadText: 0,
    connectionsOpened: 0,
    connectionsAccepted: 0,
    connectionsFailed: 0,
    synCookiesSent: 0,
    synCookiesReceived: 0,
    synCookiesFailed: 0,
    timeWaitRecycled: 0,
    timeWaitReused: 0,
    memoryUsed: 0,
    memoryPeak: 0,
    windowsShrunk: 0,
    outOfOrderPruned: 0,
    textRefused: 0,
    dropped: {
      truncated: 0,
      'bad-data-offset': 0,
      'bad-option': 0,
      'bad-checksum': 0,
      'bad-port': 0,
      'no-connection': 0,
      'reset-limited': 0,
      'backlog-full': 0,
      'half-open-evicted': 0,
      'half-open-full': 0,
      'table-full': 0,
      'memory-full': 0,
      'transmit-queue-full': 0,
    },
  };
  counters.bytesReceived = 0;
  counters.bytesSent = 0;
  return counters;
}
