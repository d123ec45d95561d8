/**
 * Time that stands still until the simulation moves it. It jumps from event to event: a minute in
 * which nothing happens costs nothing.
 *
 * Timers of one moment fire one by one, as a host fires them: whatever a timer's promises cause has
 * happened before the next one. Packets between two of them arrive together.
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
  /** Order of the last event that was there when the moment began; what came later is for the next. */
  #lastOfMoment = -1;

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

  /** Jumps to the next event. What is due there is left to `fireDue`. */
  jump(): void {
    const { next } = this.#events;
    if (next === Number.POSITIVE_INFINITY) return;
    this.#now = next;
    this.#lastOfMoment = this.#events.lastOrder;
  }

  /** Lets time pass up to a moment before the next event. */
  pass(atMs: number): void {
    if (atMs < this.#events.next) this.#now = Math.max(this.#now, atMs);
  }

  /**
   * Lets happen what is due at this moment, up to a timer.
   *
   * @returns false when nothing was left of what was due as the moment began.
   */
  fireDue(): boolean {
    let fired = false;
    for (;;) {
      const due = this.#events.popDue(this.#now, this.#lastOfMoment);
      if (due === null) return fired;
      due.fire();
      if (due instanceof Timer) return true;
      fired = true;
    }
  }
}
