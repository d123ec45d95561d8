/**
 * A cache of responses (RFC 9111), as an interceptor: what is fresh is answered from the store, what
 * is stale is asked for on condition that it has changed, and everything else passes.
 *
 * Parts of content are neither kept nor made. Requests whose own conditions or ranges only the server
 * can answer pass; what a program sends with `no-store` passes too, and leaves nothing behind.
 */

import { type Clock, checkOptions, HostClock } from '@netlayers/host';
import { Headers, isSafeMethod, StatusCode } from '@netlayers/http';
import { basicCredentials, withoutCredentials } from '../base/origin.js';
import type { ClientRequest, Interceptor, SendRequest } from '../options/interceptor.js';
import { ClientResponse } from '../response/client-response.js';
import { type Directives, directivesOf } from './cache-control.js';
import type { CacheStore, StoredResponse } from './cache-store.js';
import { type Dated, datedAt, mayFollowError, useOf } from './freshness.js';
import { MemoryCacheStore } from './memory-cache-store.js';
import { recording } from './recording.js';
import { Shelf } from './shelf.js';
import { chosenBy, mayStore, storedFields } from './storing.js';
import { confirmed, freshened, hasOwnConditions, isSameContent, validating } from './validation.js';

/** Options of a {@link cache}. */
export interface CacheOptions {
  /** @default a `MemoryCacheStore` */
  readonly store?: CacheStore;
  /** @default the host's */
  readonly clock?: Clock;
  /**
   * Whether several people are served from it, so that what is meant for one of them is not kept.
   * @default false
   */
  readonly shared?: boolean;
  /** Bytes of a body that is kept. @default 5242880 */
  readonly maxEntryBytes?: number;
}

/** A request that may be answered from what is kept. */
interface LookUp {
  readonly request: ClientRequest;
  readonly next: SendRequest;
  readonly url: string;
  readonly wanted: Directives;
  readonly kept: readonly StoredResponse[];
  /** The one that answers, as far as its fields say. */
  readonly dated: Dated | null;
}

/** An interceptor that answers from what servers have allowed to keep. */
export function cache(options: CacheOptions = {}): Interceptor {
  const kept = new HttpCache(options);
  return (request, next) => kept.answer(request, next);
}

class HttpCache {
  readonly #shelf: Shelf;
  readonly #clock: Clock;
  readonly #shared: boolean;
  readonly #maxEntryBytes: number;
  /** URLs that are asked for behind the program's back. */
  readonly #refreshing = new Set<string>();

  constructor(options: CacheOptions) {
    checkOptions<CacheOptions>('cache', options, {
      store: 'optional',
      clock: 'optional',
      shared: 'optional',
      maxEntryBytes: 'optional',
    });
    this.#shelf = new Shelf(options.store ?? new MemoryCacheStore());
    this.#clock = options.clock ?? new HostClock();
    this.#shared = options.shared ?? false;
    this.#maxEntryBytes = options.maxEntryBytes ?? 0x50_0000;
  }

  async answer(given: ClientRequest, next: SendRequest): Promise<ClientResponse> {
    // What leaves HTTP is no content.
    if (given.headers.has('upgrade')) return next(given);
    const request = withAuthorization(given);
    const url = keyOf(request.url);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return this.#pass(request, next, url);
    const wanted = directivesOf(request.headers);
    if (request.target !== null || wanted.has('no-store')) return next(request);
    if (hasOwnConditions(request.headers)) {
      return this.#fetch({ request, next, url, wanted, kept: [], dated: null });
    }
    const kept = await this.#shelf.get(url);
    const chosen = this.#shelf.choose(kept, request);
    const dated = chosen === null ? null : datedAt(chosen, this.#clock.wallTime(), this.#shared);
    return this.#lookUp({ request, next, url, wanted, kept, dated });
  }

  /** Something that may change the resource (4.4). */
  async #pass(request: ClientRequest, next: SendRequest, url: string): Promise<ClientResponse> {
    const response = await next(request);
    if (isSafeMethod(request.method) || response.status < 200 || response.status >= 400) {
      return response;
    }
    await this.#shelf.invalidate(url);
    for (const name of ['location', 'content-location']) {
      const [place] = response.headers.getAll(name);
      if (place === undefined || !URL.canParse(place, url)) continue;
      const other = new URL(place, url);
      if (other.origin === request.url.origin) await this.#shelf.invalidate(keyOf(other));
    }
    return response;
  }

