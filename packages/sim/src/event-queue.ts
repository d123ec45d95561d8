/**
 * What will happen, by time and, at the same time, by the order in which it was asked for: a binary
 * heap of events that know their place in it, so that one can be taken out again.
 */

/** Something that happens at a moment. */
export interface SimEvent {
  /** Absolute virtual milliseconds; not to be changed while the event is queued. */
  atMs: number;
  /** Belongs to the queue. */
  order: number;
  /** Belongs to the queue; -1 = not queued. */
  heapIndex: number;
  fire(): void;
}

const isEarlier = (a: SimEvent, b: SimEvent): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** The future of one network. */
export class EventQueue {
  readonly #events: SimEvent[] = [];
  #order = 0;

  get size(): number {
    return this.#events.length;
  }

  /** When the next event happens; `Infinity` without one. */
  get next(): number {
    return this.#events.length === 0 ? Number.POSITIVE_INFINITY : this.#events[0]!.atMs;
  }

  add(event: SimEvent): void {
    event.order = this.#order++;
    this.#events.push(event);
    this.#siftUp(event, this.#events.length - 1);
  }

  /** Takes an event out; one that is not queued is ignored. */
  remove(event: SimEvent): void {
    const index = event.heapIndex;
    if (index < 0) return;
    event.heapIndex = -1;
    const last = this.#events.pop()!;
    if (last === event) return;
    this.#siftUp(last, index);
    this.#siftDown(last, last.heapIndex);
  }

  /** The order of the event that was added last. */
  get lastOrder(): number {
    return this.#order - 1;
  }

  /** Takes out the earliest event if it is due at `atMs` and not younger than `order`; else `null`. */
  popDue(atMs: number, order: number): SimEvent | null {
    const first = this.#events[0];
    if (first === undefined || first.atMs > atMs || first.order > order) return null;
    this.remove(first);
    return first;
  }

  #place(event: SimEvent, index: number): void {
    this.#events[index] = event;
    event.heapIndex = index;
  }

  #siftUp(event: SimEvent, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isEarlier(event, this.#events[parent]!)) break;
      this.#place(this.#events[parent]!, index);
      index = parent;
    }
    this.#place(event, index);
  }

  #siftDown(event: SimEvent, from: number): void {
    const events = this.#events;
    const half = events.length >> 1;
    let index = from;
    while (index < half) {
      let child = index * 2 + 1;
      if (child + 1 < events.length && isEarlier(events[child + 1]!, events[child]!)) child++;
      if (!isEarlier(events[child]!, event)) break;
      this.#place(events[child]!, index);
      index = child;
    }
    this.#place(event, index);
  }
}
