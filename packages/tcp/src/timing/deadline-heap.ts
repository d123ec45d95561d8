/**
 * All deadlines of a stack: a binary heap with one entry per connection.
 *
 * Most deadlines move later (a timer is restarted by every ACK) or vanish before they are due, so
 * an entry is moved only when its deadline becomes earlier. A deadline that has moved later is
 * noticed when its old place comes up, and then put back: `popDue` hands out what is really due.
 */

/** What has a deadline. */
export interface Deadlined {
  /** Absolute monotonic milliseconds; `Infinity` = none. */
  deadline: number;
  /** Its index in the heap, -1 = not in it; belongs to the heap. */
  heapIndex: number;
}

/** A lazy priority queue of deadlines. */
export class DeadlineHeap<T extends Deadlined> {
  readonly #items: T[] = [];
  /** Where each item stands in time, at or before its deadline. */
  readonly #keys: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** No deadline is earlier than this; `Infinity` when there is none. */
  get next(): number {
    return this.#keys.length === 0 ? Number.POSITIVE_INFINITY : this.#keys[0]!;
  }

  /** Takes note of an item's `deadline` after it was changed. */
  update(item: T): void {
    const { deadline, heapIndex } = item;
    if (heapIndex < 0) {
      if (deadline === Number.POSITIVE_INFINITY) return;
      this.#items.push(item);
      this.#keys.push(deadline);
      this.#siftUp(item, deadline, this.#items.length - 1);
    } else if (deadline < this.#keys[heapIndex]!) {
      this.#siftUp(item, deadline, heapIndex);
    }
  }

  /** Takes an item out, wherever it is. */
  remove(item: T): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop()!;
    const key = this.#keys.pop()!;
    if (last === item) return;
    this.#siftUp(last, key, index);
    this.#siftDown(last, key, last.heapIndex);
  }

  /** Takes out and returns one item whose deadline is `now` or earlier; `null` when none is. */
  popDue(now: number): T | null {
    while (this.#items.length > 0) {
      if (this.#keys[0]! > now) return null;
      const top = this.#items[0]!;
      if (top.deadline <= now) {
        this.remove(top);
        return top;
      }
      if (top.deadline === Number.POSITIVE_INFINITY) this.remove(top);
      else this.#siftDown(top, top.deadline, 0);
    }
    return null;
  }

  #place(item: T, key: number, index: number): void {
    this.#items[index] = item;
    this.#keys[index] = key;
    item.heapIndex = index;
  }

  /** Puts an item at `index` or nearer to the top. */
  #siftUp(item: T, key: number, start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#keys[parent]! <= key) break;
      this.#place(this.#items[parent]!, this.#keys[parent]!, index);
      index = parent;
    }
    this.#place(item, key, index);
  }

  /** Puts an item at `index` or further from the top. */
  #siftDown(item: T, key: number, start: number): void {
    const half = this.#items.length >> 1;
    let index = start;
    while (index < half) {
      let child = index * 2 + 1;
      const right = child + 1;
      if (right < this.#items.length && this.#keys[right]! < this.#keys[child]!) child = right;
      if (this.#keys[child]! >= key) break;
      this.#place(this.#items[child]!, this.#keys[child]!, index);
      index = child;
    }
    this.#place(item, key, index);
  }
}
