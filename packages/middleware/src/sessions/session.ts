/**
 * What a site remembers of a client between requests.
 *
 * An id comes from here and never from the client, is 256 bits of chance, and changes when
 * `regenerate` is called: to be done whenever rights change, so that nobody logs in on an id that
 * somebody else knows (session fixation).
 */

import { randomText } from '../base/base64.js';

const ID_OCTETS = 32;

/** What is kept under an id. */
interface Kept {
  /** Wall time, milliseconds. */
  readonly startedAt: number;
  readonly writtenAt: number;
  readonly data: Record<string, unknown>;
}

/** The session of a client. Data are JSON. */
export class Session {
  /** What it had in the store; `null` for one that is new. */
  readonly #storedId: string | null;
  #id: string;
  #data: Record<string, unknown>;
  /** `null` for one that begins with this request. */
  #startedAt: number | null;
  readonly #writtenAt: number;
  #change: 'none' | 'changed' | 'destroyed' = 'none';
  /** The cookie is to be written again, whatever happens. @internal */
  isStale = false;

  /** @internal */
  constructor(storedId: string | null = null, kept: Kept | null = null) {
    this.#storedId = storedId;
    this.#id = storedId ?? randomText(ID_OCTETS);
    this.#data = Object.assign(Object.create(null), kept?.data);
    this.#startedAt = kept?.startedAt ?? null;
    this.#writtenAt = kept?.writtenAt ?? 0;
  }

  /** Reads what a store has kept; `null` for what is none. @internal */
  static stored(id: string, text: string): Session | null {
    try {
      return new Session(id, JSON.parse(text) as Kept);
    } catch {
      return null;
    }
  }

  /** What the client gets as a cookie. */
  get id(): string {
    return this.#id;
  }

  /** Whether nothing of it is kept yet; without data nothing will be. */
  get isNew(): boolean {
    return this.#storedId === null;
  }

  get(name: string): unknown {
    return this.#data[name];
  }

  set(name: string, value: unknown): this {
    this.#data[name] = value;
    this.#change = 'changed';
    return this;
  }

  delete(name: string): void {
    if (!(name in this.#data)) return;
    delete this.#data[name];
    this.#change = 'changed';
  }

  /** Goes on under another id: the old one is worth nothing from the response on. */
  regenerate(): void {
    this.#id = randomText(ID_OCTETS);
    if (!this.isNew) this.#change = 'changed';
  }

  /** Ends the session: the data are forgotten, here and in the store. What is set later begins another. */
  destroy(): void {
    this.#data = Object.create(null);
    this.#id = randomText(ID_OCTETS);
    this.#startedAt = null;
    this.#change = 'destroyed';
  }

  // What the middleware asks.

  /** @internal */
  get startedAt(): number | null {
    return this.#startedAt;
  }

  /** @internal */
  get writtenAt(): number {
    return this.#writtenAt;
  }

  /** @internal */
  get change(): 'none' | 'changed' | 'destroyed' {
    return this.#change;
  }

  /** The id in the store that is worth nothing any more. @internal */
  get outdatedId(): string | null {
    return this.#storedId === this.#id ? null : this.#storedId;
  }

  /** @internal */
  text(now: number): string {
    const kept: Kept = { startedAt: this.#startedAt ?? now, writtenAt: now, data: this.#data };
    return JSON.stringify(kept);
  }
}
