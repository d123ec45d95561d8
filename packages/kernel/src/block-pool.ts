/**
 * Blocks of memory that writes are collected in before they go to a socket.
 *
 * A socket of Node keeps the chunk that it is given until the kernel has it, and the caller of
 * `ByteStream.write` takes its bytes back at once: so they are copied, into a block that comes back
 * here when it is sent. Nothing is allocated for a response while earlier ones have left.
 */

/** Bytes per block: also the most that one system call sends. */
export const BLOCK_SIZE = 0x1_0000;

/** Blocks kept for later writes unless told otherwise: 4 MiB. */
const POOLED_BLOCKS = 64;

/** Memory with how much of it is used, counted from its start. */
export interface Block {
  readonly bytes: Buffer;
  filled: number;
  /** Whether it is memory of somebody else, lent until it is sent. */
  readonly isLent: boolean;
}

/** A bounded stock of blocks; what does not fit is left to the garbage collector. */
export class BlockPool {
  readonly #free: Block[] = [];
  readonly #limit: number;

  /** @param limit how many blocks are kept for later. */
  constructor(limit = POOLED_BLOCKS) {
    this.#limit = limit;
  }

  /** Hands out an empty block. */
  take(): Block {
    return (
      this.#free.pop() ?? { bytes: Buffer.allocUnsafeSlow(BLOCK_SIZE), filled: 0, isLent: false }
    );
  }

  /** Takes a block back that nobody refers to any more. */
  give(block: Block): void {
    if (block.isLent) return;
    block.filled = 0;
    if (this.#free.length < this.#limit) this.#free.push(block);
  }
}
