/**
 * Finds the connection of a segment by its 4-tuple in constant time: open addressing with linear
 * probing over one Int32Array, no string and no object per look-up.
 *
 * The hash is keyed with a secret, so that nobody outside can choose tuples that collide. A removed
 * entry is closed by moving later ones up (no tombstones), so ten thousand short connections leave
 * the table as they found it.
 */

import { type FourTuple, hashTuple, sameTuple } from '../connection/four-tuple.js';

/** What the table holds: the 4-tuple, and two fields that belong to the table. */
export interface TableEntry extends FourTuple {
  tableHash: number;
  tableIndex: number;
}

const EMPTY = -1;
const SMALLEST = 64;

/** A hash table of connections. */
export class ConnectionTable<T extends TableEntry> {
  readonly #secret: number;
  /** Index into `#entries`, or EMPTY. */
  #slots = new Int32Array(SMALLEST).fill(EMPTY);
  readonly #entries: (T | null)[] = [];
  readonly #freeIndexes: number[] = [];
  #size = 0;
  /** What was found last: bulk comes in runs of segments of one connection. */
  #last: T | null = null;

  constructor(secret: number) {
    this.#secret = secret | 0;
  }

  get size(): number {
    return this.#size;
  }

  /** The connection with exactly this 4-tuple, or `null`. */
  get(tuple: FourTuple): T | null {
    const last = this.#last;
    if (last !== null && sameTuple(last, tuple)) return last;
    const mask = this.#slots.length - 1;
    let slot = hashTuple(tuple, this.#secret) & mask;
    for (;;) {
      const index = this.#slots[slot]!;
      if (index === EMPTY) return null;
      const entry = this.#entries[index]!;
      if (sameTuple(entry, tuple)) {
        this.#last = entry;
        return entry;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Adds a connection whose 4-tuple is not in the table. */
  add(entry: T): void {
    if ((this.#size + 1) * 2 > this.#slots.length) this.#resize(this.#slots.length * 2);
    entry.tableHash = hashTuple(entry, this.#secret);
    entry.tableIndex = this.#freeIndexes.pop() ?? this.#entries.length;
    this.#entries[entry.tableIndex] = entry;
    this.#insert(entry);
    this.#size++;
  }

  /** Takes a connection out; one that is not in the table is ignored. */
  remove(entry: T): void {
    if (entry.tableIndex < 0 || this.#entries[entry.tableIndex] !== entry) return;
    if (this.#last === entry) this.#last = null;
    const mask = this.#slots.length - 1;
    let hole = entry.tableHash & mask;
    while (this.#slots[hole] !== entry.tableIndex) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!;
      if (index === EMPTY) break;
      // An entry may move up into the hole when its home is not between the hole and itself.
      const home = this.#entries[index]!.tableHash & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        this.#slots[hole] = index;
        hole = slot;
      }
    }
    this.#slots[hole] = EMPTY;
    this.#entries[entry.tableIndex] = null;
    this.#freeIndexes.push(entry.tableIndex);
    entry.tableIndex = -1;
    this.#size--;
    if (this.#slots.length > SMALLEST && this.#size * 8 < this.#slots.length) {
      this.#resize(this.#slots.length / 2);
    }
  }

  /** Every connection, in no particular order; adding and removing meanwhile is allowed. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const entry of [...this.#entries]) if (entry !== null) yield entry;
  }

  #insert(entry: T): void {
    const mask = this.#slots.length - 1;
    let slot = entry.tableHash & mask;
    while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#slots[slot] = entry.tableIndex;
  }

  #resize(length: number): void {
    this.#slots = new Int32Array(length).fill(EMPTY);
    for (const entry of this.#entries) if (entry !== null) this.#insert(entry);
    if (this.#size === 0) {
      this.#entries.length = 0;
      this.#freeIndexes.length = 0;
    }
  }
}
