/**
 * Why: the small integers that explain a connection to whoever watches it. Why a segment was sent,
 * what was decided about one that arrived, what holds the sender back, and why a packet was dropped
 * before any connection saw it.
 */

/** Why a segment was sent. */
export const Because = {
  CONNECT: 0,
  ACCEPT: 1,
  NEW_DATA: 2,
  ACK_DUE: 3,
  DELAYED_ACK_TIMER: 4,
  OUT_OF_ORDER: 5,
  DUPLICATE: 6,
  WINDOW_UPDATE: 7,
  FAST_RETRANSMIT: 8,
  PARTIAL_ACK: 9,
  RETRANSMISSION_TIMEOUT: 10,
  WINDOW_PROBE: 11,
  CLOSE: 12,
  CHALLENGE: 13,
  ABORT: 14,
  NO_CONNECTION: 15,
  UNACCEPTABLE_ACK: 16,
  SMALLER_PATH_MTU: 17,
  /** RACK has found it lost (RFC 8985, 6). */
  LOST: 18,
  TAIL_LOSS_PROBE: 19,
  /** The peer has dropped what it had reported by SACK (RFC 2018, 8). */
  RENEGED: 20,
  KEEP_ALIVE: 21,
  /** Text for a connection that the application has closed in both directions. */
  NOBODY_READS: 22,
  /** Larger than what is known to pass, to see whether it does (RFC 4821, 7). */
  MTU_PROBE: 23,
  /** A SYN-ACK that remembers the SYN in its numbers (RFC 4987, 3.6). */
  SYN_COOKIE: 24,
} as const;

export type Because = (typeof Because)[keyof typeof Because];

/** What was decided about a segment that arrived at a connection. */
export const Verdict = {
  ACCEPTED: 0,
  OUT_OF_ORDER: 1,
  DUPLICATE: 2,
  OUT_OF_WINDOW: 3,
  BAD_ACK: 4,
  DUPLICATE_ACK: 5,
  OLD_TIMESTAMP: 6,
  NO_TIMESTAMP: 7,
  CHALLENGED: 8,
  RESET: 9,
  NO_ACK: 10,
  DATA_AFTER_CLOSE: 11,
  NO_ROOM: 12,
} as const;

export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** What holds a sender back that has been asked for output. */
export const HeldBy = {
  NOTHING_TO_SEND: 0,
  CONGESTION_WINDOW: 1,
  PEER_WINDOW: 2,
  NAGLE: 3,
  CORK: 4,
  DEVICE: 5,
  PACING: 6,
} as const;

export type HeldBy = (typeof HeldBy)[keyof typeof HeldBy];

/** Why a segment was dropped before a connection saw it, or instead of making one. */
export type TcpDropReason =
  | 'truncated'
  | 'bad-data-offset'
  | 'bad-option'
  | 'bad-checksum'
  | 'bad-port'
  | 'no-connection'
  /** Belongs to no connection here, and somebody else has taken it. */
  | 'handed-over'
  | 'reset-limited'
  | 'backlog-full'
  | 'half-open-evicted'
  | 'half-open-full'
  | 'table-full'
  | 'memory-full'
  | 'transmit-queue-full';

const nameOf = (codes: Readonly<Record<string, number>>, code: number): string =>
  (Object.keys(codes).find((key) => codes[key] === code) ?? `${code}`)
    .toLowerCase()
    .replaceAll('_', ' ');

/** Spells a reason for sending: `new data`, `fast retransmit`. */
export const formatBecause = (code: Because): string => nameOf(Because, code);

/** Spells a decision about an arrived segment: `accepted`, `out of window`. */
export const formatVerdict = (code: Verdict): string => nameOf(Verdict, code);

/** Spells what holds a sender back: `congestion window`. */
export const formatHeldBy = (code: HeldBy): string => nameOf(HeldBy, code);
