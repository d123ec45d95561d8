/**
 * Part of a file as the content of a response: a few reads for a small one, a stream of bounded
 * reads for the rest. The file is closed when the content was read, or will not be.
 */

import type { FileHandle } from 'node:fs/promises';

/** Bytes per read, and the most that is sent in one piece. */
const PIECE = 0x1_0000;

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
export const fitsOnePiece = (length: number): boolean => length <= PIECE;

/**
 * Streams `length` bytes and closes the file. A file that shrinks meanwhile ends the stream early:
 * the server notices that the length was promised and aborts.
 *
 * A class and not a generator: a generator that was never started would not close the file.
 */
export class FileContent implements AsyncIterableIterator<Uint8Array> {
  readonly #handle: FileHandle;
  // Pieces are taken before the next one is asked for, so they can share their memory.
  readonly #buffer = new Uint8Array(PIECE);
  #at: number;
  readonly #end: number;
  #isClosed = false;

  constructor(handle: FileHandle, start: number, length: number) {
    this.#handle = handle;
    this.#at = start;
    this.#end = start + length;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const wanted = Math.min(PIECE, this.#end - this.#at);
    if (wanted === 0 || this.#isClosed) return this.return();
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, wanted, this.#at);
    if (bytesRead === 0) return this.return();
    this.#at += bytesRead;
    return { value: this.#buffer.subarray(0, bytesRead), done: false };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      await this.#handle.close();
    }
    return { value: undefined, done: true };
  }
}
