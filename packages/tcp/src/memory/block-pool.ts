/**
 * Blocks of memory that connections borrow while they have something to put into them: from 64
 * octets, so that a few octets cost little, to 64 KiB, so that bulk is copied in long runs.
 *
 * What is lent is counted in the stack's budget, the application's own memory too where a block holds
 * that. What has come back is kept for the next one, up to a fixed amount, so that a busy connection
 * allocates nothing; the rest goes back to the host.
 */

import { Block, LENT } from './block.js';
import type { MemoryBudget } from './budget.js';

const SMALLEST_SHIFT = 6;
/** Makes of every length that needs the smallest block the longest that does. */
const SMALLEST_MASK = (1 << SMALLEST_SHIFT) - 1;
const LARGEST_SHIFT = 18;

const SMALLEST_BLOCK = 1 << SMALLEST_SHIFT;
/** The longest block there is. */
export const LARGEST_BLOCK = 1 << LARGEST_SHIFT;

/** What a block costs besides its octets: three objects of the engine. */
export const BLOCK_COST = 256;

/** No block has more room to grow than this share of the budget, as a shift. */
const GROWTH_SHIFT = 5;

/** Octets kept for reuse, in blocks of all sizes. */
const MOST_KEPT = 16 * 1024 * 1024;

/** Blocks without memory of their own that are kept for the next memory that is lent. */
const MOST_LENT_KEPT = 256;

/** The most that the budget is charged for `length` octets in a queue while memory is short. */
export const costOf = (length: number): number =>
  2 * Math.max(length, SMALLEST_BLOCK) + 2 * BLOCK_COST;

/** A free list per size. One per stack. */
export class BlockPool {
  readonly budget: MemoryBudget;
  readonly #free: Block[][] = Array.from({ length: LARGEST_SHIFT + 1 }, () => []);
  readonly #lent: Block[] = [];
  #kept = 0;

  constructor(budget: MemoryBudget) {
    this.budget = budget;
  }

  /** Octets that wait here to be lent. */
  get kept(): number {
    return this.#kept;
  }

  /**
   * Lends an empty block of at least `length` octets, or the longest there is; its content is
   * arbitrary.
   */
  take(length: number): Block {
    const shift = Math.min(32 - Math.clz32((length - 1) | SMALLEST_MASK), LARGEST_SHIFT);
    const size = 1 << shift;
    this.budget.take(size + BLOCK_COST);
    const block = this.#free[shift]!.pop();
    if (block === undefined) return new Block(shift);
    this.#kept -= size;
    return block;
  }

  /** Lends a block as `take` does, with room for `wanted` octets in all if memory is not short. */
  takeWithRoom(length: number, wanted: number): Block {
    const { limit, isHigh } = this.budget;
    return this.take(isHigh ? length : Math.max(length, Math.min(wanted, limit >> GROWTH_SHIFT)));
  }

  /** Lends a block that holds `bytes[start..end)`, memory of somebody else, until it is given back. */
  takeHolding(bytes: Uint8Array, start: number, end: number): Block {
    this.budget.take(end - start + BLOCK_COST);
    const block = this.#lent.pop() ?? new Block(LENT);
    block.hold(bytes, start, end);
    return block;
  }

  /** Has a block hold so many octets more of the memory that is lent to it. */
  extend(block: Block, octets: number): void {
    this.budget.take(octets);
    block.end += octets;
    block.size += octets;
  }

  /** Takes a block back; the caller keeps no reference to it. */
  give(block: Block): void {
    const { size } = block;
    this.budget.give(size + BLOCK_COST);
    block.next = null;
    if (block.isLent) {
      block.letGo();
      if (this.#lent.length < MOST_LENT_KEPT) this.#lent.push(block);
      return;
    }
    if (this.#kept + size > MOST_KEPT) return;
    this.#kept += size;
    this.#free[block.shift]!.push(block);
  }
}
