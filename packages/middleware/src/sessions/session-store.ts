/**
 * Where sessions are kept: the contract, and memory for a server that is alone.
 */

import type { Clock } from '@netlayers/host';

/** Keeps what sessions hold, as text, under ids that nobody can guess. */
export interface SessionStore {
  /** What is kept; `null` for nothing, or no longer. */
  read(id: string): Promise<string | null>;
  /** Keeps it from now on for so many milliseconds. */
  write(id: string, text: string, ttlMs: number): Promise<void>;
  /** Forgets it. */
  remove(id: string): Promise<void>;
}

/** Settings of {@link MemorySessionStore}. */
export interface MemorySessionStoreOptions {
  /** Its time. */
  readonly clock: Clock;
  /** Sessions at once; over it the one that was written longest ago goes. @default 100_000 */
  readonly maxSessions?: number;
}

/** Keeps sessions in memory, so many and no more. */
export class MemorySessionStore implements SessionStore {
  readonly #clock: Clock;
  readonly #maxSessions: number;
  /** By id, in the order in which they were written. */
  readonly #sessions = new Map<string, { readonly text: string; readonly until: number }>();

  constructor({ clock, maxSessions = 100_000 }: MemorySessionStoreOptions) {
    this.#clock = clock;
    this.#maxSessions = maxSessions;
  }

  /** Sessions that are kept, those included that nobody has asked for since they ended. */
  get size(): number {
    return this.#sessions.size;
  }

  async read(id: string): Promise<string | null> {
    const kept = this.#sessions.get(id);
    if (kept === undefined) return null;
    if (kept.until > this.#clock.now()) return kept.text;
    this.#sessions.delete(id);
    return null;
  }

  async write(id: string, text: string, ttlMs: number): Promise<void> {
    this.#sessions.delete(id);
    this.#sessions.set(id, { text, until: this.#clock.now() + ttlMs });
    // The oldest have ended, or have to make room. Two a write: what has ended does not pile up.
    let looked = 0;
    for (const [oldest, { until }] of this.#sessions) {
      const isOver = until <= this.#clock.now();
      if (this.#sessions.size <= this.#maxSessions && (!isOver || looked++ >= 2)) break;
      this.#sessions.delete(oldest);
    }
  }

  async remove(id: string): Promise<void> {
    this.#sessions.delete(id);
  }
}
