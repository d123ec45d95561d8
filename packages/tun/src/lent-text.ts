/**
 * Text that stands in a packet without having been copied into it, and the list of pieces (`iovec`)
 * by which the kernel reads header and text from where they are.
 */

import type { Syscalls } from './syscalls.js';

/** An entry of the list: an address and a length, in two words each, the lower one first. */
const WORDS_PER_PIECE = 4;
const WORD = 2 ** 32;
/** In one list, the header's among them. */
const MOST_PIECES = 16;

const NOTHING = new Uint8Array(0);

/** What is lent for the packet that is being made; it stands at the packet's end. */
export class LentText {
  readonly #addressOf: (bytes: Uint8Array) => number;
  readonly #words = new Uint32Array(new ArrayBuffer(4 * WORDS_PER_PIECE * MOST_PIECES));
  /** Where memory begins that was lent before. */
  readonly #addresses = new WeakMap<ArrayBufferLike, number>();
  readonly #bufs: Uint8Array[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Where the first piece stands in the packet. */
  #at = 0;
  /** Pieces that are lent. */
  #count = 0;
  /** Of the list for the kernel. */
  readonly address: number;

  constructor(syscalls: Pick<Syscalls, 'addressOf'>) {
    this.#addressOf = syscalls.addressOf;
    this.address = syscalls.addressOf(new Uint8Array(this.#words.buffer));
  }

  get isThere(): boolean {
    return this.#count > 0;
  }

  /** Whether the list has room for all of it. */
  get isListable(): boolean {
    return this.#count < MOST_PIECES;
  }

  /** Takes a piece, the first at `at`, each further one right behind the last. */
  take(at: number, buf: Uint8Array, start: number, end: number): void {
    const index = this.#count++;
    if (index === 0) this.#at = at;
    this.#bufs[index] = buf;
    this.#starts[index] = start;
    this.#ends[index] = end;
  }

  /**
   * Writes the list: the packet from `start` to where the text begins, then the text.
   *
   * @param slab address of what `start` and the text's place count from.
   * @returns the number of pieces.
   */
  list(slab: number, start: number): number {
    this.#piece(0, slab + start, this.#at - start);
    for (let index = 0; index < this.#count; index++) {
      const from = this.#starts[index]!;
      this.#piece(
        index + 1,
        this.#addressOfMemory(this.#bufs[index]!) + from,
        this.#ends[index]! - from,
      );
    }
    return this.#count + 1;
  }

  /** Copies the text to where it stands in `to`. */
  copy(to: Uint8Array): void {
    let at = this.#at;
    for (let index = 0; index < this.#count; index++) {
      const text = this.#bufs[index]!.subarray(this.#starts[index]!, this.#ends[index]!);
      to.set(text, at);
      at += text.length;
    }
  }

  /** Gives everything back: it may be an application's memory, which nobody is to hold any longer. */
  clear(): void {
    while (this.#count > 0) this.#bufs[--this.#count] = NOTHING;
  }

  #piece(index: number, address: number, length: number): void {
    const at = index * WORDS_PER_PIECE;
    this.#words[at] = address % WORD;
    this.#words[at + 1] = address / WORD;
    this.#words[at + 2] = length;
  }

  #addressOfMemory({ buffer }: Uint8Array): number {
    let address = this.#addresses.get(buffer);
    if (address === undefined) {
      address = this.#addressOf(new Uint8Array(buffer));
      this.#addresses.set(buffer, address);
    }
    return address;
  }
}
