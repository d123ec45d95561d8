/**
 * The send sequence space of a connection (RFC 9293, 3.3.1 and figure 3): what the application has
 * written, what of it is in flight, what has to be sent again.
 *
 *          1         2          3          4
 *     ----------|----------|----------|----------
 *            SND.UNA    SND.NXT    SND.UNA
 *                                 +SND.WND
 *
 * `nxt` never moves back. What is presumed lost is a range `[lostNext, lostEnd)` of sequence
 * space, a segment of it after duplicate ACKs or all that was in flight after a time-out; the
 * bytes of that range are not in flight until they are sent again. Invariants:
 * una =< lostNext =< lostEnd =< nxt, and the queue begins at `queueSeq`, which is `una` once the
 * SYN is acknowledged.
 */

import { Because } from '../base/reasons.js';
import type { CongestionControl } from '../congestion/congestion-control.js';
import type { BufferPool } from '../memory/buffer-pool.js';
import { RingBuffer } from '../memory/ring-buffer.js';
import { RttEstimator } from '../timing/rtt-estimator.js';
import { type Seq, seq, seqAdd, seqDiff, seqGe, seqGt, seqLt } from '../wire/seq.js';
import type { TcpSettings } from './settings.js';

/** What loss recovery is doing: nothing, fast recovery, or slow start after a time-out. */
export type RecoveryPhase = 'open' | 'fast' | 'timeout';

/** The sending half of a connection. */
export class Sender {
  /** Initial send sequence number: that of the SYN. */
  readonly iss: Seq;
  /** Oldest unacknowledged sequence number. */
  una: Seq;
  /** Next sequence number never sent before. */
  nxt: Seq;
  /** The peer's window, scaled, counted from `una`. */
  wnd = 0;
  /** SEG.SEQ of the last window update. */
  wl1: Seq = seq(0);
  /** SEG.ACK of the last window update. */
  wl2: Seq = seq(0);
  /** The largest window the peer has ever offered (RFC 5961, MAX.SND.WND). */
  maxWnd = 0;
  /** The peer's shift count. */
  windowShift = 0;
  /** Bytes of text in a full segment, timestamps already taken off (Eff.snd.MSS). */
  mss: number;

  /** Unacknowledged and unsent text; its first byte has sequence number `queueSeq`. */
  readonly queue: RingBuffer;
  queueSeq: Seq;
  /** The application has ended its side: a FIN follows the queue. */
  finQueued = false;

  /** Next byte to send again; equal to `lostEnd` when there is none. */
  lostNext: Seq;
  lostEnd: Seq;
  lostBecause: Because = Because.RETRANSMISSION_TIMEOUT;
  /** The next retransmission goes out whatever the congestion window says. */
  forceRetransmit = false;

  phase: RecoveryPhase = 'open';
  /** RFC 6582: the highest sequence number sent when recovery last began. */
  recover: Seq;
  dupAcks = 0;
  /** Bytes by which duplicate ACKs have widened the window (RFC 5681, 3.2; RFC 3042). */
  inflation = 0;
  /** This recovery has seen its first partial acknowledgment. */
  sawPartialAck = false;

  readonly rtt: RttEstimator;
  readonly congestion: CongestionControl;
  /** One segment at a time is timed; `timedAt` is -1 when none is. */
  timedSeq: Seq;
  timedAt = -1;
  /** When something was last sent again. */
  repeatedAt = 0;

  /** When the retransmission timer expires; `Infinity` = off. */
  retransmitAt = Number.POSITIVE_INFINITY;
  /** When the persist timer expires; `Infinity` = off. */
  persistAt = Number.POSITIVE_INFINITY;
  persistBackoffs = 0;
  /** The persist timer has expired and its probe has not left yet. */
  probeDue = false;
  /** Time-outs in a row without progress. */
  timeouts = 0;
  /** Since when the peer has not acknowledged what it should; -1 = it has. */
  stalledSince = -1;
  lastSentAt = 0;
  /** Behind the last segment that was not full; `una` once that is acknowledged. */
  smallEnd: Seq;
  /** Whether the last output round was stopped by the congestion window. */
  wasLimited = false;

