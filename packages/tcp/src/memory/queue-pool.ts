/**
 * Queues for who has something to queue: lent while there is text in them and taken back when there
 * is none, so that an idle connection holds none. `none` stands in their place.
 */

import type { BlockPool } from './block-pool.js';
import type { MemoryBudget } from './budget.js';
import { ByteQueue } from './byte-queue.js';

/** Queues kept for the next ones. */
const MOST_SPARE = 1024;

/** A free list of empty queues. One per stack. */
export class QueuePool {
  readonly #blocks: BlockPool;
  readonly #spare: ByteQueue[] = [];
  /** The queue of everybody who has nothing to queue: empty, and nobody writes to it. */
  readonly none: ByteQueue;

  constructor(blocks: BlockPool) {
    this.#blocks = blocks;
    this.none = new ByteQueue(blocks);
  }

  get budget(): MemoryBudget {
    return this.#blocks.budget;
  }

  /** The queue to write to in place of `queue`, which may be `none`. */
  forWriting(queue: ByteQueue): ByteQueue {
    return queue === this.none ? (this.#spare.pop() ?? new ByteQueue(this.#blocks)) : queue;
  }

  /** The queue to keep in place of `queue`, which may be empty now and is then taken back. */
  settle(queue: ByteQueue): ByteQueue {
    if (queue.span > 0 || queue === this.none || queue.isDetached) return queue;
    if (this.#spare.length < MOST_SPARE) this.#spare.push(queue);
    return this.none;
  }
}
