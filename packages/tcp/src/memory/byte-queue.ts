/**
 * An ordered queue of octets that holds memory in proportion to what is in it. Both directions use
 * it: the sender keeps what is not acknowledged, the receiver what is not delivered, with gaps where
 * segments are missing.
 *
 * Offsets count from the oldest octet. The queue is a list of blocks in ascending order, none of
 * which overlap, with gaps between them or none; a block is filled at both ends as text comes, and a
 * new one is no longer than what it is a neighbour of, doubled. What is written where something lies
 * already is dropped: what came first stays. Who promises not to touch its octets has them held as they
 * are, without a copy: then the block is a piece of its memory.
 *
 * The queue knows which octets it holds, not which of them are in order: that is in sequence space,
 * with its owner, who reads nothing that was not written.
 */

import { type Block, wantedBeside } from './block.js';
import { BLOCK_COST, type BlockPool, costOf, LARGEST_BLOCK } from './block-pool.js';
import { type Borrower, copyFrom, lendFrom, runFrom } from './block-run.js';

/** The most octets from the oldest to the furthest: less than half of sequence space. */
const LONGEST_SPAN = 2 ** 30;

/** Positions are counted from the start again before they leave the range of small integers. */
const REBASE_ABOVE = 2 ** 29;

/** Neighbours are merged when there are so many blocks, and again when there are twice as many. */
const MERGE_FROM = 128;

/** A long block gives way to a short one when the whole is longer than what is in it by that. */
const SLACK_FACTOR = 4;
const SLACK = 4096;

const NONE = new Uint8Array(0);

function checkSpan(length: number): void {
  if (length > LONGEST_SPAN) throw new RangeError(`${length} octets are too many for a queue`);
}

/** A queue on blocks borrowed from a pool; an empty one holds none. */
export class ByteQueue {
  readonly #pool: BlockPool;
  #first: Block | null = null;
  #last: Block | null = null;
  /** Where the next read may begin to look. */
  #lastRead: Block | null = null;
  /** Position of the oldest octet. */
  #head = 0;
  /** Position behind the furthest octet. */
  #end = 0;
  #held = 0;
  #capacity = 0;
  #blocks = 0;
  #mergeAt = MERGE_FROM;
  #isDetached = false;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** Octets from the oldest to the furthest one written, gaps included. */
  get span(): number {
    return this.#end - this.#head;
  }

  /** Octets that are here, gaps excluded. */
  get held(): number {
    return this.#held;
  }

  /** Octets of memory borrowed, from the pool or from who has appended them. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Whether it has left its stack (`detach`). */
  get isDetached(): boolean {
    return this.#isDetached;
  }

  /** Number of blocks borrowed. */
  get blocks(): number {
    return this.#blocks;
  }

