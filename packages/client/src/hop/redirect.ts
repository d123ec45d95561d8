/**
 * Where a redirection leads (RFC 9110, 15.4), and what of the request goes there.
 */

import type { Headers, StatusCode } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import { parseUrl } from '../base/origin.js';

const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);

/** Fields that describe content, or wait for it: they go when the content goes. */
const CONTENT_FIELDS = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-location',
  'transfer-encoding',
  'trailer',
  'expect',
];

/** Fields that are for one server only (RFC 9110, 15.4, on automatic redirection). */
const ORIGIN_FIELDS = ['authorization', 'cookie', 'proxy-authorization', 'host', 'origin'];

/** What of a response says where to go. */
export interface RedirectingResponse {
  readonly status: StatusCode;
  readonly headers: Headers;
}

/** The next request. */
export interface Redirection {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly keepsBody: boolean;
}

/**
 * Makes the next request of a response, or `null` where it is no redirection.
 *
 * 303 becomes a GET, and so does POST after 301 and 302, as all clients do; 307 and 308 repeat the
 * request as it was. Credentials stay behind when the origin changes.
 *
 * @throws ClientError `invalid-url` or `unsupported-protocol` for a place that cannot be gone to.
 */
export function redirectionOf(
  response: RedirectingResponse,
  from: { readonly url: URL; readonly method: string; readonly headers: Headers },
): Redirection | null {
  if (!REDIRECTIONS.has(response.status)) return null;
  const location = response.headers.get('location');
  if (location === null) return null;
  const url = parseUrl(decodeLocation(location), from.url);
  // A fragment is inherited unless the new place has its own (RFC 9110, 10.2.2).
  if (url.hash === '') url.hash = from.url.hash;
  const { status } = response;
  const becomesGet =
    (status === 303 && from.method !== 'GET' && from.method !== 'HEAD') ||
    ((status === 301 || status === 302) && from.method === 'POST');
  const headers = from.headers.clone();
  if (becomesGet) for (const name of CONTENT_FIELDS) headers.delete(name);
  if (url.origin !== from.url.origin) for (const name of ORIGIN_FIELDS) headers.delete(name);
  return { url, method: becomesGet ? 'GET' : from.method, headers, keepsBody: !becomesGet };
}

/** Field values are one character a byte; servers put UTF-8 into this one all the same. */
function decodeLocation(location: string): string {
  if (!/[\x80-\xff]/.test(location)) return location;
  const bytes = Uint8Array.from(location, (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** The error of a chain of redirections that does not end. */
export const tooManyRedirects = (limit: number, url: URL): ClientError =>
  new ClientError(
    'too-many-redirects',
    `more than ${limit} redirections, the last to ${url.href}: the server may redirect in a circle`,
  );
