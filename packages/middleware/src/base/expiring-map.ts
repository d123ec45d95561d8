/**
 * What is remembered of clients by keys that they choose: each entry for a time, all of them so many
 * and no more. Over that the one that was set longest ago goes.
 */

/** A bounded map whose entries end. */
export class ExpiringMap<T> {
  readonly #maxEntries: number;
  /** In the order in which they were set. */
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>();

  /** @throws RangeError when nothing may be kept. */
  constructor(maxEntries: number) {
    if (!(maxEntries >= 1)) throw new RangeError('at least one entry has to be kept');
    this.#maxEntries = maxEntries;
  }

  /** Entries, those included that have ended and that nobody has asked for since. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key; `null` without one, or no longer. */
  get(key: string, now: number): T | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.until > now) return entry.value;
    this.#entries.delete(key);
    return null;
  }

  /** Keeps a value until a time. */
  set(key: string, value: T, until: number, now: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until });
    // Two a call: what has ended does not pile up, and no call takes long.
    let ended = 0;
    for (const [oldest, entry] of this.#entries) {
      const isFull = this.#entries.size > this.#maxEntries;
      if (!isFull && (entry.until > now || ended++ >= 2)) break;
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