  /**
   * Writes `buf[start..end)` at `offset` behind the oldest octet, where nothing lies yet.
   *
   * @throws RangeError when the queue would span more than 1 GiB.
   */
  write(offset: number, buf: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const at = this.#head + offset;
    const last = this.#last;
    // Most writes go on where the last one has ended, and fit.
    if (last !== null && at === this.#end && length <= last.room) {
      last.append(buf, start, end);
      this.#end += length;
      this.#held += length;
      return;
    }
    if (length <= 0) return;
    checkSpan(offset + length);
    if (last === null && length <= LARGEST_BLOCK) {
      this.#begin(at, buf, start, end);
      return;
    }
    if (this.#end <= at) this.#place(last, null, at, buf, start, end);
    else this.#writeBetween(at, buf, start, end);
    if (at + length > this.#end) this.#end = at + length;
    if (this.#blocks >= this.#mergeAt && !this.#pool.budget.isHigh) this.#merge();
    if (this.#head > REBASE_ABOVE) this.#rebase();
  }

  /**
   * Puts `buf[start..end)` behind everything as it is: nobody writes there until it is dropped. One
   * octet at least.
   *
   * @throws RangeError when the queue would span more than 1 GiB.
   */
  append(buf: Uint8Array, start: number, end: number): void {
    const length = end - start;
    checkSpan(this.span + length);
    const last = this.#last;
    if (last?.goesOnAt(buf, start) && last.size + length <= LARGEST_BLOCK) {
      this.#pool.extend(last, length);
      this.#capacity += length;
    } else {
      const block = this.#count(this.#pool.takeHolding(buf, start, end));
      block.at = this.#end;
      if (last === null) this.#first = block;
      else last.next = block;
      this.#last = block;
    }
    this.#end += length;
    this.#held += length;
    if (this.#head > REBASE_ABOVE) this.#rebase();
  }

  /** Copies `length` octets from `offset` on into `to` at `at`. */
  read(offset: number, length: number, to: Uint8Array, at: number): void {
    if (length <= 0) return;
    const position = this.#head + offset;
    this.#lastRead = copyFrom(this.#blockBefore(position), position, length, to, at);
  }

  /**
   * Has `to` read `length` octets from `offset` on, which were all written, from where they are, as
   * what stands at `at` there.
   *
   * @returns false, and nothing is lent, where they lie in too many pieces, or where it takes none.
   */
  lend(offset: number, length: number, to: Borrower, at: number): boolean {
    const position = this.#head + offset;
    const last = lendFrom(this.#blockBefore(position), position, length, to, at);
    if (last === null) return false;
    this.#lastRead = last;
    return true;
  }

  /** A block at or before a position, where a read may begin to look. */
  #blockBefore(position: number): Block {
    const last = this.#lastRead;
    return last === null || last.at > position ? this.#first! : last;
  }

  /**
   * The oldest octets as one run of the queue's own memory, at most `length`: `bytes[start..start+n)`
   * with `start` from `runStart` and n returned. Valid until the next write or drop.
   */
  runLength(length: number): number {
    const first = this.#first;
    return first === null ? 0 : Math.min(length, first.length);
  }

  get bytes(): Uint8Array {
    return this.#first === null ? NONE : this.#first.bytes;
  }

  get runStart(): number {
    return this.#first === null ? 0 : this.#first.start;
  }

  /** Forgets the oldest `length` octets, those of a gap included. */
  drop(length: number): void {
    let first = this.#first;
    if (first === null) return;
    const head = this.#head + length;
    if (this.#end <= head) {
      this.release();
      return;
    }
    this.#head = head;
    if (first.stop <= head) {
      do {
        const next: Block = first.next!;
        this.#give(first);
        first = next;
      } while (first.stop <= head);
      this.#first = first;
    }
    this.#held -= first.skipTo(head);
    if (this.#isLoose) this.#fit(first);
  }

  /** Forgets all but the oldest `length` octets. */
  truncate(length: number): void {
    const end = this.#head + length;
    const first = this.#first;
    if (first === null) return;
    if (length <= 0 || first.at >= end) {
      this.release();
      return;
    }
    this.#lastRead = null;
    let previous: Block | null = null;
    let last = first;
    while (last.next !== null && last.next.at < end) {
      previous = last;
      last = last.next;
    }
    let beyond = last.next;
    while (beyond !== null) {
      const { next } = beyond;
      this.#give(beyond);
      beyond = next;
    }
    last.next = null;
    this.#last = last;
    const surplus = Math.max(0, last.stop - end);
    last.end -= surplus;
    this.#held -= surplus;
    this.#end = last.stop;
    if (this.#isLoose) this.#shrink(previous, last);
  }

  /**
   * Leaves the stack: what is here is no longer counted in its budget, and is not lent again. For the
   * queue of a connection that is over, which its application may read, or forget.
   */
  detach(): void {
    if (this.#isDetached) return;
    this.#isDetached = true;
    this.#pool.budget.give(this.#capacity + this.#blocks * BLOCK_COST);
  }

  /** Forgets everything and gives the memory back. */
  release(): void {
    let block = this.#first;
    while (block !== null) {
      const { next } = block;
      if (!this.#isDetached) this.#pool.give(block);
      block = next;
    }
    this.#first = null;
    this.#last = null;
    this.#lastRead = null;
    this.#head = 0;
    this.#end = 0;
    this.#held = 0;
    this.#capacity = 0;
    this.#blocks = 0;
    this.#mergeAt = MERGE_FROM;
  }

  /** Writes the first octets of an empty queue. */
  #begin(at: number, buf: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const block = this.#pool.take(length);
    block.begin(at, 0);
    block.append(buf, start, end);
    this.#first = block;
    this.#last = block;
    this.#end = at + length;
    this.#held = length;
    this.#capacity = block.size;
    this.#blocks = 1;
  }

  /** Writes what does not lie behind everything: into each gap from `at` on what belongs there. */
  #writeBetween(at: number, buf: Uint8Array, start: number, end: number): void {
    let previous: Block | null = null;
    let next = this.#first;
    while (start < end) {
      while (next !== null && next.stop <= at) {
        previous = next;
        next = next.next;
      }
      if (next !== null && next.at <= at) {
        const known = next.stop - at;
        at += known;
        start += known;
        continue;
      }
      const length = next === null ? end - start : Math.min(end - start, next.at - at);
      this.#place(previous, next, at, buf, start, start + length);
      at += length;
      start += length;
      // What was placed lies between the two; the search goes on behind `previous`.
      next = previous === null ? this.#first : previous;
    }
  }

  /** Writes `buf[start..end)` at position `at`, into the gap between two neighbours. */
  #place(
    previous: Block | null,
    next: Block | null,
    at: number,
    buf: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#held += end - start;
    let before = previous;
    if (before !== null && before.stop === at && before.room > 0) {
      const length = Math.min(end - start, before.room);
      before.append(buf, start, start + length);
      start += length;
      at += length;
    }
    const isBeforeNext = next !== null && next.at === at + (end - start);
    if (isBeforeNext && start < end && end - start <= next.roomInFront) {
      next.prepend(buf, start, end);
      return;
    }
    while (start < end) {
      const neighbour = before !== null && before.stop === at ? before : isBeforeNext ? next : null;
      const gap =
        next === null ? LARGEST_BLOCK : next.at - (before === null ? this.#head : before.stop);
      const wanted = Math.min(gap, wantedBeside(neighbour, neighbour === this.#last, this.#held));
      const block = this.#count(this.#pool.takeWithRoom(end - start, wanted));
      const length = Math.min(end - start, block.bytes.length);
      // In front of what lies behind it, the free room of the block is in front too.
      block.begin(at, isBeforeNext && neighbour === next ? block.bytes.length - length : 0);
      block.append(buf, start, start + length);
      block.next = next;
      if (before === null) this.#first = block;
      else before.next = block;
      if (next === null) this.#last = block;
      before = block;
      start += length;
      at += length;
    }
  }

  /** Puts neighbours together that fit into one block, so that their number follows from the gaps. */
  #merge(): void {
    this.#lastRead = null;
    let previous: Block | null = null;
    let block = this.#first;
    while (block !== null) {
      const { length, beyond } = runFrom(block, LARGEST_BLOCK);
      if (block.next !== beyond) {
        block = this.#copyRun(block, beyond, length);
        if (previous === null) this.#first = block;
        else previous.next = block;
        if (beyond === null) this.#last = block;
      }
      previous = block;
      block = beyond;
    }
    this.#mergeAt = Math.max(MERGE_FROM, this.#blocks * 2);
  }

  /** Copies the blocks from `block` to that before `beyond` into one, and gives them back. */
  #copyRun(block: Block, beyond: Block | null, length: number): Block {
    const merged = this.#count(this.#pool.take(length));
    merged.begin(block.at, 0);
    merged.next = beyond;
    this.#held += length;
    let from: Block | null = block;
    while (from !== null && from !== beyond) {
      const { next }: Block = from;
      merged.append(from.bytes, from.start, from.end);
      this.#give(from);
      from = next;
    }
    return merged;
  }

  /** Whether the blocks are much longer than what is in them. */
  get #isLoose(): boolean {
    return this.#capacity > this.#held * SLACK_FACTOR + SLACK;
  }

  /** Looks for what is left of long blocks where dropping leaves it: in the first, or in two. */
  #fit(first: Block): void {
    const { next } = first;
    this.#shrink(null, first);
    if (next !== null && next === this.#last && this.#isLoose) this.#shrink(this.#first, next);
  }

  /** Puts what is left of a long block, the one behind `previous`, into a short one. */
  #shrink(previous: Block | null, block: Block): void {
    const { length } = block;
    if (length * SLACK_FACTOR > block.size) return;
    // The octets that were not copied are not to be copied in the end.
    if (block.isLent && length > SLACK) return;
    if (!this.#pool.budget.hasRoomFor(costOf(length))) return;
    const { next } = block;
    const short = this.#copyRun(block, next, length);
    if (previous === null) this.#first = short;
    else previous.next = short;
    if (next === null) this.#last = short;
  }

  #rebase(): void {
    const by = this.#head;
    this.#head = 0;
    this.#end -= by;
    for (let block = this.#first; block !== null; block = block.next) block.at -= by;
  }

  /** Counts a block that has been lent. */
  #count(block: Block): Block {
    this.#capacity += block.size;
    this.#blocks++;
    return block;
  }

  #give(block: Block): void {
    if (block === this.#lastRead) this.#lastRead = null;
    this.#capacity -= block.size;
    this.#blocks--;
    this.#held -= block.length;
    if (!this.#isDetached) this.#pool.give(block);
  }
}
