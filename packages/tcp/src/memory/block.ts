/**
 * A piece of a queue: memory, which part of it is in use, and which part of the queue that is.
 */

import { copyBytes } from './copy-bytes.js';

/** `bytes[start..end)` is what lies at position `at` of a queue. */
export class Block {
  /** Its length is 2 to the power of that. */
  readonly shift: number;
  readonly bytes: Uint8Array;
  at = 0;
  start = 0;
  end = 0;
  /** The next piece of the queue, further on in it. */
  next: Block | null = null;

  constructor(shift: number) {
    this.shift = shift;
    this.bytes = new Uint8Array(1 << shift);
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
    return this.bytes.length - this.end;
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
  if (neighbour === null) return 0;
  const { length } = neighbour;
  return isAtEnd ? Math.min(4 * length, 2 * held) : Math.min(2 * length, held);
}
