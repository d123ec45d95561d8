/**
 * Time that stands still until the simulation moves it. It jumps from event to event: a minute in
 * which nothing happens costs nothing.
 */

import type { Clock } from '@netlayers/host';
import { EventQueue, type SimEvent } from './event-queue.js';

class Timer implements SimEvent {
  order = 0;
  heapIndex = -1;
  readonly atMs: number;
  readonly #timers: Map<number, Timer>;
  readonly #id: number;
  readonly #callback: () => void;

  constructor(atMs: number, id: number, timers: Map<number, Timer>, callback: () => void) {
    this.atMs = atMs;
    this.#timers = timers;
    this.#id = id;
    this.#callback = callback;
  }

  fire(): void {
    this.#timers.delete(this.#id);
    this.#callback();
  }
}

/** The clock of one simulated network. */
export class VirtualClock implements Clock {
  readonly #events = new EventQueue();
  readonly #timers = new Map<number, Timer>();
  readonly #startMs: number;
  #now = 0;
  #lastId = 0;

  /** @param startMs wall time at the beginning, in ms since 1970-01-01 UTC. */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Milliseconds since the network was made. */
  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#startMs + this.#now;
  }

  setTimer(atMs: number, callback: () => void): number {
    const id = ++this.#lastId;
    const timer = new Timer(Math.max(atMs, this.#now), id, this.#timers, callback);
    // A timer for the end of time is never due, and must not keep a program waiting for it.
    if (timer.atMs === Number.POSITIVE_INFINITY) return id;
    if (Number.isNaN(timer.atMs)) throw new RangeError('a timer needs a time');
    this.#timers.set(id, timer);
    this.#events.add(timer);
    return id;
  }

  clearTimer(id: number): void {
    const timer = this.#timers.get(id);
    if (timer === undefined) return;
    this.#timers.delete(id);
    this.#events.remove(timer);
  }

  /** Lets an event happen at its time. */
  add(event: SimEvent): void {
    this.#events.add(event);
  }

  /** When the next event happens; `Infinity` without one. */
  get nextEvent(): number {
    return this.#events.next;
  }

  /**
   * Jumps to the next event, and lets everything happen that is due at that moment; what is caused
   * by it, at the same moment, is left for the next call.
   */
  fireNext(): void {
    const events = this.#events;
    const at = events.next;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#now = at;
    const last = events.lastOrder;
    for (let due = events.popDue(at, last); due !== null; due = events.popDue(at, last)) {
      due.fire();
    }
  }
}
