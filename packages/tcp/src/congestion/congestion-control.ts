/**
 * What a congestion control algorithm is told and what it answers (RFC 5681). One file per
 * algorithm implements it; the sender never asks which one it has.
 *
 * Everything is in bytes of sequence space, never in packets, so that segments and super-segments
 * are the same to it. Times are monotonic milliseconds.
 */

/** Decides how much may be in flight. */
export interface CongestionControl {
  readonly name: string;
  /** Congestion window. */
  readonly cwnd: number;
  /** Slow start threshold. */
  readonly ssthresh: number;
  /** The effective segment size has changed (PMTU, negotiated options). */
  setMss(mss: number): void;
  /**
   * New data was acknowledged outside of loss recovery.
   *
   * @param ackedBytes bytes newly acknowledged.
   * @param wasLimited whether the window was what held the sender back: one that is not used must
   *   not grow (RFC 7661).
   */
  handleAck(ackedBytes: number, wasLimited: boolean, now: number): void;
  /** Loss was found by duplicate ACKs: fast recovery begins. */
  handleLoss(flightSize: number, now: number): void;
  /** Fast recovery has ended with everything acknowledged that was in flight when it began. */
  handleRecoveryEnd(flightSize: number, now: number): void;
  /**
   * The retransmission timer has expired.
   *
   * @param isFirst false for the second and later time-outs of the same segment.
   */
  handleTimeout(flightSize: number, isFirst: boolean, now: number): void;
  /** The SYN or SYN-ACK had to be repeated: the first data starts from one segment (RFC 5681, 3.1). */
  handleSynLoss(): void;
  /** Nothing was sent for more than one RTO (RFC 5681, 4.1). */
  handleIdle(now: number): void;
}

/** Makes the algorithm of one connection. */
export type CongestionControlFactory = (mss: number) => CongestionControl;

/** RFC 6928: ten segments, but no more than 14,600 bytes unless two segments are more. */
export const initialWindow = (mss: number): number => Math.min(10 * mss, Math.max(2 * mss, 14600));
