/**
 * A clock that stands still until a test moves it. Timers fire in the order of their time, and of
 * their setting where times are equal.
 */

import type { Clock } from '@netlayers/host';

/** A `Clock` in virtual time. */
export class ManualClock implements Clock {
  #now: number;
  #lastId = 0;
  readonly #epochMs: number;
  readonly #timers = new Map<number, { atMs: number; callback: () => void }>();

  /** @param epochMs wall time when `now()` is 0. */
  constructor(startMs = 0, epochMs = 1_700_000_000_000) {
    this.#now = startMs;
    this.#epochMs = epochMs;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#epochMs + this.#now;
  }

  setTimer(atMs: number, callback: () => void): number {
    if (Number.isNaN(atMs)) throw new RangeError('a timer needs a time');
    const id = ++this.#lastId;
    if (atMs === Number.POSITIVE_INFINITY) return id;
    this.#timers.set(id, { atMs, callback });
    return id;
  }

  clearTimer(id: number): void {
    this.#timers.delete(id);
  }

  /** When the next timer is due; `Infinity` without one. */
  nextTimer(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const timer of this.#timers.values()) next = Math.min(next, timer.atMs);
    return next;
  }

  /** Moves time forward by `ms`, firing what becomes due on the way, each at its own time. */
  advance(ms: number): void {
    this.advanceTo(this.#now + ms);
  }

  /** Moves time forward to `atMs`. */
  advanceTo(atMs: number): void {
    for (let due = this.#earliest(); due !== null; due = this.#earliest()) {
      if (due.atMs > atMs) break;
      this.#timers.delete(due.id);
      this.#now = Math.max(this.#now, due.atMs);
      due.callback();
    }
    this.#now = Math.max(this.#now, atMs);
  }

  #earliest(): { id: number; atMs: number; callback: () => void } | null {
    let earliest: { id: number; atMs: number; callback: () => void } | null = null;
    for (const [id, { atMs, callback }] of this.#timers) {
      if (earliest === null || atMs < earliest.atMs) earliest = { id, atMs, callback };
    }
    return earliest;
  }
}
