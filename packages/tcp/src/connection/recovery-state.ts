/**
 * What loss recovery remembers of one connection beyond its send map: the variables of RACK-TLP
 * (RFC 8985), proportional rate reduction (RFC 9937), F-RTO (RFC 5682) and of the detection of
 * recoveries that were none (RFC 3522, 3708). Data only; `recovery/` works on it, one file an RFC.
 */

import { type Seq, seq } from '../wire/seq.js';

/** How far F-RTO has come: off, after the time-out, after the first acknowledgment behind it. */
export type FrtoStep = 0 | 1 | 2;

/** RFC 8985, 6.2, step 4: how many recoveries without D-SACK bring the reordering window back. */
export const REORDERING_PERSISTENCE = 16;

/** Variables of one connection. Times in monotonic ms. */
export class RecoveryState {
  // RACK (RFC 8985, 5.2). Of the segment delivered last, in the order of sending:
  /** RACK.xmit_ts; -1 before the first. */
  rackSentAt = -1;
  /** RACK.end_seq */
  rackEnd: Seq = seq(0);
  /** Whether that was a repetition. */
  rackIsRepeat = false;
  /** RACK.rtt */
  rackRttMs = 0;
  /** What SND.UNA was before the last acknowledgment moved it. */
  priorUna: Seq = seq(0);
  /** RACK.fack: the highest sequence number that was delivered. */
  fack: Seq = seq(0);
  /** RACK.reordering_seen */
  reorderingSeen = false;
  /** RACK.reo_wnd_mult and RACK.reo_wnd_persist */
  reorderingSteps = 1;
  reorderingPersist = REORDERING_PERSISTENCE;
  /** RACK.dsack_round: no wider window before this is acknowledged. */
  dsackRound: Seq = seq(0);
  inDsackRound = false;

  /** When what may be reordered counts as lost; `Infinity` = off. */
  reorderingAt = Number.POSITIVE_INFINITY;

  /** The peer's echo of a mark has reduced the window for what is in flight (RFC 3168, 6.1.2). */
  isReduced = false;

  // Tail loss probe (RFC 8985, 7).
  /** When it is due; `Infinity` = off. */
  tailProbeAt = Number.POSITIVE_INFINITY;
  /** TLP.end_seq, if a probe is out. */
  probeEnd: Seq = seq(0);
  isProbeOut = false;
  /** TLP.is_retrans */
  isProbeRepeat = false;

  /** Octets of a probe of the path's MTU that were found lost, and nobody has dealt with it yet. */
  lostMtuProbe = 0;

  // PRR (RFC 9937, 6).
  /** Bytes that may be in flight during this recovery; -1 = not governed by PRR. */
  prrWindow = -1;
  prrDelivered = 0;
  prrOut = 0;
  /** RecoverFS */
  prrFlight = 0;

  // What takes an unnecessary recovery back.
  /** Whether the last congestion may still prove to be none. */
  mayUndo = false;
  /** SND.UNA when it began, and what has to be acknowledged for it to be settled. */
  undoFrom: Seq = seq(0);
  undoUntil: Seq = seq(0);
  /** Bytes sent again since, and not reported as duplicates. */
  undoBytes = 0;
  /** When the first of them was sent; -1 = none was. */
  repairedAt = -1;
  frto: FrtoStep = 0;
}

/**
 * That of every connection with nothing in flight that has seen no loss and no reordering. It is
 * read only (nothing is written to it but what stands there), but not frozen: it would have a shape of its own then, and all code that looks at a
 * state would know two.
 */
export const RESTING: Readonly<RecoveryState> = new RecoveryState();

/** Whether nothing in a state is worth keeping while nothing is in flight. */
export const isWorthless = (state: RecoveryState): boolean =>
  !state.reorderingSeen &&
  !state.mayUndo &&
  !state.inDsackRound &&
  state.reorderingSteps === 1 &&
  state.prrWindow < 0 &&
  state.frto === 0;

/** States that connections have given back, for the next ones: a flight allocates none. */
const spare: RecoveryState[] = [];
const MOST_SPARE = 1024;

/** Lends a state to a connection that begins to send at `una`. */
export function borrowState(una: Seq): RecoveryState {
  const state = spare.pop() ?? new RecoveryState();
  state.priorUna = una;
  state.fack = una;
  return state;
}

/** Takes back a state that is worthless. */
export function returnState(state: RecoveryState): void {
  if (spare.length >= MOST_SPARE) return;
  state.rackSentAt = -1;
  state.rackRttMs = 0;
  state.reorderingPersist = REORDERING_PERSISTENCE;
  state.isProbeOut = false;
  state.undoBytes = 0;
  state.repairedAt = -1;
  spare.push(state);
}
