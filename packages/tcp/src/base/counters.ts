/**
 * What TCP has done and dropped, one number each; they only grow, except `memoryUsed`. In brackets
 * stands the name of what Linux counts alike (`nstat`); where nothing stands there is no such thing
 * or the name is the same.
 */

import { WIDE } from '@netlayers/bytes';
import type { MemoryCounters } from '../memory/budget.js';
import type { TcpDropReason } from './reasons.js';
import type { TcpState } from './state.js';

/** Counters of one stack's TCP. */
export interface TcpCounters extends MemoryCounters {
  /** (InSegs, OutSegs) */
  segmentsReceived: number;
  segmentsSent: number;
  bytesReceived: number;
  bytesSent: number;
  /** Segments that carried bytes sent before (RetransSegs, without SYNs). */
  retransmissions: number;
  /** SYNs and SYN-ACKs that a timer has repeated (TCPSynRetrans). */
  synRetransmissions: number;
  /** Fast recoveries (TCPSackRecovery and TCPRenoRecovery), and those of them with SACK. */
  fastRetransmissions: number;
  sackRecoveries: number;
  /** (TCPTimeouts) */
  retransmissionTimeouts: number;
  /** Tail loss probes (RFC 8985, 7; TCPLossProbes). */
  tailLossProbes: number;
  /** Those that have repaired a loss which nothing else had shown (TCPLossProbeRecovery). */
  tailLossProbeRepairs: number;
  /**
   * Recoveries that proved to be needless and were taken back; and by what each was found: the peer's
   * report of duplicates (RFC 3708; TCPDSACKUndo), the echo of a timestamp (RFC 3522; TCPFullUndo,
   * TCPPartialUndo, TCPLossUndo), F-RTO (RFC 5682; TCPSpuriousRTOs).
   */
  spuriousRecoveries: number;
  undoneByDsack: number;
  undoneByTimestamp: number;
  undoneByFrto: number;
  /** Duplicates that were reported to peers, and by them (RFC 2883; TCPDSACKOldSent, TCPDSACKOfoSent, TCPDSACKRecv, TCPDSACKOfoRecv). */
  dsacksSent: number;
  dsacksReceived: number;
  /** Peers that have dropped what they had reported by SACK, found by a time-out (RFC 2018, 8; TCPSACKReneging). */
  sackReneges: number;
  /** Segments that routers had marked (InCEPkts), and windows reduced for marks of ours (RFC 3168). */
  ecnMarks: number;
  ecnReductions: number;
  /** (TCPWinProbe) */
  windowProbes: number;
  /** (TCPKeepAlive) */
  keepAliveProbes: number;
  /** ACKs that have waited in vain for data to ride on (DelayedACKs). */
  delayedAcks: number;
  /** (TCPOFOQueue) */
  outOfOrder: number;
  duplicates: number;
  outOfWindow: number;
  /** Segments that PAWS has refused, those to TIME-WAIT included (PAWSEstab, PAWSTimewait). */
  oldTimestamps: number;
  /** (TCPChallengeACK) */
  challengeAcks: number;
  /** Answers that were not given because the same was answered less than 500 ms before (TCPACKSkipped*). */
  answersSuppressed: number;
  /** (OutRsts) */
  resetsSent: number;
  resetsReceived: number;
  /** Resets for text that nobody will read (RFC 9293, SHLD-3); part of `resetsSent` (TCPAbortOnClose, TCPAbortOnData). */
  resetsForUnreadText: number;
  /** Active and passive opens that have succeeded. */
  connectionsOpened: number;
  connectionsAccepted: number;
  /** Connections of which their application was told an error. */
  connectionsFailed: number;
  /** Connections that have ended in SYN-SENT or SYN-RECEIVED, and in ESTABLISHED or CLOSE-WAIT (RFC 4022; AttemptFails, EstabResets). */
  attemptsFailed: number;
  establishedResets: number;
  /** Connections whose peer was silent for too long: to a SYN, to text (R2), in window probes (TCPAbortOnTimeout). */
  userTimeouts: number;
  /** Connections whose peer has answered no keep-alive probe. */
  keepAliveTimeouts: number;
  /** Closed in both directions, and ended because the peer never closed or took no more (TCPAbortOnLinger). */
  orphanTimeouts: number;
  /** SYNs that were answered and forgotten (RFC 4987; SyncookiesSent). */
  synCookiesSent: number;
  /** ACKs that have brought a cookie of ours back (SyncookiesRecv). */
  synCookiesReceived: number;
  /** ACKs that have brought none where one could be expected (SyncookiesFailed). */
  synCookiesFailed: number;
  /** Connections that have entered TIME-WAIT (TW). */
  timeWaits: number;
  /** Records of TIME-WAIT that went before their time, because there were too many (TCPTimeWaitOverflow). */
  timeWaitRecycled: number;
  /** Records of TIME-WAIT that gave way to a new connection of their 4-tuple (TWRecycled). */
  timeWaitReused: number;
  /** `backlog-full` is ListenOverflows, all that concern a SYN are ListenDrops; `bad-checksum` is InCsumErrors. */
  readonly dropped: Record<TcpDropReason, number>;
}

/** Counts a connection that has entered CLOSED from another state (RFC 4022, tcpAttemptFails and tcpEstabResets). */
export function countClosed(counters: TcpCounters, from: TcpState): void {
  if (from === 'SYN-SENT' || from === 'SYN-RECEIVED') counters.attemptsFailed++;
  else if (from === 'ESTABLISHED' || from === 'CLOSE-WAIT') counters.establishedResets++;
}

/** All counters at zero. */
export function createTcpCounters(): TcpCounters {
  const counters: TcpCounters = {
    segmentsReceived: 0,
    segmentsSent: 0,
    bytesReceived: WIDE,
    bytesSent: WIDE,
    retransmissions: 0,
    synRetransmissions: 0,
    fastRetransmissions: 0,
    sackRecoveries: 0,
    retransmissionTimeouts: 0,
    tailLossProbes: 0,
    tailLossProbeRepairs: 0,
    spuriousRecoveries: 0,
    undoneByDsack: 0,
    undoneByTimestamp: 0,
    undoneByFrto: 0,
    dsacksSent: 0,
    dsacksReceived: 0,
    sackReneges: 0,
    ecnMarks: 0,
    ecnReductions: 0,
    windowProbes: 0,
    keepAliveProbes: 0,
    delayedAcks: 0,
    outOfOrder: 0,
    duplicates: 0,
    outOfWindow: 0,
    oldTimestamps: 0,
    challengeAcks: 0,
    answersSuppressed: 0,
    resetsSent: 0,
    resetsReceived: 0,
    resetsForUnreadText: 0,
    connectionsOpened: 0,
    connectionsAccepted: 0,
    connectionsFailed: 0,
    attemptsFailed: 0,
    establishedResets: 0,
    userTimeouts: 0,
    keepAliveTimeouts: 0,
    orphanTimeouts: 0,
    synCookiesSent: 0,
    synCookiesReceived: 0,
    synCookiesFailed: 0,
    timeWaits: 0,
    timeWaitRecycled: 0,
    timeWaitReused: 0,
    memoryUsed: 0,
    memoryPeak: 0,
    memoryPressures: 0,
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
      'handed-over': 0,
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
