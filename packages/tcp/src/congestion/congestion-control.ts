/**
 * What a congestion control algorithm is told and what it answers (RFC 5681, 9438; the delivery
 * rate of draft-ietf-ccwg-bbr). One file per algorithm implements it; the sender never asks which
 * one it has.
 *
 * Detection and repair of loss are the sender's: an algorithm decides how much may be in flight and
 * how fast it may leave, never what is sent. Everything is in bytes of sequence space, never in
 * packets, so that segments and super-segments are the same to it. Times are monotonic
 * milliseconds, rates bytes per millisecond.
 */

/** What one acknowledgment has said. Belongs to the sender and is overwritten by the next. */
export interface AckSample {
  now: number;
  /** Bytes newly delivered, by the ACK field or by SACK blocks. */
  ackedBytes: number;
  /** Bytes newly judged lost with this acknowledgment. */
  lostBytes: number;
  /** The round trip that it measured; -1 = none (Karn's rule). */
  rttMs: number;
  /** Smoothed round trip; -1 before the first measurement. */
  srttMs: number;
  /** The smallest round trip of the last ten seconds; -1 before the first measurement. */
  minRttMs: number;
  /** Whether a round trip has ended: everything is acknowledged that was sent before it began. */
  roundEnded: boolean;
  /** Bytes per millisecond over the last flight; 0 = not measured. */
  deliveryRate: number;
  /** Whether the application, not the network, limited the flight that `deliveryRate` measured. */
  isAppLimited: boolean;
  /** Bytes delivered since the connection began. */
  delivered: number;
  /** `delivered` when the newest acknowledged segment was sent. */
  priorDelivered: number;
  /** Bytes judged lost since the connection began. */
  lost: number;
  /** Bytes judged lost since the newest acknowledged segment was sent. */
  lostInFlight: number;
  /** Bytes in flight just after the newest acknowledged segment was sent. */
  sentInFlight: number;
  /** Bytes in flight before this acknowledgment, and after it. */
  priorInFlight: number;
  inFlight: number;
  /** Whether at least half of the window was used of late: one that is not must not grow (RFC 7661). */
  isWindowUsed: boolean;
  /** Whether loss was being repaired before it came: by fast recovery, or by slow start after a time-out. */
  isInRecovery: boolean;
}

/** All of a sample at rest. */
export const createAckSample = (): AckSample => ({
  now: 0,
  ackedBytes: 0,
  lostBytes: 0,
  rttMs: -1,
  srttMs: -1,
  minRttMs: -1,
  roundEnded: false,
  deliveryRate: 0,
  isAppLimited: false,
  delivered: 0,
  priorDelivered: 0,
  lost: 0,
  lostInFlight: 0,
  sentInFlight: 0,
  priorInFlight: 0,
  inFlight: 0,
  isWindowUsed: false,
  isInRecovery: false,
});

/** What congestion was seen by: loss that ACKs told, an echoed mark (RFC 3168), or a time-out. */
export type CongestionCause = 'loss' | 'ecn' | 'timeout';

/** Congestion, at most once per window of data, or a retransmission time-out. */
export interface CongestionEvent {
  readonly cause: CongestionCause;
  readonly now: number;
  /** RFC 5681's FlightSize: bytes sent and not acknowledged, at most `cwnd`. */
  readonly flightSize: number;
  /**
   * Of a time-out: false for the second and later ones of the same data (RFC 5681, 3.1). Of loss: false
   * where an echoed mark has reduced the window for the same data (RFC 3168, 6.1.2).
   */
  readonly isFirst: boolean;
}

/** Decides how much may be in flight, and how fast it leaves. */
export interface CongestionControl {
  readonly name: string;
  /** Congestion window. */
  readonly cwnd: number;
  /** Slow start threshold; `Infinity` before the first congestion. */
  readonly ssthresh: number;
  /** How fast segments may leave, in bytes per millisecond; `Infinity` = as fast as the window lets them. */
  readonly pacingRate: number;
  /**
   * Whether the algorithm sets its window during recovery, too. Others are held by proportional
   * rate reduction (RFC 9937) until the recovery ends.
   */
  readonly governsRecovery: boolean;
  /**
   * Takes over from another algorithm, whose window and threshold these are (`Infinity` = it knew
   * none). Who has no such method begins with the initial window.
   */
  adopt?(cwnd: number, ssthresh: number): void;
  /** The effective segment size has changed (PMTU, negotiated options). */
  setMss(mss: number): void;
  /**
   * Text has left, for the first time or again.
   *
   * @param inFlight bytes in flight with it.
   */
  handleSent(now: number, bytes: number, inFlight: number): void;
  /**
   * Something was delivered, in recovery or outside of it. Of loss, of congestion and of the end of
   * a recovery that the same acknowledgment told, it has heard before.
   */
  handleAck(sample: AckSample): void;
  /**
   * Bytes that left together are judged lost. Comes for each of them, before the `handleCongestion`
   * that they may be.
   *
   * @param bytes how many.
   * @param sentInFlight bytes in flight just after they were sent.
   * @param lostSince bytes judged lost since they were sent, these included.
   * @param deliveredBefore bytes delivered when they were sent.
   */
  handleLost(
    now: number,
    bytes: number,
    sentInFlight: number,
    lostSince: number,
    deliveredBefore: number,
  ): void;
  /** Congestion: the window gets smaller. */
  handleCongestion(event: CongestionEvent): void;
  /** Everything is acknowledged that was in flight when the recovery began. */
  handleRecovered(now: number, inFlight: number): void;
  /** The last congestion was none: nothing was lost, segments were late. Takes its effect back. */
  handleSpurious(now: number): void;
  /** The SYN or SYN-ACK had to be repeated: the first data starts from one segment (RFC 5681, 3.1). */
  handleSynLoss(): void;
  /** Nothing was sent for more than one RTO, and something is about to be (RFC 5681, 4.1). */
  handleIdle(now: number): void;
}

/** Makes the algorithm of one connection. */
export type CongestionControlFactory = (mss: number) => CongestionControl;

/** RFC 6928: ten segments, but no more than 14,600 bytes unless two segments are more. */
export const initialWindow = (mss: number): number => Math.min(10 * mss, Math.max(2 * mss, 14600));
