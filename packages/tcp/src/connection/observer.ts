/**
 * The one hook through which a stack can be watched: every segment with its reason, every state,
 * every timer, every window. With no observer nothing is computed for it.
 *
 * Headers and buffers are valid only during the call. An observer must not call back into TCP.
 */

import type { Because, HeldBy, TcpDropReason, Verdict } from '../base/reasons.js';
import type { TcpState } from '../base/state.js';
import type { TcpHeader } from '../wire/header.js';
import type { TcpConnectionView } from './view.js';

/** The timers of a connection. */
export type TcpTimer =
  | 'retransmission'
  | 'tail-probe'
  | 'reordering'
  | 'persist'
  | 'delayed-ack'
  | 'keep-alive'
  | 'user-timeout'
  | 'fin-wait-2';

/** Watches TCP. Every method is optional. */
export interface TcpObserver {
  /**
   * A segment leaves: its header with options, its text at `buf[header.dataStart..dataEnd)`.
   *
   * @param connection `null` for a reset that answers a segment without a connection.
   */
  segmentSent?(
    connection: TcpConnectionView | null,
    header: TcpHeader,
    buf: Uint8Array,
    because: Because,
  ): void;
  /** A segment with a good checksum has been dealt with. */
  segmentReceived?(
    connection: TcpConnectionView | null,
    header: TcpHeader,
    buf: Uint8Array,
    verdict: Verdict,
  ): void;
  /** A segment was dropped before a connection saw it. */
  segmentDropped?(reason: TcpDropReason): void;
  stateChanged?(connection: TcpConnectionView, from: TcpState, to: TcpState): void;
  timerExpired?(connection: TcpConnectionView, timer: TcpTimer): void;
  /** The sender has stopped; called once per output round, also when it had nothing to send. */
  senderHeld?(connection: TcpConnectionView, by: HeldBy): void;
  /** `cwnd` or `ssthresh` has changed. */
  windowChanged?(connection: TcpConnectionView): void;
}
