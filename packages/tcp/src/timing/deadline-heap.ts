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
  /** Where the heap has put it, at or before `deadline`; belongs to the heap. */
  heapKey: number;
  /** Its index in the heap, -1 = not in it; belongs to the heap. */
  heapIndex: number;
}

/** A lazy priority queue of deadlines. */
export class DeadlineHeap<T extends Deadlined> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** No deadline is earlier than this; `Infinity` when there is none. */
  get next(): number {
    return this.#items.length === 0 ? Number.POSITIVE_INFINITY : this.#items[0]!.heapKey;
  }

  /** Takes note of an item's `deadline` after it was changed. */
  update(item: T): void {
    if (item.heapIndex < 0) {
      if (item.deadline === Number.POSITIVE_INFINITY) return;
      item.heapKey = item.deadline;
      item.heapIndex = this.#items.length;
      this.#items.push(item);
      this.#siftUp(item.heapIndex);
    } else if (item.deadline < item.heapKey) {
      item.heapKey = item.deadline;
      this.#siftUp(item.heapIndex);
    }
  }

  /** Takes an item out, wherever it is. */
  remove(item: T): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#place(last, index);
    this.#siftUp(index);
    this.#siftDown(last.heapIndex);
  }

  /** Takes out and returns one item whose deadline is `now` or earlier; `null` when none is. */
  popDue(now: number): T | null {
    while (this.#items.length > 0) {
      const top = this.#items[0]!;
      if (top.heapKey > now) return null;
      if (top.deadline <= now) {
        this.remove(top);
        return top;
      }
      if (top.deadline === Number.POSITIVE_INFINITY) {
        this.remove(top);
      } else {
        top.heapKey = top.deadline;
        this.#siftDown(0);
      }
    }
    return null;
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }

  #siftUp(start: number): void {
    const item = this.#items[start]!;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#items[parent]!.heapKey <= item.heapKey) break;
      this.#place(this.#items[parent]!, index);
      index = parent;
    }
    this.#place(item, index);
  }

  #siftDown(start: number): void {
    const item = this.#items[start]!;
    const half = this.#items.length >> 1;
    let index = start;
    while (index < half) {
      let child = index * 2 + 1;
      const right = child + 1;
      if (right < this.#items.length && this.#items[right]!.heapKey < this.#items[child]!.heapKey) {
        child = right;
      }
      if (this.#items[child]!.heapKey >= item.heapKey) break;
      this.#place(this.#items[child]!, index);
      index = child;
    }
    this.#place(item, index);
  }
}
