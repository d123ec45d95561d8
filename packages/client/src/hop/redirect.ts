/**
 * Where a redirection leads (RFC 9110, 15.4), and what of the request goes there.
 */

import type { Headers, StatusCode } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import { parseUrl, shown } from '../base/origin.js';

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

/**
 * Fields that say nothing of who asks, and so go to another origin. Any other may be a secret, as
 * `X-Api-Key` or `Referer` are, and stays (RFC 9110, 15.4 and 17.9) unless the program names it.
 */
const ORDINARY_FIELDS: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'if-range',
  'pragma',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'user-agent',
]);

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
 * request as it was. When scheme, host or port change, only ordinary fields go along and those that
 * `redirectHeaders` names; credentials in the URL stay, and none are taken from where it leads.
 *
 * @throws ClientError `invalid-url` or `unsupported-protocol` for a place that cannot be gone to.
 */
export function redirectionOf(
  response: RedirectingResponse,
  from: { readonly url: URL; readonly method: string; readonly headers: Headers },
  redirectHeaders: readonly string[],
): Redirection | null {
  if (!REDIRECTIONS.has(response.status)) return null;
  // Of several lines the first: it is no list, though a program would see one (10.2.2).
  const [location] = response.headers.getAll('location');
  if (location === undefined) return null;
  const url = parseUrl(decodeLocation(location), from.url);
  // A fragment is inherited unless the new place has its own (RFC 9110, 10.2.2).
  if (url.hash === '') url.hash = from.url.hash;
  const { status } = response;
  const becomesGet =
    (status === 303 && from.method !== 'GET' && from.method !== 'HEAD') ||
    ((status === 301 || status === 302) && from.method === 'POST');
  const headers = from.headers.clone();
  if (becomesGet) for (const name of CONTENT_FIELDS) headers.delete(name);
  if (url.origin !== from.url.origin) {
    const named = new Set(redirectHeaders.map((name) => name.toLowerCase()));
    for (const [name] of from.headers) {
      const lower = name.toLowerCase();
      const goes = ORDINARY_FIELDS.has(lower) || (named.has(lower) && lower !== 'host');
      if (!goes) headers.delete(name);
    }
    url.username = '';
    url.password = '';
  } else if (url.username === '' && url.password === '') {
    url.username = from.url.username;
    url.password = from.url.password;
  }
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
    `more than ${limit} redirections, the last to ${shown(url)}: the server may redirect in a circle`,
  );
