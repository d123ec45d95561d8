/**
 * Cross-origin reads (Fetch Standard, 3.2): which pages may read the answers of a server, and, where that
 * is wanted, with the credentials of who looks at them.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { addVary, isStream, isToken, Response } from '@netlayers/http';
import type { CorsOptions } from '../base/server-options.js';
import type { ServerRequest } from '../request/server-request.js';

const MAX_AGE_SECONDS = 600;

const OPTIONS: OptionNames<CorsOptions> = {
  origin: 'optional',
  credentials: 'optional',
  exposeHeaders: 'optional',
  maxAgeSeconds: 'optional',
};

/** Adds the fields that let pages of other origins read a response. */
export class Cors {
  readonly #origins: ReadonlySet<string>;
  readonly #credentials: boolean;
  readonly #exposed: string;
  readonly #maxAge: string;

  /**
   * @throws TypeError for what no browser would send as an origin, for credentials with `*`, and for a
   *   name that is no option; RangeError for an age that is none.
   */
  constructor(options: CorsOptions) {
    checkOptions('cors', options, OPTIONS);
    const { origin, credentials = false, exposeHeaders = [] } = options;
    const { maxAgeSeconds = MAX_AGE_SECONDS } = options;
    this.#origins = new Set(typeof origin === 'string' ? [origin] : origin);
    this.#credentials = credentials;
    this.#exposed = exposeHeaders.join(', ');
    this.#maxAge = String(maxAgeSeconds);
    if (origin === undefined || ![...this.#origins].every(isOrigin)) {
      throw new TypeError(
        `cors.origin is *, or an origin as browsers send it, such as https://example.org, not ${origin}`,
      );
    }
    if (credentials && this.#origins.has('*')) {
      throw new TypeError('cors.credentials needs the origins by name: browsers refuse * with it');
    }
    if (!exposeHeaders.every(isToken)) {
      throw new TypeError(`cors.exposeHeaders are names of fields, not ${this.#exposed}`);
    }
    if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
      throw new RangeError(`cors.maxAgeSeconds is a whole number from 0 on, not ${maxAgeSeconds}`);
    }
  }

  /** Answers a preflight (Fetch Standard, 3.2.2). */
  preflight({ headers }: ServerRequest, allow: string): Response {
    const response = new Response(204)
      .header('Allow', allow)
      .header('Access-Control-Allow-Methods', allow)
      .header('Access-Control-Max-Age', this.#maxAge);
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
    const isAny = this.#origins.has('*');
    const origin = isAny ? '*' : request.headers.get('origin');
    // A cache must not give one origin's copy to another (RFC 9110, 12.5.5).
    if (!isAny) addVary(response.headers, 'Origin');
    if (origin === null || !this.#origins.has(origin)) return response;
    response.header('Access-Control-Allow-Origin', origin);
    if (this.#credentials) response.header('Access-Control-Allow-Credentials', 'true');
    if (this.#exposed !== '') response.header('Access-Control-Expose-Headers', this.#exposed);
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
