/**
 * What waits to be written to one socket: bytes are copied into a block, and a block goes to the socket
 * as a whole.
 *
 * Most writes the kernel takes at once. A socket of Node shows that by having nothing left when `write`
 * returns: then no callback is asked for, whose turn in the queue of ticks costs as much as the rest
 * of the write.
 */

import type { Duplex } from 'node:stream';
import { BLOCK_SIZE, type Block, type BlockPool } from './block-pool.js';

/** Octets that the kernel may take without a wait, behind which others are let in. */
const TAKEN_PER_TURN = 0x10_0000;

const NOTHING = Buffer.alloc(0);

/** How a stream can be written to. */
export interface SendTraits {
  /** Whether it is done with a chunk when it calls back: a stream in memory may hand it on. */
  readonly returnsChunks: boolean;
  /** Whether it is a socket of the kernel: what it does not hold any more the kernel has. */
  readonly isSocket?: boolean;
}

/** Collects writes and hands them on. */
export class SendBlocks {
  readonly #socket: Duplex;
  readonly #pool: BlockPool;
  readonly #traits: SendTraits;
  readonly #handleSent: () => void;
  #block: Block | null = null;
  /** Blocks that the socket has, in the order of their completion. */
  readonly #inFlight: Block[] = [];
  /** The first so many of them were written without a callback. */
  #uncalled = 0;
  /** Whether a callback for all of those is on its way. */
  #isMarked = false;
  /** Bytes that the kernel has not taken. */
  #queued = 0;
  #takenInTurn = 0;
  readonly #callBack = (): void => this.#blockSent();
  readonly #callBackMarked = (): void => this.#markedSent();

  /** @param handleSent called, never from inside a write, when `queued` is less than it was. */
  constructor(socket: Duplex, pool: BlockPool, traits: SendTraits, handleSent: () => void) {
    this.#socket = socket;
    this.#pool = pool;
    this.#traits = traits;
    this.#handleSent = handleSent;
  }

  /** Bytes that were written and are not known to be taken, those that wait for others' turn included. */
  get queued(): number {
    return this.#takenInTurn < TAKEN_PER_TURN ? this.#queued : this.#queued + this.#takenInTurn;
  }

  /** Bytes that wait for a flush. */
  get unflushed(): number {
    return this.#block?.filled ?? 0;
  }

  /** Whether the socket has something that the kernel has not: it may be read any time. */
  get isHeld(): boolean {
    return this.#inFlight.length > 0;
  }

  /** Copies bytes. Full blocks leave at once: a writer that waits for room would wait for ever. */
  add(buf: Uint8Array, start: number, end: number): void {
    this.#queued += end - start;
    for (let at = start; at < end; ) {
      this.#block ??= this.#pool.take();
      const block = this.#block;
      const until = Math.min(end, at + BLOCK_SIZE - block.filled);
      const isWhole = at === 0 && until === buf.length;
      block.bytes.set(isWhole ? buf : buf.subarray(at, until), block.filled);
      block.filled += until - at;
      at = until;
      if (block.filled === BLOCK_SIZE) this.flush();
    }
  }

  /** Hands over bytes that stay as they are until they are sent, behind what was collected. */
  addLent(buf: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#queued += length;
    const bytes = Buffer.from(buf.buffer, buf.byteOffset + start, length);
    const socket = this.#socket;
    // One system call for both.
    socket.cork();
    const before = this.#block;
    this.#block = null;
    if (before !== null) this.#write(before);
    this.#write({ bytes, filled: length, isLent: true });
    socket.uncork();
    this.#settle();
  }

  /** Hands over what was collected. */
  flush(): void {
    const block = this.#block;
    if (block === null) return;
    this.#block = null;
    this.#write(block);
    this.#settle();
  }

  #write(block: Block): void {
    const { bytes, filled } = block;
    const { isSocket, returnsChunks } = this.#traits;
    const chunk = filled === bytes.length ? bytes : bytes.subarray(0, filled);
    const isFirst = this.#inFlight.length === this.#uncalled && !this.#isMarked;
    this.#inFlight.push(block);
    if (isSocket === true && isFirst) {
      this.#uncalled++;
      this.#socket.write(chunk);
    } else this.#socket.write(returnsChunks ? chunk : Buffer.from(chunk), this.#callBack);
  }

  /** Lets go of what the kernel has taken at once, and asks to be called for what it has not. */
  #settle(): void {
    if (this.#uncalled === 0 || this.#isMarked) return;
    if (this.#socket.writableLength > 0) {
      // Behind it nothing is sent, and calls back.
      this.#isMarked = true;
      this.#socket.write(NOTHING, this.#callBackMarked);
      return;
    }
    const before = this.#takenInTurn;
    for (; this.#uncalled > 0; this.#uncalled--) this.#takenInTurn += this.#shift();
    if (before < TAKEN_PER_TURN && this.#takenInTurn >= TAKEN_PER_TURN) setImmediate(endTurn, this);
  }

  /** Forgets what was not handed over. */
  drop(): void {
    if (this.#block !== null) this.#pool.give(this.#block);
    this.#block = null;
  }

  /** Others had their turn. @internal */
  endTurn(): void {
    if (this.#takenInTurn < TAKEN_PER_TURN) return;
    this.#takenInTurn = 0;
    this.#handleSent();
  }

  /** The socket calls back once per chunk, in order, also for those that it gave up. */
  #blockSent(): void {
    if (this.#inFlight.length === 0) return;
    this.#shift();
    this.#takenInTurn = 0;
    this.#handleSent();
  }

  #markedSent(): void {
    this.#isMarked = false;
    for (; this.#uncalled > 0; this.#uncalled--) this.#shift();
    this.#takenInTurn = 0;
    this.#handleSent();
  }

  /** Lets go of the first block that the socket has; returns how much was in it. */
  #shift(): number {
    const block = this.#inFlight.shift()!;
    const { filled } = block;
    this.#queued -= filled;
    this.#pool.give(block);
    return filled;
  }
}

const endTurn = (blocks: SendBlocks): void => blocks.endTurn();
