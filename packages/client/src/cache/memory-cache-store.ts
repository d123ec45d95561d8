/**
 * Keeps responses in memory, up to so many bytes and so many of them; what was not asked for the
 * longest goes first.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { CacheStore, StoredResponse } from './cache-store.js';

/** Options of a {@link MemoryCacheStore}. */
export interface MemoryCacheOptions {
  /** Bytes of bodies and fields. @default 33554432 */
  readonly maxBytes?: number;
  /** Responses. @default 1000 */
  readonly maxEntries?: number;
}

const OPTIONS: OptionNames<MemoryCacheOptions> = {
  maxBytes: 'optional',
  maxEntries: 'optional',
};

/** What a response and a URL cost beside their text. */
const OVERHEAD = 256;

interface Kept {
  readonly responses: readonly StoredResponse[];
  readonly bytes: number;
}

/** A store in memory. */
export class MemoryCacheStore implements CacheStore {
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  /** By URL, the one that was used last at the end. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #entries = 0;

  /** @throws TypeError for an option that is none. */
  constructor(options: MemoryCacheOptions = {}) {
    checkOptions('MemoryCacheStore', options, OPTIONS);
    this.#maxBytes = options.maxBytes ?? 0x200_0000;
    this.#maxEntries = options.maxEntries ?? 1000;
  }

  /** Bytes of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Responses that are kept. */
  get size(): number {
    return this.#entries;
  }

  get(url: string): readonly StoredResponse[] {
    const kept = this.#kept.get(url);
    if (kept === undefined) return [];
    this.#kept.delete(url);
    this.#kept.set(url, kept);
    return kept.responses;
  }

  set(url: string, responses: readonly StoredResponse[]): void {
    this.delete(url);
    const bytes = responses.reduce((sum, response) => sum + sizeOf(response), 2 * url.length);
    if (responses.length === 0 || bytes > this.#maxBytes) return;
    if (responses.length > this.#maxEntries) return;
    this.#kept.set(url, { responses, bytes });
    this.#bytes += bytes;
    this.#entries += responses.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes && this.#entries <= this.#maxEntries) break;
      this.delete(oldest);
    }
  }

  delete(url: string): void {
    const kept = this.#kept.get(url);
    if (kept === undefined) return;
    this.#kept.delete(url);
    this.#bytes -= kept.bytes;
    this.#entries -= kept.responses.length;
  }
}

/** Two bytes a character, as engines may keep them. */
function sizeOf(response: StoredResponse): number {
  let characters = 0;
  for (const [name, value] of response.headers) characters += name.length + value.length;
  for (const [name, value] of Object.entries(response.chosenBy)) {
    characters += name.length + (value?.length ?? 0);
  }
  return OVERHEAD + 2 * characters + response.body.length;
}
