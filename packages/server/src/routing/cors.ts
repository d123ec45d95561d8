/**
 * Cross-origin reads (Fetch Standard, 3.2), for a server whose answers are the same to everyone:
 * credentials are never allowed.
 */

import { isStream, Response } from '@netlayers/http';
import type { CorsOptions } from '../base/server-options.js';
import type { ServerRequest } from '../request/server-request.js';

/** How long a browser may remember the answer to a preflight, seconds. */
const MAX_AGE = '600';

/** Adds the fields that let pages of other origins read a response. */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  /** @throws TypeError for what no browser would send as an origin. */
  constructor({ origin }: CorsOptions) {
    this.#origins = new Set(typeof origin === 'string' ? [origin] : origin);
    if (origin !== undefined && [...this.#origins].every(isOrigin)) return;
    throw new TypeError(
      `cors.origin is *, or an origin as browsers send it, such as https://example.org, not ${origin}`,
    );
  }

  /** Answers a preflight (Fetch Standard, 3.2.2). */
  preflight({ headers }: ServerRequest, allow: string): Response {
    const response = new Response(204)
      .header('Allow', allow)
      .header('Access-Control-Allow-Methods', allow)
      .header('Access-Control-Max-Age', MAX_AGE);
    const wanted = headers.get('access-control-request-headers');
    if (wanted !== null) response.header('Access-Control-Allow-Headers', wanted);
    return response;
  }

  /**
   * A response with the fields for the origin that asked; the given one is left as it is.
   *
   * A handler that takes every path, as that of a folder does, answers OPTIONS itself. What it
   * allows is what a preflight wants to know, whether it said so with 405 or with an answer.
   */
  apply(request: ServerRequest, given: Response): Response {
    const response = this.#preflightOf(request, given) ?? copyOf(given);
    if (this.#origins.has('*')) return response.header('Access-Control-Allow-Origin', '*');
    // A cache must not give one origin's copy to another (RFC 9110, 12.5.5).
    response.headers.append('Vary', 'Origin');
    const origin = request.headers.get('origin');
    if (origin !== null && this.#origins.has(origin)) {
      response.header('Access-Control-Allow-Origin', origin);
    }
    return response;
  }

  #preflightOf(request: ServerRequest, given: Response): Response | null {
    if (!isPreflight(request) || isStream(given.content)) return null;
    if (given.headers.has('access-control-allow-methods')) return null;
    const allow = given.headers.get('allow');
    const isAnswer = given.status === 405 || (given.status >= 200 && given.status < 300);
    return isAnswer && allow !== null ? this.preflight(request, allow) : null;
  }
}

/** RFC 6454, 6.2: a scheme and a host in small letters, and a port only where it is not the scheme's own. */
const isOrigin = (text: string): boolean =>
  /^(?:\*|null|[a-z][a-z\d+.-]*:\/\/[^\s/A-Z]+)$/.test(text);

/** Whether a browser asks what it may send (Fetch Standard, 3.2.2). */
export const isPreflight = ({ method, headers }: ServerRequest): boolean =>
  method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method');

function copyOf(given: Response): Response {
  const response = new Response(given.status, given.headers.clone(), given.reason);
  response.content = given.content;
  response.trailers = given.trailers;
  return response;
}
