/**
 * The receive sequence space of a connection (RFC 9293, 3.3.1 and figure 4): what is delivered,
 * what waits for the application, what waits for a gap to close, and which ACK is owed.
 *
 *               1          2          3
 *         ------------|----------|----------
 *      readSeq     RCV.NXT    RCV.NXT
 *                            +RCV.WND = edge
 *
 * `[readSeq, nxt)` is in order and not delivered, everything beyond `nxt` in the queue is listed in
 * `ranges`. The edge that was offered never moves left (RFC 9293, 3.8.6: no shrinking): where memory
 * is short, less is offered than before, and text beyond `nxt` is given up (RFC 2018, 8).
 */

import { Because } from '../base/reasons.js';
import { costOf } from '../memory/block-pool.js';
import type { MemoryBudget, Prunable } from '../memory/budget.js';
import type { ByteQueue } from '../memory/byte-queue.js';
import type { QueuePool } from '../memory/queue-pool.js';
import { RangeSet } from '../memory/range-set.js';
import { type Seq, seq, seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt, seqMax } from '../wire/seq.js';
import type { ReceiveTuner } from './receive-tuner.js';

/** How many gaps one connection may have; a segment that would open another is not kept. */
const MOST_RANGES = 256;

/** What full segments are taken for before one has come: every host accepts so much (RFC 9293, 3.7.1). */
const SMALLEST_ESTIMATE = 536;
/** Smaller segments than this are small messages, not full segments. */
const SMALLEST_FULL_SIZE = 16;

/** Under memory pressure no more is offered than these segments, and octets at least. */
const PRESSED_SEGMENTS = 4;
const PRESSED_WINDOW = 4096;

/** The receiving half of a connection. */
export class Receiver implements Prunable {
  /** Initial receive sequence number. */
  irs: Seq = seq(0);
  /** Next sequence number expected. */
  nxt: Seq = seq(0);
  /** Right edge of the window that was offered. */
  edge: Seq = seq(0);
  /** Sequence number of the oldest byte not delivered. */
  readSeq: Seq = seq(0);
  /** Our shift count; 0 until both sides have agreed to scale. */
  windowShift = 0;
  /** The most octets that may wait here; grows with what the application takes. */
  capacity: number;
  /** How far `capacity` may grow. */
  maxCapacity: number;
  /** Measures the application's speed while `capacity` may grow; made with the first kilobytes. */
  tuner: ReceiveTuner | null = null;
  /** Bytes of text in the peer's full segments, as we asked for them. */
  mss: number;
  /** Bytes of text in the peer's full segments, as they come: an estimate that follows what is seen. */
  fullSize = SMALLEST_ESTIMATE;
  #lastSize = 0;

  readonly #queues: QueuePool;
  /** What waits: text in order for the application, and behind it what lies beyond gaps. */
  queue: ByteQueue;
  /** What has arrived beyond a gap; made when the first gap opens. */
  ranges: RangeSet | null = null;
  /** A FIN has been seen, at `finSeq`; it counts once `nxt` has reached it. */
  finSeen = false;
  finSeq: Seq = seq(0);
  /** `nxt` has passed the FIN. */
  finReceived = false;

  /** Why an ACK has to leave in this output round; -1 = none has to. */
  ackBecause: Because | -1 = -1;
  /** How many ACKs out-of-order segments have asked for (RFC 5681, 4.2: one each). */
  dupAcksDue = 0;
  /** In-order bytes not yet acknowledged. */
  unacked = 0;
  /** When the delayed ACK is due; `Infinity` = off. */
  delayedAckAt = Number.POSITIVE_INFINITY;
  /** Since the last ACK bytes had to wait for the application, which kept the window back. */
  wasHeld = false;
  /** Last.ACK.sent of RFC 7323. */
  lastAckSent: Seq = seq(0);
  /** TS.Recent of RFC 7323, as an int32, and when it was taken. */
  tsRecent = 0;
  tsRecentAt = 0;
  /** When text or a FIN was last taken, in whole milliseconds; -1 = never. */
  lastTextAt = -1;
  readonly #budget: MemoryBudget;
  /** Less is offered than `capacity` allows. */
  #isShrunk = false;

  constructor(capacity: number, maxCapacity: number, mss: number, queues: QueuePool) {
    this.capacity = capacity;
    this.maxCapacity = maxCapacity;
    this.mss = mss;
    this.#queues = queues;
    this.queue = queues.none;
    this.#budget = queues.budget;
  }

  /** RCV.WND: what is left of the window that was offered. */
  get wnd(): number {
    return seqDiff(this.edge, this.nxt);
  }

  /** In-order bytes that wait for the application. */
  get undelivered(): number {
    return seqDiff(this.nxt, this.readSeq) - (this.finReceived ? 1 : 0);
  }

  /** Starts the space at the peer's SYN. */
  synchronize(segSeq: Seq): void {
    this.irs = segSeq;
    this.nxt = seqAdd(segSeq, 1);
    this.edge = this.nxt;
    this.readSeq = this.nxt;
    this.lastAckSent = this.nxt;
  }

