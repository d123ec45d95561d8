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
  /** Bytes that the kernel has not taken. */
  #queued = 0;
  #takenInTurn = 0;
  readonly #callBack = (): void => this.#blockSent();

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

  /** Hands over what was collected. */
  flush(): void {
    const block = this.#block;
    if (block === null) return;
    this.#block = null;
    const { bytes, filled } = block;
    const chunk = filled === BLOCK_SIZE ? bytes : bytes.subarray(0, filled);
    const socket = this.#socket;
    if (this.#traits.isSocket !== true || this.#inFlight.length > 0) {
      this.#inFlight.push(block);
      socket.write(this.#traits.returnsChunks ? chunk : Buffer.from(chunk), this.#callBack);
      return;
    }
    socket.write(chunk);
    if (socket.writableLength > 0) {
      // Behind it nothing is sent, and calls back.
      this.#inFlight.push(block);
      socket.write(NOTHING, this.#callBack);
    } else this.#taken(block);
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

  #taken(block: Block): void {
    const before = this.#takenInTurn;
    this.#queued -= block.filled;
    this.#takenInTurn += block.filled;
    this.#pool.give(block);
    if (before < TAKEN_PER_TURN && this.#takenInTurn >= TAKEN_PER_TURN) {
      setImmediate(endTurn, this);
    }
  }

  /** The socket calls back once per chunk, in order, also for those that it gave up. */
  #blockSent(): void {
    const block = this.#inFlight.shift();
    if (block === undefined) return;
    this.#queued -= block.filled;
    this.#takenInTurn = 0;
    this.#pool.give(block);
    this.#handleSent();
  }
}

const endTurn = (blocks: SendBlocks): void => blocks.endTurn();
