/**
 * What a cache keeps, and where: plain data, so that a store may be memory, a file or a data base.
 */

import type { StatusCode } from '@netlayers/http';

/** A response as it is kept. */
export interface StoredResponse {
  readonly status: StatusCode;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** Whether the body is what `Content-Encoding` stands for, rather than what it says. */
  readonly decoded: boolean;
  /**
   * The request fields that chose it, by their name in lower case; `null` for one that the request
   * had not.
   */
  readonly chosenBy: Readonly<Record<string, string | null>>;
  /** When it was asked for and when it came, milliseconds since 1970. */
  readonly requestedAt: number;
  readonly receivedAt: number;
}

/** Keeps responses. What it throws is ignored: a cache that does not work is none. */
export interface CacheStore {
  /** The responses of a URL, the last one first; empty for none. */
  get(url: string): readonly StoredResponse[] | PromiseLike<readonly StoredResponse[]>;
  /** Keeps these, which are all there are of the URL. */
  set(url: string, responses: readonly StoredResponse[]): unknown;
  /** Forgets a URL. */
  delete(url: string): unknown;
}
