/**
 * Trailer fields (RFC 9110, 6.5): which may not be sent, and what is left of those received.
 *
 * A forbidden field that was received is dropped, not refused: trailers are kept apart from the
 * header section and merged into nothing, so it can do no harm, and refusing would only break
 * peers. One that a program wants to send is refused.
 */

import { localError } from '../grammar/errors.js';
import { CONNECTION_FIELDS } from './connection-fields.js';
import type { Headers } from './headers.js';

/**
 * Fields whose meaning is needed before the content (RFC 9110, 6.5.1): framing, routing,
 * authentication, request modifiers, response controls, content format.
 */
const FORBIDDEN = new Set([
  ...CONNECTION_FIELDS,
  'age',
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expect',
  'expires',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'location',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'range',
  'retry-after',
  'set-cookie',
  'trailer',
  'vary',
  'warning',
  'www-authenticate',
]);

/** Tells whether a field may not stand in a trailer section. */
const isForbiddenTrailer = (name: string): boolean => FORBIDDEN.has(name.toLowerCase());

/**
 * Checks trailers that are to be sent, before a byte of the message is.
 *
 * @throws HttpProtocolError `invalid-trailer` for a forbidden field.
 */
export function checkTrailers(trailers: Headers): void {
  for (const [name] of trailers) {
    if (isForbiddenTrailer(name)) {
      throw localError('invalid-trailer', `${name} may not be a trailer`);
    }
  }
}

/** The trailers that are kept; `null` if that is none. */
export function withoutForbiddenTrailers(trailers: Headers): Headers | null {
  for (let at = 0; at < trailers.size; ) {
    const name = trailers.nameAt(at);
    if (isForbiddenTrailer(name)) trailers.delete(name);
    else at++;
  }
  return trailers.size === 0 ? null : trailers;
}

/** The value of a `Trailer` field that announces some trailers (RFC 9110, 6.6.2). */
export const trailerNames = (trailers: Headers): string =>
  [...new Set(Array.from(trailers, ([name]) => name))].join(', ');
