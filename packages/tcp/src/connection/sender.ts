/**
 * The send sequence space of a connection (RFC 9293, 3.3.1 and figure 3): what the application has
 * written, what of it is in flight, what has to be sent again.
 *
 *          1         2          3          4
 *     ----------|----------|----------|----------
 *            SND.UNA    SND.NXT    SND.UNA
 *                                 +SND.WND
 *
 * `nxt` never moves back. Everything from `una` to `nxt` is in the send map, the SYN excepted, and
 * what is judged lost is marked there; the queue begins at `queueSeq`, which is `una` once the SYN
 * is acknowledged. No sequence number kept here falls further behind `una` than half of the space:
 * `advance` takes those along that nobody asks for any more.
 */

import type { Because } from '../base/reasons.js';
import { wholeMs } from '../base/whole-ms.js';
import type { CongestionControl } from '../congestion/congestion-control.js';
import { DeliveryRate } from '../congestion/delivery-rate.js';
import { Pacer } from '../congestion/pacer.js';
import type { ByteQueue } from '../memory/byte-queue.js';
import type { QueuePool } from '../memory/queue-pool.js';
import type { RecordPool } from '../memory/record-pool.js';
import { RttEstimator } from '../timing/rtt-estimator.js';
import { type Seq, seq, seqAdd, seqDiff, seqGt, seqLt } from '../wire/seq.js';
import {
  borrowState,
  isWorthless,
  RESTING,
  type RecoveryState,
  returnState,
} from './recovery-state.js';
import { SendMap } from './send-map.js';
import type { TcpSettings } from './settings.js';

/** What loss recovery is doing: nothing, fast recovery, or slow start after a time-out. */
export type RecoveryPhase = 'open' | 'fast' | 'timeout';