  /** RFC 9293, table 6: whether a segment has something inside the window. */
  isAcceptable(segSeq: Seq, segLen: number): boolean {
    const wnd = this.wnd;
    if (segLen === 0) {
      return wnd === 0 ? segSeq === this.nxt : seqLe(this.nxt, segSeq) && seqLt(segSeq, this.edge);
    }
    if (wnd === 0) return false;
    const last = seqAdd(segSeq, segLen - 1);
    return (
      (seqLe(this.nxt, segSeq) && seqLt(segSeq, this.edge)) ||
      (seqLe(this.nxt, last) && seqLt(last, this.edge)) ||
      // Table 6 forgets a segment that reaches over both edges.
      (seqLt(segSeq, this.nxt) && seqGe(last, this.edge))
    );
  }

  /**
   * Takes the size of a segment's text for the estimate of full segments: a larger one is full, and
   * two equal ones in a row are, unless the peer says that it has no more to send.
   */
  noteSize(length: number, isPushed: boolean): void {
    if (length >= this.fullSize)
      this.fullSize = Math.min(length, Math.max(this.mss, SMALLEST_ESTIMATE));
    else if (length === this.#lastSize && length >= SMALLEST_FULL_SIZE && !isPushed) {
      this.fullSize = length;
    }
    this.#lastSize = length;
  }

  /**
   * Keeps text that begins beyond the gap. Returns false when there are too many gaps, or when memory
   * is short even without all that lies beyond gaps here and elsewhere.
   */
  keepOutOfOrder(left: Seq, buf: Uint8Array, start: number, end: number): boolean {
    if (this.#budget.isHigh) {
      this.prune();
      this.#budget.relieve();
    }
    if (!this.#budget.hasRoomBeyondGap(costOf(end - start))) {
      this.#budget.counters.textRefused++;
      return false;
    }
    this.ranges ??= new RangeSet(MOST_RANGES);
    this.#noteOverlap(this.ranges, left, seqAdd(left, end - start));
    if (!this.ranges.add(left, seqAdd(left, end - start))) return false;
    this.#write(seqDiff(left, this.readSeq), buf, start, end);
    if (this.ranges.size === 1) this.#budget.addPrunable(this);
    return true;
  }

