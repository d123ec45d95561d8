/**
 * What is kept of each URL: a few responses, the last one first, each for other request fields. A
 * store that fails makes the cache find and keep nothing, and no request fail.
 */

import type { ClientRequest } from '../options/interceptor.js';
import type { CacheStore, StoredResponse } from './cache-store.js';
import { areAlike, isChosen } from './storing.js';

/** Responses of one URL for different request fields; the oldest of more is forgotten. */
const MOST_VARIANTS = 16;

/** Responses by URL. */
export class Shelf {
  readonly #store: CacheStore;

  constructor(store: CacheStore) {
    this.#store = store;
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

  /** Keeps a response, in the place of one that answers the same requests. */
  async put(url: string, response: StoredResponse): Promise<void> {
    const others = (await this.get(url)).filter((other) => !areAlike(other, response));
    try {
      await this.#store.set(url, [response, ...others].slice(0, MOST_VARIANTS));
    } catch {
      await this.delete(url);
    }
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
