/**
 * A program's own layers of sending: they see each request on its way, those of redirections
 * included, and each response on its way back; they may change either, ask twice, or answer
 * themselves, as a cache or a test does.
 */

import type { AbortLike, Headers, Method } from '@netlayers/http';
import type { RequestBody } from '../body/request-body.js';
import type { ClientResponse } from '../response/client-response.js';

/** A request on its way. */
export interface ClientRequest {
  readonly url: URL;
  readonly method: Method;
  /** A list of its own: changing it changes what is sent if the request is passed on. */
  readonly headers: Headers;
  readonly body: RequestBody;
  /** The request target in place of the URL's, if any; it goes with that URL only. */
  readonly target: string | null;
  /** The URLs that redirected here, in order. */
  readonly redirects: readonly URL[];
  /** Aborted when the request is given up, for whatever reason. */
  readonly signal: AbortLike;
}

/** Passes a request on, as it is or changed. */
export type SendRequest = (request: ClientRequest) => Promise<ClientResponse>;

/**
 * A layer of sending. A response that it gets and does not return is to be read or discarded; what it
 * throws is what the request fails with.
 */
export type Interceptor = (
  request: ClientRequest,
  next: SendRequest,
) => ClientResponse | PromiseLike<ClientResponse>;