  /** Text beyond the gap that was kept before (RFC 2883, 4.1.2): the first piece of it. */
  #noteOverlap(ranges: RangeSet, left: Seq, right: Seq): void {
    for (let index = 0; index < ranges.size && seqLt(ranges.leftAt(index), right); index++) {
      if (!seqLt(left, ranges.rightAt(index))) continue;
      const from = seqMax(left, ranges.leftAt(index));
      const to = ranges.rightAt(index);
      ranges.noteTwice(from, seqLt(right, to) ? right : to);
      return;
    }
  }

  /** `[left, right)` was received before: the next ACK reports it (RFC 2883, 4.1.1). */
  noteTwice(left: Seq, right: Seq): void {
    this.ranges ??= new RangeSet(MOST_RANGES);
    this.ranges.noteTwice(left, right);
  }

  /** Keeps text in order that the application does not take yet; `nxt` is already behind it. */
  keep(buf: Uint8Array, start: number, end: number): void {
    this.#write(this.undelivered - (end - start), buf, start, end);
    this.wasHeld = true;
  }

  #write(offset: number, buf: Uint8Array, start: number, end: number): void {
    this.queue = this.#queues.forWriting(this.queue);
    this.queue.write(offset, buf, start, end);
  }

  #truncate(): void {
    this.queue.truncate(this.undelivered);
    this.queue = this.#queues.settle(this.queue);
  }

  /** Whether `length` octets in order can be kept. A refusal is counted. */
  mayKeep(length: number): boolean {
    if (this.#budget.hasRoomFor(costOf(length))) return true;
    this.#budget.counters.textRefused++;
    return false;
  }

  /**
   * Forgets everything beyond the gap: the peer has it, for none of it was acknowledged. From then
   * on no SACK block reports it either (RFC 2018, 8).
   */
  prune(): void {
    if (this.ranges === null || this.ranges.size === 0) return;
    this.#forgetRanges();
    this.#truncate();
    this.#budget.counters.outOfOrderPruned++;
  }

  #forgetRanges(): void {
    this.#budget.removePrunable(this);
    this.ranges = null;
  }

  /** After `nxt` has moved: swallows the ranges it has reached. Returns whether a gap has closed. */
  closeGaps(): boolean {
    const ranges = this.ranges;
    if (ranges === null || ranges.size === 0) return false;
    const before = this.nxt;
    while (ranges.size > 0 && seqLe(ranges.leftAt(0), this.nxt)) {
      if (seqGt(ranges.rightAt(0), this.nxt)) this.nxt = ranges.rightAt(0);
      ranges.removeBefore(this.nxt);
    }
    if (ranges.size === 0) this.#budget.removePrunable(this);
    return this.nxt !== before;
  }

  /** The peer's FIN has been reached at `nxt`: whatever was kept beyond it is nonsense. */
  takeFin(): void {
    this.dropOutOfOrder();
    this.nxt = seqAdd(this.nxt, 1);
    // At the edge of a closed window a FIN needs no room.
    if (seqGt(this.nxt, this.edge)) this.edge = this.nxt;
    this.finReceived = true;
    this.ackBecause = Because.ACK_DUE;
  }

  /** Forgets whatever lies beyond `nxt`. */
  dropOutOfOrder(): void {
    this.#truncate();
    this.#forgetRanges();
  }

  /** Moves `readSeq` over octets that were handed out, whether they were in the queue or never. */
  skip(length: number): void {
    this.readSeq = seqAdd(this.readSeq, length);
    if (this.queue === this.#queues.none) return;
    this.queue.drop(length);
    this.queue = this.#queues.settle(this.queue);
  }

  /** `capacity`, or what is left of it under memory pressure. */
  get #most(): number {
    if (!this.#budget.isModerate) return this.capacity;
    return Math.min(this.capacity, Math.max(PRESSED_SEGMENTS * this.mss, PRESSED_WINDOW));
  }

  /** Makes `capacity` as large as is wanted, within its bound, unless memory is short. */
  grow(wanted: number): void {
    if (this.#budget.isModerate) return;
    this.#resize(Math.floor(wanted));
  }

  /**
   * Sets the bound. No more can be offered than the shift of our SYN can say (RFC 7323, 2.2), and what
   * is offered already is not taken back (RFC 9293, 3.8.6).
   */
  bound(maxCapacity: number, isTuned: boolean): void {
    this.maxCapacity = maxCapacity;
    this.#resize(isTuned ? this.capacity : maxCapacity);
  }

  #resize(wanted: number): void {
    this.capacity = Math.min(wanted, this.maxCapacity);
    if (this.capacity === this.maxCapacity) this.tuner = null;
  }

  /** Where the right edge would be if it were offered now (RFC 9293, 3.8.6.2.2 decides whether it is). */
  get possibleEdge(): Seq {
    const room = Math.max(0, this.#most - this.undelivered);
    // What the field cannot say is not an offer that waits to be made.
    return seqAdd(this.nxt, Math.min(room, 65535 << this.windowShift));
  }

  /**
   * Moves the edge for a segment that is about to leave, and returns its window field.
   *
   * @param shift the shift count in force for this segment: 0 on a SYN.
   */
  advertise(shift: number): number {
    const room = seqDiff(this.possibleEdge, this.nxt);
    const offered = this.wnd;
    const isShrunk = this.#most < this.capacity;
    if (isShrunk && !this.#isShrunk) this.#budget.counters.windowsShrunk++;
    this.#isShrunk = isShrunk;
    // Receiver SWS avoidance: small steps are kept back until they add up.
    const step = Math.min(this.#most >>> 1, this.mss);
    const wanted = room - offered >= step ? room : offered;
    let field = Math.min(wanted >>> shift, 65535);
    // Rounding to the scale takes nothing back, unless it would offer more with every byte that
    // has to wait: then the peer sees the edge a little further left than it is (RFC 7323, 2.4).
    const mayRoundUp = field << shift < Math.min(offered, room);
    if (mayRoundUp && field < 65535) field++;
    this.wasHeld = false;
    const edge = seqAdd(this.nxt, field << shift);
    if (seqGt(edge, this.edge)) this.edge = edge;
    return field;
  }

  /**
   * Whether the application has made so much room that the peer has to hear of it at once: a
   * window that was small is worth using again, or half of the buffer has come free.
   */
  get windowUpdateDue(): boolean {
    const offered = this.wnd;
    const gain = seqDiff(this.possibleEdge, this.edge);
    const half = this.#most >>> 1;
    if (gain < Math.min(half, this.mss)) return false;
    return offered < 2 * this.mss || (this.wasHeld && gain >= half);
  }

  /** An ACK has been sent. */
  handleAckSent(): void {
    this.ackBecause = -1;
    this.unacked = 0;
    this.delayedAckAt = Number.POSITIVE_INFINITY;
    this.lastAckSent = this.nxt;
    this.ranges?.forgetTwice();
    if (this.dupAcksDue > 0) this.dupAcksDue--;
  }

  /** The connection is over: what waits leaves the stack's budget, for its application to read, or forget. */
  detach(): void {
    if (this.queue !== this.#queues.none) this.queue.detach();
  }

  /** Frees every byte and stops the timer. */
  release(): void {
    this.queue.release();
    this.queue = this.#queues.settle(this.queue);
    this.#forgetRanges();
    this.tuner = null;
    this.delayedAckAt = Number.POSITIVE_INFINITY;
    this.ackBecause = -1;
    this.dupAcksDue = 0;
  }
}
