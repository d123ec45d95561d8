/**
 * Bytes gathered from pieces of any size, so that what is held is in proportion to the bytes and not
 * to the number of the pieces: a million pieces of one byte are a megabyte, not a million objects.
 */

/** The room of a block: little for the first bytes, then twice as much each time, up to this. */
const FIRST_BLOCK = 0x400;
const LARGEST_BLOCK = 0x1_0000;

/** The room of the block that follows one of `room` bytes; 0 for the first. */
export const nextBlock = (room: number): number =>
  Math.min(LARGEST_BLOCK, Math.max(FIRST_BLOCK, room * 2));

/** Gathers bytes. */
export class GatheredBytes {
  /** Bytes gathered. */
  size = 0;
  /** Memory that holds them. */
  held = 0;
  readonly #pieces: Uint8Array[] = [];
  #block = new Uint8Array(0);
  #filled = 0;
  /** The size of the last block. */
  #room = 0;

  /** Gathers a piece. It may be kept as it is: nobody may write into it any more. */
  append(piece: Uint8Array): void {
    this.size += piece.length;
    // A view of a part of something larger would hold the whole.
    if (piece.length >= FIRST_BLOCK && piece.length === piece.buffer.byteLength) {
      this.#closeBlock();
      this.#pieces.push(piece);
      this.held += piece.length;
      return;
    }
    for (let at = 0; at < piece.length; ) {
      if (this.#filled === this.#block.length) this.#openBlock();
      const until = Math.min(piece.length, at + this.#block.length - this.#filled);
      this.#block.set(piece.subarray(at, until), this.#filled);
      this.#filled += until - at;
      at = until;
    }
  }

  /** All of it, as memory of its own. */
  whole(): Uint8Array {
    this.#closeBlock();
    const [only] = this.#pieces;
    if (this.#pieces.length === 1 && only?.length === only?.buffer.byteLength) return only!;
    const whole = new Uint8Array(this.size);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #openBlock(): void {
    this.#closeBlock();
    this.#room = nextBlock(this.#room);
    this.#block = new Uint8Array(this.#room);
    this.held += this.#room;
  }

  /** What is free in the block stays free: a large piece follows. */
  #closeBlock(): void {
    if (this.#filled > 0) this.#pieces.push(this.#block.subarray(0, this.#filled));
    this.#block = this.#block.subarray(this.#filled);
    this.#filled = 0;
  }
}
