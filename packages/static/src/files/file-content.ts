/**
 * Parts of a file as the content of a response: a few reads for a small one, a stream of bounded
 * reads for the rest. The file is closed when the content was read, or will not be.
 */

import type { FileHandle } from 'node:fs/promises';
import { type ByteRange, lengthOf } from '../selection/byte-ranges.js';

/** Content up to this is read at once, in bytes. */
const WHOLE = 0x1_0000;
/** Bytes of a read, and so of a piece of longer content: each is a trip to another thread. */
const PIECE = 0x4_0000;
/**
 * Bytes of the first read; each one has twice as many, up to a piece. Who takes nothing of what was
 * asked for costs little memory.
 */
const FIRST_PIECE = 0x4000;

/** Reads `length` bytes into memory. Does not close. Rejects when the file has shrunk. */
export async function readPiece(
  handle: FileHandle,
  start: number,
  length: number,
): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) throw new Error('a file became shorter while it was read');
    filled += bytesRead;
  }
  return buffer;
}

/** Whether content is small enough to be read at once. */
export const fitsOnePiece = (length: number): boolean => length <= WHOLE;

/** A part of a file, or bytes that stand between such parts. */
export type ContentPart = ByteRange | Uint8Array;

/**
 * Streams parts one behind the other and closes the file. A file that shrinks meanwhile ends the
 * stream early: the server notices that the length was promised and aborts. Of one that grows, what
 * was promised is sent.
 *
 * A class and not a generator: a generator that was never started would not close the file.
 */
export class FileContent implements AsyncIterableIterator<Uint8Array> {
  readonly #handle: FileHandle;
  readonly #parts: readonly ContentPart[];
  // Pieces are taken before the next one is asked for, so they can share their memory.
  #buffer: Uint8Array | null = null;
  #part = 0;
  /** How much of the current part has been read. */
  #done = 0;
  #isClosed = false;

  constructor(handle: FileHandle, parts: readonly ContentPart[]) {
    this.#handle = handle;
    this.#parts = parts;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const part = this.#parts[this.#part];
    if (part === undefined || this.#isClosed) return this.return();
    if (part instanceof Uint8Array) {
      this.#part++;
      return { value: part, done: false };
    }
    const buffer = this.#nextBuffer();
    const length = lengthOf(part);
    const wanted = Math.min(buffer.length, length - this.#done);
    const at = part.first + this.#done;
    const { bytesRead } = await this.#handle.read(buffer, 0, wanted, at);
    if (bytesRead === 0) return this.return();
    this.#done += bytesRead;
    if (this.#done === length) {
      this.#part++;
      this.#done = 0;
    }
    return { value: buffer.subarray(0, bytesRead), done: false };
  }

  /** Memory for a piece: it grows with what has been taken. */
  #nextBuffer(): Uint8Array {
    const length = this.#buffer === null ? FIRST_PIECE : this.#buffer.length * 2;
    if (this.#buffer === null || length <= PIECE) this.#buffer = new Uint8Array(length);
    return this.#buffer;
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      await this.#handle.close();
    }
    return { value: undefined, done: true };
  }
}
