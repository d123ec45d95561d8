/**
 * A piece of a queue: memory, which part of it is in use, and which part of the queue that is.
 *
 * The memory is the block's own, or somebody else's who leaves it as it is: then all of it that the
 * block knows of is in use, and nothing is ever written there.
 */

import { copyBytes } from './copy-bytes.js';

/** In place of a shift: the memory is lent by somebody else. */
export const LENT = -1;

const NONE = new Uint8Array(0);

/** `bytes[start..end)` is what lies at position `at` of a queue. */
export class Block {
  /** Its memory has a length of 2 to the power of that, or is `LENT`. */
  readonly shift: number;
  bytes: Uint8Array;
  /** Octets of memory that count as taken by it. */
  size: number;
  at = 0;
  start = 0;
  end = 0;
  /** The next piece of the queue, further on in it. */
  next: Block | null = null;

  constructor(shift: number) {
    this.shift = shift;
    this.size = shift === LENT ? 0 : 1 << shift;
    this.bytes = shift === LENT ? NONE : new Uint8Array(this.size);
  }

  /** Whether the memory is somebody else's. */
  get isLent(): boolean {
    return this.shift === LENT;
  }

  /**
   * Whether the octets are still there: who has lent them may have transferred the memory to another
   * thread, or shortened it, against what was promised.
   */
  get isThere(): boolean {
    return this.end <= this.bytes.length;
  }

  /** Octets in use. */
  get length(): number {
    return this.end - this.start;
  }

  /** Position behind the last octet. */
  get stop(): number {
    return this.at + (this.end - this.start);
  }

  /** Octets that still fit behind the last one. */
  get room(): number {
    return this.shift === LENT ? 0 : this.bytes.length - this.end;
  }

  /** Octets that still fit in front of the first one. */
  get roomInFront(): number {
    return this.shift === LENT ? 0 : this.start;
  }

  /** Whether `buf[start..)` is memory that goes on where this block's lent memory ends. */
  goesOnAt(buf: Uint8Array, start: number): boolean {
    return this.shift === LENT && this.bytes === buf && this.end === start;
  }

  /** Holds `bytes[start..end)`, memory of somebody else. */
  hold(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.size = end - start;
  }

  /** Lets go of lent memory. */
  letGo(): void {
    this.hold(NONE, 0, 0);
  }

  /** Begins to use an empty block: what comes first lies at position `at`, in it at `start`. */
  begin(at: number, start: number): void {
    this.at = at;
    this.start = start;
    this.end = start;
  }

  /** Appends octets; there is room for them. */
  append(buf: Uint8Array, start: number, end: number): void {
    copyBytes(buf, start, end, this.bytes, this.end);
    this.end += end - start;
  }

  /** Forgets what lies before position `to` of the queue; returns how many octets that is. */
  skipTo(to: number): number {
    const count = Math.max(0, to - this.at);
    this.start += count;
    this.at += count;
    return count;
  }

  /** Puts octets in front of the first; there is room for them. */
  prepend(buf: Uint8Array, start: number, end: number): void {
    this.start -= end - start;
    this.at -= end - start;
    copyBytes(buf, start, end, this.bytes, this.start);
  }
}

/**
 * How long a block should be beside a neighbour: more may come there.
 *
 * @param isAtEnd the neighbour is the last of its queue: what comes there is what most probably comes.
 * @param held octets in the queue.
 */
export function wantedBeside(neighbour: Block | null, isAtEnd: boolean, held: number): number {
  if (neighbour === null || neighbour.isLent) return 0;
  const { length } = neighbour;
  return isAtEnd ? Math.min(4 * length, 2 * held) : Math.min(2 * length, held);
}
