/**
 * Where sessions are kept: the contract, and memory for a server that is alone.
 */

import { type Clock, checkOptions, type OptionNames } from '@netlayers/host';
import { ExpiringMap } from '../base/expiring-map.js';

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

const OPTIONS: OptionNames<MemorySessionStoreOptions> = {
  clock: 'needed',
  maxSessions: 'optional',
};

/** Keeps sessions in memory, so many and no more. */
export class MemorySessionStore implements SessionStore {
  readonly #clock: Clock;
  readonly #sessions: ExpiringMap<string>;

  /** @throws TypeError for an option that is none. */
  constructor(options: MemorySessionStoreOptions) {
    checkOptions('MemorySessionStore', options, OPTIONS);
    const { clock, maxSessions = 100_000 } = options;
    this.#clock = clock;
    this.#sessions = new ExpiringMap(maxSessions);
  }

  /** Sessions that are kept, those included that nobody has asked for since they ended. */
  get size(): number {
    return this.#sessions.size;
  }

  async read(id: string): Promise<string | null> {
    return this.#sessions.get(id, this.#clock.now());
  }

  async write(id: string, text: string, ttlMs: number): Promise<void> {
    const now = this.#clock.now();
    this.#sessions.set(id, text, now + ttlMs, now);
  }

  async remove(id: string): Promise<void> {
    this.#sessions.delete(id);
  }
}