  constructor(iss: Seq, mss: number, settings: TcpSettings, pool: BufferPool) {
    this.iss = iss;
    this.una = iss;
    this.nxt = iss;
    this.mss = mss;
    this.queue = new RingBuffer(pool);
    this.queueSeq = seqAdd(iss, 1);
    this.lostNext = iss;
    this.lostEnd = iss;
    this.smallEnd = iss;
    this.recover = iss;
    this.timedSeq = iss;
    this.rtt = new RttEstimator(settings.initialRtoMs, settings.minRtoMs, settings.maxRtoMs);
    this.congestion = settings.congestionControl(mss);
  }

  /** Sequence number behind the last byte written; that of the FIN once one is queued. */
  get queueEnd(): Seq {
    return seqAdd(this.queueSeq, this.queue.span);
  }

  /** RFC 5681's FlightSize. */
  get flightSize(): number {
    return seqDiff(this.nxt, this.una);
  }

  /** Bytes believed to be on their way: the flight without what is presumed lost. */
  get pipe(): number {
    return seqDiff(this.nxt, this.una) - seqDiff(this.lostEnd, this.lostNext);
  }

  /**
   * SEG.SEQ of a segment without text: SND.NXT. Beyond a closed window, where a probe may have
   * taken SND.NXT, the peer would refuse the segment with the ACK in it: then SND.UNA.
   */
  get bareSeq(): Seq {
    return this.wnd === 0 && this.pipe === 0 ? this.una : this.nxt;
  }

  /** Whether something has to be sent again. */
  get hasLost(): boolean {
    return this.lostNext !== this.lostEnd;
  }

  /** Whether our FIN has been acknowledged. */
  get finAcked(): boolean {
    return this.finQueued && seqGt(this.una, this.queueEnd);
  }

  /** Whether text, or the FIN, has never been sent. */
  get hasUnsent(): boolean {
    const unsent = seqDiff(this.queueEnd, this.nxt);
    return unsent > 0 || (unsent === 0 && this.finQueued);
  }

  /** Sequence numbers from `from` to the right edge of the peer's window. */
  windowFrom(from: Seq): number {
    return seqDiff(this.una, from) + this.wnd;
  }

  /** Takes the window of a segment (RFC 9293, 3.10.7.4, fifth) and returns whether it has changed. */
  updateWindow(segSeq: Seq, segAck: Seq, segWnd: number): boolean {
    if (!(seqLt(this.wl1, segSeq) || (this.wl1 === segSeq && !seqGt(this.wl2, segAck)))) {
      return false;
    }
    const changed = this.wnd !== segWnd;
    this.wnd = segWnd;
    this.wl1 = segSeq;
    this.wl2 = segAck;
    if (segWnd > this.maxWnd) this.maxWnd = segWnd;
    return changed;
  }

  /** Moves `una` to `ack`, which is acceptable, and frees the text that was acknowledged. */
  advance(ack: Seq): void {
    const text = Math.min(seqDiff(ack, this.queueSeq), this.queue.span);
    if (text > 0) {
      this.queue.drop(text);
      this.queueSeq = seqAdd(this.queueSeq, text);
    }
    this.una = ack;
    if (seqLt(this.lostEnd, ack)) this.lostEnd = ack;
    if (seqLt(this.lostNext, ack)) this.lostNext = ack;
    if (seqLt(this.smallEnd, ack)) this.smallEnd = ack;
  }

  /** Declares `[from, to)` lost, so that it is sent again and no longer counts as in flight. */
  markLost(from: Seq, to: Seq, because: Because): void {
    this.lostNext = from;
    this.lostEnd = seqLt(this.nxt, to) ? this.nxt : to;
    this.lostBecause = because;
  }

  /** Takes note that `[from, to)` is being sent at `now`, for the first time or again. */
  handleSent(from: Seq, to: Seq, now: number): void {
    if (seqGe(from, this.nxt)) {
      if (this.timedAt < 0) {
        this.timedAt = now;
        this.timedSeq = to;
      }
    } else {
      // Karn's rule: an ACK of this says nothing about which copy arrived (RFC 6298, 3).
      this.timedAt = -1;
      this.repeatedAt = now;
    }
    if (seqGt(to, this.nxt)) this.nxt = to;
    this.lastSentAt = now;
    if (this.retransmitAt === Number.POSITIVE_INFINITY) this.retransmitAt = now + this.rtt.rtoMs;
  }

  /** Stops every timer and frees every byte. */
  release(): void {
    this.queue.release();
    this.retransmitAt = Number.POSITIVE_INFINITY;
    this.persistAt = Number.POSITIVE_INFINITY;
    this.probeDue = false;
  }
}
