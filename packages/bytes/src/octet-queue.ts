/**
 * Octets that wait for a reader, however small the pieces were that they came in: a queue of a
 * million pieces of one octet takes a megabyte and not a hundred.
 *
 * Pieces are gathered in blocks that grow with what waits: a few octets take a small block, a stream
 * large ones. A large piece is a block by itself.
 */

import { copyOf } from './copy-of.js';

const SMALLEST_BLOCK = 512;
const LARGEST_BLOCK = 0x1_0000;
/** What is gathered no more: to make a block for it costs more than to copy it. */
const LARGE_PIECE = 0x4000;
const NOTHING = new Uint8Array(0);

/** A queue of octets. */
export class OctetQueue {
  /** Octets that wait. */
  length = 0;
  /** Blocks that are full, the oldest first. */
  #full: Uint8Array[] = [];
  /** The block that is being filled: `[#taken, #filled)` of it waits. */
  #block = NOTHING;
  #filled = 0;
  #taken = 0;

  /** Copies `buf[start..end)` to the end of the queue. */
  append(buf: Uint8Array, start: number, end: number): void {
    if (end - start >= LARGE_PIECE) {
      this.#pushWhole(copyOf(buf, start, end));
      return;
    }
    for (let at = start; at < end; ) {
      if (this.#filled === this.#block.length) this.#nextBlock(end - at);
      const until = Math.min(end, at + this.#block.length - this.#filled);
      this.#block.set(buf.subarray(at, until), this.#filled);
      this.#filled += until - at;
      at = until;
    }
    this.length += end - start;
  }

  /**
   * Puts a piece to the end of the queue that is the queue's from now on: nobody may write into it. It
   * is kept as it is, unless it is small, or less than half of the memory that would be held with it.
   */
  adopt(piece: Uint8Array): void {
    if (piece.length < SMALLEST_BLOCK || piece.length * 2 < piece.buffer.byteLength) {
      this.append(piece, 0, piece.length);
      return;
    }
    this.#pushWhole(piece);
  }

  /** Takes what has gathered in the oldest block, for the caller to keep; `null` for nothing. */
  take(): Uint8Array | null {
    const full = this.#full.shift();
    if (full !== undefined) {
      this.length -= full.length;
      return full;
    }
    if (this.#filled === this.#taken) return null;
    const piece = this.#block.subarray(this.#taken, this.#filled);
    this.#taken = this.#filled;
    this.length -= piece.length;
    return piece;
  }

  /** Takes everything as one array, for the caller to keep. */
  takeAll(): Uint8Array {
    const { length } = this;
    let piece = this.take() ?? new Uint8Array(0);
    if (piece.length === length) return piece;
    const whole = new Uint8Array(length);
    for (let at = 0; ; piece = this.take()!) {
      whole.set(piece, at);
      at += piece.length;
      if (at === length) return whole;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.length = 0;
    this.#full = [];
    this.#block = NOTHING;
    this.#filled = 0;
    this.#taken = 0;
  }

  /** A block of its own, behind what has been gathered; the rest of that block is filled later. */
  #pushWhole(piece: Uint8Array): void {
    if (this.#filled > this.#taken) {
      this.#full.push(this.#block.subarray(this.#taken, this.#filled));
      this.#taken = this.#filled;
    }
    this.#full.push(piece);
    this.length += piece.length;
  }

  #nextBlock(wanted: number): void {
    if (this.#filled > this.#taken) this.#full.push(this.#block.subarray(this.#taken));
    const size = Math.max(SMALLEST_BLOCK, wanted, this.length);
    this.#block = new Uint8Array(Math.min(size, LARGEST_BLOCK));
    this.#filled = 0;
    this.#taken = 0;
  }
}
