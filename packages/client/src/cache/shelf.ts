/**
 * What is kept of each URL: a few responses, the last one first, each for other request fields. A
 * store that fails makes the cache find and keep nothing, and no request fail.
 */

import type { ClientRequest } from '../options/interceptor.js';
import type { CacheStore, StoredResponse } from './cache-store.js';
import { areAlike, isChosen } from './storing.js';

/** Responses of one URL for different request fields; the oldest of more is forgotten. */
const MOST_VARIANTS = 16;

/** URLs whose invalidation is remembered one by one; of more, nothing older than the last is kept. */
const MOST_FORGOTTEN = 1000;

/** Responses by URL. */
export class Shelf {
  readonly #store: CacheStore;
  /** Invalidations so far. */
  #epoch = 0;
  /** What `#epoch` was at the last invalidation of a URL, the oldest first. */
  readonly #forgotten = new Map<string, number>();
  /** Of URLs that are not there any more, the latest. */
  #floor = 0;

  constructor(store: CacheStore) {
    this.#store = store;
  }

  /** Grows with each invalidation. */
  get epoch(): number {
    return this.#epoch;
  }

  async get(url: string): Promise<readonly StoredResponse[]> {
    try {
      return await this.#store.get(url);
    } catch {
      return [];
    }
  }

  /** The response of these that was chosen by what the request says. */
  choose(kept: readonly StoredResponse[], request: ClientRequest): StoredResponse | null {
    return kept.find((stored) => isChosen(stored, request)) ?? null;
  }

  /**
   * Keeps a response, in the place of one that answers the same requests.
   *
   * @param began what `epoch` was when it was asked for: what was forgotten since is not kept (4.4).
   */
  async put(url: string, response: StoredResponse, began: number): Promise<void> {
    const others = (await this.get(url)).filter((other) => !areAlike(other, response));
    if (began < Math.max(this.#floor, this.#forgotten.get(url) ?? 0)) return;
    try {
      await this.#store.set(url, [response, ...others].slice(0, MOST_VARIANTS));
    } catch {
      await this.delete(url);
    }
  }

  /** Forgets a URL that has changed: answers that are on their way now may tell of what was before. */
  async invalidate(url: string): Promise<void> {
    this.#epoch++;
    this.#forgotten.delete(url);
    this.#forgotten.set(url, this.#epoch);
    if (this.#forgotten.size > MOST_FORGOTTEN) {
      for (const [oldest, epoch] of this.#forgotten) {
        this.#floor = epoch;
        this.#forgotten.delete(oldest);
        break;
      }
    }
    await this.delete(url);
  }

  /** Forgets a URL. */
  async delete(url: string): Promise<void> {
    try {
      await this.#store.delete(url);
    } catch {
      // Nothing more can be done about it.
    }
  }
}