/** Octets that last and are held without a copy: a few would hold the memory that they are a part of. */
const HOLD_FROM = 16 * 1024;

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

  readonly #queues: QueuePool;
  /** Unacknowledged and unsent text; its first byte has sequence number `queueSeq`. */
  queue: ByteQueue;
  queueSeq: Seq;
  /** The application has ended its side: a FIN follows the queue. */
  finQueued = false;

  /** What is in flight, emission by emission. */
  readonly map: SendMap;
  /** The next retransmission goes out whatever the congestion window says. */
  forceRetransmit = false;

  phase: RecoveryPhase = 'open';
  /** RFC 6582 and 6675: behind the highest sequence number sent when recovery last began; at most one behind `una`. */
  recover: Seq;
  dupAcks = 0;
  /** Bytes by which duplicate ACKs have widened the window (RFC 5681, 3.2; RFC 3042). */
  inflation = 0;
  /** This recovery has seen its first partial acknowledgment. */
  sawPartialAck = false;

  /** What loss recovery remembers; `RESTING` while there is nothing to remember. */
  recovery: RecoveryState = RESTING;

  readonly rtt: RttEstimator;
  congestion: CongestionControl;
  readonly rate = new DeliveryRate();
  /** Made when something is paced for the first time. */
  #pacer: Pacer | null = null;
  /** The connection's, for those that a sender asks for. */
  settings: TcpSettings;
  /** What is acknowledged beyond this is the next sample of the round trip: one a round trip. */
  timedFrom: Seq;
  /** When the SYN was sent, if once only; -1 otherwise. */
  synSentAt = -1;
  /** When something was last sent again, whole milliseconds, rounded down; -1 = not in what is in flight. */
  repeatedAt = -1;

  /** When the retransmission timer expires; `Infinity` = off. */
  retransmitAt = Number.POSITIVE_INFINITY;
  /** When the pacer lets more leave; `Infinity` = it holds nothing back. */
  pacedAt = Number.POSITIVE_INFINITY;
  /** The tail loss probe is due and has not left yet. */
  tailProbeDue = false;
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
  /** Most bytes in flight in this round trip, and in the one before (RFC 7661: pipeACK). */
  peakFlight = 0;
  lastPeakFlight = 0;

  constructor(
    iss: Seq,
    mss: number,
    settings: TcpSettings,
    queues: QueuePool,
    records: RecordPool,
  ) {
    // Whatever chose it may have chosen a uint32.
    iss = seq(iss);
    this.iss = iss;
    this.una = iss;
    this.nxt = iss;
    this.mss = mss;
    this.#queues = queues;
    this.queue = queues.none;
    this.queueSeq = seqAdd(iss, 1);
    this.map = new SendMap(records);
    this.smallEnd = iss;
    this.recover = iss;
    this.timedFrom = iss;
    this.rtt = new RttEstimator(settings.initialRtoMs, settings.minRtoMs, settings.maxRtoMs);
    this.congestion = settings.congestionControl(mss);
    this.settings = settings;
  }

  /** Sequence number behind the last byte written; that of the FIN once one is queued. */
  get queueEnd(): Seq {
    return seqAdd(this.queueSeq, this.queue.span);
  }

  /**
   * Queues `buf[start..end)`, which is copied, unless it lasts and is worth being held as it is.
   *
   * @throws RangeError when more than 1 GiB would be queued.
   */
  enqueue(buf: Uint8Array, start: number, end: number, lasts: boolean): void {
    this.queue = this.#queues.forWriting(this.queue);
    if (lasts && end - start >= HOLD_FROM) this.queue.append(buf, start, end);
    else this.queue.write(this.queue.span, buf, start, end);
  }

  /** RFC 5681's FlightSize. */
  get flightSize(): number {
    return seqDiff(this.nxt, this.una);
  }

  /** Bytes believed to be on their way (RFC 6675): the flight without what has arrived and what is lost. */
  get pipe(): number {
    return seqDiff(this.nxt, this.una) - this.map.sackedBytes - this.map.lostBytes;
  }

  /** When the tail loss probe is due (RFC 8985, 7.2); `Infinity` = off, as always with nothing in flight. */
  get tailProbeAt(): number {
    return this.recovery.tailProbeAt;
  }

  set tailProbeAt(at: number) {
    this.recovery.tailProbeAt = at;
  }

  /** When what may be reordered counts as lost (RFC 8985, 6.3); `Infinity` = off, as always with nothing in flight. */
  get reorderingAt(): number {
    return this.recovery.reorderingAt;
  }

  set reorderingAt(at: number) {
    this.recovery.reorderingAt = at;
  }

  /** How many bytes may be in flight at this moment. */
  get window(): number {
    const { prrWindow } = this.recovery;
    return prrWindow >= 0 ? prrWindow : this.congestion.cwnd + this.inflation;
  }

  /** How fast segments may leave, in bytes per millisecond; `Infinity` = as fast as the window lets them. */
  get pacingRate(): number {
    const { pacing, maxPacingRate } = this.settings;
    const rate = pacing ? this.congestion.pacingRate : Number.POSITIVE_INFINITY;
    return maxPacingRate < rate * 1000 ? maxPacingRate / 1000 : rate;
  }

  /** How many bytes the pacer lets leave now; sets `pacedAt` when it is less than `wanted`. */
  pacedBytes(wanted: number, now: number): number {
    this.pacedAt = Number.POSITIVE_INFINITY;
    const { pacingRate } = this;
    if (pacingRate === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    this.#pacer ??= new Pacer();
    const bytes = this.#pacer.allowance(now, pacingRate, this.mss);
    if (bytes < wanted)
      this.pacedAt = Math.max(this.#pacer.nextReleaseAt(pacingRate, this.mss), now);
    return bytes;
  }

  /** Whether what is lost waits until F-RTO has judged the time-out (RFC 5682). */
  get holdsRepetitions(): boolean {
    return this.recovery.frto === 2;
  }

  /** RFC 7661: whether at least half of the window was used of late. */
  get isWindowUsed(): boolean {
    return 2 * Math.max(this.peakFlight, this.lastPeakFlight) >= this.congestion.cwnd;
  }

  /**
   * SEG.SEQ of a segment without text: SND.NXT. Beyond a closed window, where a probe may have
   * taken SND.NXT, the peer would refuse the segment with the ACK in it: then SND.UNA.
   */
  get bareSeq(): Seq {
    return this.wnd === 0 && this.pipe === 0 ? this.una : this.nxt;
  }

  /** Whether what the peer has reported is what it should have acknowledged: it has dropped it (RFC 2018, 8). */
  get isReneged(): boolean {
    return this.map.size > 0 && this.map.isSacked(0);
  }

  /** Whether something has to be sent again. */
  get hasLost(): boolean {
    return this.map.lostBytes > 0;
  }

  /** Whether our FIN has been acknowledged. */
  get finAcked(): boolean {
    return this.finQueued && seqGt(this.una, this.queueEnd);
  }

  /** Whether text, or the FIN, has never been sent. */
  get hasUnsent(): boolean {
    return this.unsent > 0;
  }

  /** Sequence numbers of text and FIN that have never been sent. */
  get unsent(): number {
    return seqDiff(this.queueEnd, this.nxt) + (this.finQueued ? 1 : 0);
  }

  /** Bytes of text that have never been sent. */
  get unsentBytes(): number {
    const { span } = this.queue;
    return Math.min(span, Math.max(seqDiff(this.queueEnd, this.nxt), 0));
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
      this.queue = this.#queues.settle(this.queue);
      this.queueSeq = seqAdd(this.queueSeq, text);
    }
    if (this.recovery !== RESTING) this.recovery.priorUna = this.una;
    this.una = ack;
    if (seqLt(this.smallEnd, ack)) this.smallEnd = ack;
    if (seqLt(this.timedFrom, ack)) this.timedFrom = ack;
    // RFC 6582, 3.2, step 2 asks whether more than `recover` is acknowledged: that stays true.
    if (seqGt(ack, this.recover)) this.recover = seqAdd(ack, -1);
  }

  /** Judges everything lost that is in flight and has not been reported as received. */
  markAllLost(because: Because): void {
    const { map } = this;
    for (let index = 0; index < map.size; index++) index = map.markLost(index, because);
  }

  /** Takes note that `[from, to)`, all of it new, has left. */
  handleSent(from: Seq, to: Seq, because: Because, now: number): void {
    if (this.recovery === RESTING) this.recovery = borrowState(this.una);
    const before = this.pipe;
    const inFlight = before + seqDiff(to, from);
    this.rate.beforeSend(now, before);
    this.map.append(from, to, because, now, inFlight, this.rate);
    this.nxt = to;
    this.#handleLeft(seqDiff(to, from), inFlight, now);
  }

  /** Takes note that a record has left again, as far as `to`: beyond `nxt` that is new text. */
  handleRepeated(index: number, to: Seq, because: Because, now: number): void {
    const { map, recovery } = this;
    const before = this.pipe;
    const wasLost = map.isLost(index);
    const length = map.length(index);
    const grown = seqDiff(to, map.end(index));
    const inFlight = before + (wasLost ? length : 0) + grown;
    map.repeat(index, because, now, inFlight, this.rate);
    if (grown > 0) {
      map.extendLast(to);
      this.nxt = to;
    }
    // Karn's rule: an ACK of this says nothing about which copy arrived (RFC 6298, 3).
    this.repeatedAt = Math.floor(now);
    if (recovery.mayUndo) {
      recovery.undoBytes += length;
      if (recovery.repairedAt < 0) recovery.repairedAt = now;
    }
    this.#handleLeft(length + grown, inFlight, now);
  }

  #handleLeft(bytes: number, inFlight: number, now: number): void {
    if (this.phase !== 'open') this.recovery.prrOut += bytes;
    this.congestion.handleSent(now, bytes, inFlight);
    this.#pacer?.handleSent(now, bytes, this.pacingRate);
    if (inFlight > this.peakFlight) this.peakFlight = inFlight;
    this.lastSentAt = wholeMs(now);
    if (this.retransmitAt === Number.POSITIVE_INFINITY) this.retransmitAt = now + this.rtt.rtoMs;
  }

  /** Nothing is in flight any more: forgets what is not worth its memory. */
  rest(): void {
    this.repeatedAt = -1;
    if (this.recovery === RESTING) return;
    this.recovery.isProbeOut = false;
    this.tailProbeAt = Number.POSITIVE_INFINITY;
    this.reorderingAt = Number.POSITIVE_INFINITY;
    if (this.phase !== 'open' || !isWorthless(this.recovery)) return;
    returnState(this.recovery);
    this.recovery = RESTING;
  }

  /** Stops every timer and frees every byte. */
  release(): void {
    this.queue.release();
    this.queue = this.#queues.settle(this.queue);
    this.map.clear();
    this.retransmitAt = Number.POSITIVE_INFINITY;
    this.tailProbeAt = Number.POSITIVE_INFINITY;
    this.reorderingAt = Number.POSITIVE_INFINITY;
    this.persistAt = Number.POSITIVE_INFINITY;
    this.pacedAt = Number.POSITIVE_INFINITY;
    this.tailProbeDue = false;
    this.probeDue = false;
  }
}
