/**
 * A ring of bytes that grows by powers of two while it fills and gives its memory back when it
 * empties. Both directions use it: the sender keeps what is not acknowledged, the receiver what is
 * not delivered, with gaps where segments are missing.
 *
 * Offsets count from the oldest byte. The ring knows how much memory it spans, not which bytes are
 * valid: that is in sequence space, with its owner.
 */

import type { BufferPool } from './buffer-pool.js';
import { copyBytes } from './copy-bytes.js';

const NONE = new Uint8Array(0);

/** A growing ring on memory borrowed from a pool. */
export class RingBuffer {
  readonly #pool: BufferPool;
  #bytes: Uint8Array = NONE;
  #head = 0;
  #span = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** Bytes from the oldest to the furthest one written, gaps included. */
  get span(): number {
    return this.#span;
  }

  /** Writes `buf[start..end)` at `offset` behind the oldest byte, growing as needed. */
  write(offset: number, buf: Uint8Array, start: number, end: number): void {
    const reach = offset + (end - start);
    if (reach > this.#bytes.length) this.#grow(reach);
    if (reach > this.#span) this.#span = reach;
    const bytes = this.#bytes;
    const at = (this.#head + offset) & (bytes.length - 1);
    const untilWrap = bytes.length - at;
    if (end - start <= untilWrap) {
      copyBytes(buf, start, end, bytes, at);
    } else {
      copyBytes(buf, start, start + untilWrap, bytes, at);
      copyBytes(buf, start + untilWrap, end, bytes, 0);
    }
  }

  /** Copies `length` bytes from `offset` on into `to` at `at`. */
  read(offset: number, length: number, to: Uint8Array, at: number): void {
    const bytes = this.#bytes;
    const from = (this.#head + offset) & (bytes.length - 1);
    const untilWrap = bytes.length - from;
    if (length <= untilWrap) {
      copyBytes(bytes, from, from + length, to, at);
    } else {
      copyBytes(bytes, from, bytes.length, to, at);
      copyBytes(bytes, 0, length - untilWrap, to, at + untilWrap);
    }
  }

  /**
   * The oldest bytes as one run of the ring's own memory, at most `length`: `bytes[start..start+n)`
   * with `start` from `runStart` and n returned. Valid until the next write or drop.
   */
  runLength(length: number): number {
    return Math.min(length, this.#bytes.length - this.#head);
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get runStart(): number {
    return this.#head;
  }

  /** Forgets the oldest `length` bytes; the last one gives the memory back. */
  drop(length: number): void {
    this.#span -= length;
    if (this.#span <= 0) this.release();
    else this.#head = (this.#head + length) & (this.#bytes.length - 1);
  }

  /** Forgets all but the oldest `length` bytes. */
  truncate(length: number): void {
    if (length <= 0) this.release();
    else if (length < this.#span) this.#span = length;
  }

  /** Forgets everything and gives the memory back. */
  release(): void {
    if (this.#bytes.length > 0) this.#pool.give(this.#bytes);
    this.#bytes = NONE;
    this.#head = 0;
    this.#span = 0;
  }

  #grow(length: number): void {
    const grown = this.#pool.take(length);
    if (this.#span > 0) this.read(0, this.#span, grown, 0);
    if (this.#bytes.length > 0) this.#pool.give(this.#bytes);
    this.#bytes = grown;
    this.#head = 0;
  }
}
