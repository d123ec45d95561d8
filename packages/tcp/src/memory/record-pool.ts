/**
 * Memory of send maps: columns for a power of two of records, lent while a connection has something
 * in flight and taken back when it has not, so that an idle connection holds none and a busy one
 * allocates nothing per segment. What is lent is counted in the stack's budget.
 */

import type { MemoryBudget } from './budget.js';

/** Whole numbers of one record. */
export const WORDS_PER_RECORD = 4;
/** Numbers with a fraction, or above 2^32, of one record. */
export const NUMBERS_PER_RECORD = 6;
/** Octets of one record. */
const RECORD_LENGTH = 4 * WORDS_PER_RECORD + 8 * NUMBERS_PER_RECORD;

/** Columns of `capacity` records, record by record. */
export interface RecordStore {
  readonly capacity: number;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

const SMALLEST_SHIFT = 3;
/** Stores kept for reuse: all of one size together have at most so many records. */
const KEPT_RECORDS = 16_384;

/** What holds no record. */
export const NO_RECORDS: RecordStore = {
  capacity: 0,
  words: new Int32Array(0),
  numbers: new Float64Array(0),
};

/** A free list per size. One per stack. */
export class RecordPool {
  readonly #budget: MemoryBudget;
  readonly #free: RecordStore[][] = [];

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Lends columns for at least `records` records; what they hold is arbitrary. */
  take(records: number): RecordStore {
    const shift = Math.max(SMALLEST_SHIFT, 32 - Math.clz32(records - 1));
    const capacity = 1 << shift;
    this.#budget.take(capacity * RECORD_LENGTH);
    const kept = this.#free[shift]?.pop();
    if (kept !== undefined) return kept;
    return {
      capacity,
      words: new Int32Array(capacity * WORDS_PER_RECORD),
      numbers: new Float64Array(capacity * NUMBERS_PER_RECORD),
    };
  }

  /** Takes columns back; the caller keeps no reference to them. */
  give(store: RecordStore): void {
    if (store.capacity === 0) return;
    this.#budget.give(store.capacity * RECORD_LENGTH);
    const shift = 31 - Math.clz32(store.capacity);
    while (this.#free.length <= shift) this.#free.push([]);
    const list = this.#free[shift]!;
    if ((list.length + 1) * store.capacity <= KEPT_RECORDS) list.push(store);
  }
}