  async #lookUp(asked: LookUp): Promise<ClientResponse> {
    const { request, dated, wanted } = asked;
    const use = dated === null ? 'validate' : useOf(dated, wanted, this.#shared);
    if (dated !== null && use !== 'validate') {
      if (use === 'refresh' && request.method === 'GET') this.#refresh(asked);
      return answerOf(request, dated);
    }
    if (wanted.has('only-if-cached')) {
      const { url, method, redirects } = request;
      return ClientResponse.of({ status: StatusCode.GatewayTimeout, url, method, redirects });
    }
    if (dated === null) return this.#fetch(asked);
    try {
      const response = await this.#fetch(asked);
      if (response.status < 500 || !mayFollowError(dated, wanted, this.#shared)) return response;
      void response.discard();
    } catch (error) {
      if (request.signal.aborted || !mayFollowError(dated, wanted, this.#shared)) throw error;
    }
    return answerOf(request, datedAt(dated.stored, this.#clock.wallTime(), this.#shared));
  }

  /** Asks meanwhile for what was answered stale (RFC 5861, 3). */
  #refresh(asked: LookUp): void {
    if (this.#refreshing.has(asked.url)) return;
    this.#refreshing.add(asked.url);
    const run = async (): Promise<void> => {
      let size = 0;
      for await (const chunk of await this.#fetch(asked)) {
        size += chunk.length;
        if (size > this.#maxEntryBytes) break;
      }
    };
    // What fails leaves the stale one, which the next request finds.
    run()
      .catch(() => {})
      .finally(() => this.#refreshing.delete(asked.url));
  }

  /** Asks the server, on condition that it has something new where that can be said. */
  async #fetch(asked: LookUp): Promise<ClientResponse> {
    const { request, next, url, kept } = asked;
    const chosen = asked.dated?.stored ?? null;
    const conditional = request.method === 'GET' ? validating(request, kept, chosen) : null;
    const requestedAt = this.#clock.wallTime();
    const began = this.#shelf.epoch;
    const response = await next(conditional ?? request);
    const times = { requestedAt, receivedAt: this.#clock.wallTime() };
    if (conditional !== null && response.status === StatusCode.NotModified) {
      await response.discard();
      const found = confirmed(response.headers, kept, chosen);
      // Of something that was never here: without conditions it has to say it.
      if (found === null) return this.#fetch({ ...asked, kept: [], dated: null });
      const fresh = freshened(found, response.headers, times);
      const stored = { ...fresh, chosenBy: chosenBy(request, new Headers(fresh.headers)) };
      await this.#shelf.put(url, stored, began);
      return answerOf(request, datedAt(stored, times.receivedAt, this.#shared));
    }
    if (request.method === 'HEAD') {
      await this.#compareHead(asked, response, times, began);
      return response;
    }
    return this.#store(asked, response, times, began);
  }

  /** What a HEAD says of what is kept (4.3.5). */
  async #compareHead(
    asked: LookUp,
    response: ClientResponse,
    times: { readonly requestedAt: number; readonly receivedAt: number },
    began: number,
  ): Promise<void> {
    const stored = asked.dated?.stored ?? null;
    if (stored === null || response.status !== StatusCode.Ok) return;
    if (isSameContent(stored, response.headers)) {
      await this.#shelf.put(asked.url, freshened(stored, response.headers, times), began);
    } else await this.#shelf.delete(asked.url);
  }

  async #store(
    asked: LookUp,
    response: ClientResponse,
    times: { readonly requestedAt: number; readonly receivedAt: number },
    began: number,
  ): Promise<ClientResponse> {
    const { request, url } = asked;
    if (!mayStore(request, response, times.receivedAt, this.#shared)) return response;
    const { status, reason, decoded } = response;
    const keep = (body: Uint8Array): Promise<void> =>
      this.#shelf.put(
        url,
        {
          ...{ status, reason, decoded, body, ...times },
          headers: storedFields(response.headers),
          chosenBy: chosenBy(request, response.headers),
        },
        began,
      );
    if (response.bodyLength !== 0) {
      return recording(response, { clock: this.#clock, maxBytes: this.#maxEntryBytes, keep });
    }
    await keep(new Uint8Array(0));
    return response;
  }
}

/** What is kept of a URL is kept by it; credentials are a matter of the fields. */
function keyOf(url: URL): string {
  const key = withoutCredentials(url);
  key.hash = '';
  return key.href;
}

/** The request with the credentials of its URL where everybody sees them. */
function withAuthorization(request: ClientRequest): ClientRequest {
  const credentials = basicCredentials(request.url);
  if (credentials === null || request.headers.has('authorization')) return request;
  const headers = request.headers.clone().set('Authorization', credentials);
  return { ...request, headers };
}

/** The answer from what is kept. */
function answerOf(request: ClientRequest, dated: Dated): ClientResponse {
  const { status, reason, body, decoded } = dated.stored;
  const { url, method, redirects } = request;
  const headers = dated.headers.clone();
  headers.set('Age', String(Math.floor(dated.ageMs / 1000))); // 5.1
  return ClientResponse.of({
    ...{ status, reason, headers, decoded, url, method, redirects },
    // A copy: what the program does to it is not done to what is kept.
    body: method === 'HEAD' ? null : body.slice(),
  });
}
