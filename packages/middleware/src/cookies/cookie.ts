/**
 * Cookies as they stand in fields (RFC 6265, 4 and 5; SameSite and the prefixes of its revision,
 * draft-ietf-httpbis-rfc6265bis; Partitioned of draft-cutler-httpbis-partitioned-cookies).
 *
 * A value may be any text: what a cookie cannot carry is percent-encoded, and decoded again. What is
 * read was written by the peer, and proves nothing.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { isToken, type Response } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';

/** What a client is told of a cookie beside its name and value. */
export interface CookieAttributes {
  /** How long it is kept, seconds; 0 removes it. Without it and `expires` it ends with the browser. */
  readonly maxAgeS?: number;
  /** When it ends, milliseconds since 1970; prefer `maxAgeS`, which needs no common clock. */
  readonly expires?: number;
  /** The domain whose hosts get it; without it this host alone does. */
  readonly domain?: string;
  /** Paths below it get the cookie. @default '/' */
  readonly path?: string;
  /** Sent over TLS only. @default false */
  readonly secure?: boolean;
  /** Kept from scripts. @default true */
  readonly httpOnly?: boolean;
  /** Whether requests that other sites cause carry it. @default 'lax' */
  readonly sameSite?: 'strict' | 'lax' | 'none';
  /** Kept apart for each site that embeds this one; needs `secure`. @default false */
  readonly partitioned?: boolean;
}

const ATTRIBUTES: OptionNames<CookieAttributes> = {
  maxAgeS: 'optional',
  expires: 'optional',
  domain: 'optional',
  path: 'optional',
  secure: 'optional',
  httpOnly: 'optional',
  sameSite: 'optional',
  partitioned: 'optional',
};

/** RFC 6265, 4.1.1, without the quotes and `%`, which stands for encoding. */
const OCTETS = /^[\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;
/** An attribute's value: no control characters and no semicolon. */
const ATTRIBUTE = /^[\x20-\x3a\x3c-\x7e]*$/;

/** What clients have to keep of a cookie (RFC 6265, 6.1); browsers drop what is longer. */
const LONGEST = 4096;
/** Cookies that are looked at in a request. */
const MOST_COOKIES = 200;

const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

function decoded(value: string): string {
  const bare = value.length > 1 && value.startsWith('"') && value.endsWith('"');
  const text = bare ? value.slice(1, -1) : value;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Reads a Cookie field (RFC 6265, 5.4). Of several cookies of one name the first counts: clients send
 * the one with the longest path first.
 *
 * @returns values by name, in an object without a prototype.
 */
export function parseCookies(field: string | null): Readonly<Record<string, string>> {
  const cookies: Record<string, string> = Object.create(null);
  if (field === null) return cookies;
  for (const pair of field.split(';', MOST_COOKIES)) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = pair.slice(0, at).trim();
    if (isToken(name)) cookies[name] ??= decoded(pair.slice(at + 1).trim());
  }
  return cookies;
}

/** The cookies of a request. Lines of HTTP/2 are one field (RFC 9113, 8.2.3). */
export const cookiesOf = ({ headers }: ServerRequest): Readonly<Record<string, string>> =>
  parseCookies(headers.has('cookie') ? headers.getAll('cookie').join('; ') : null);

/**
 * Writes a Set-Cookie field (RFC 6265, 4.1).
 *
 * @throws TypeError for a name or an attribute that cannot be sent or does not exist, or that browsers would refuse: a
 *   prefix without what it promises (`__Secure-`, `__Host-`), `SameSite=None` or `Partitioned`
 *   without `secure`; RangeError for more than 4096 bytes.
 */
export function serializeCookie(
  name: string,
  value: string,
  attributes: CookieAttributes = {},
): string {
  checkCookie(attributes);
  const { maxAgeS, expires, domain, path = '/', secure = false } = attributes;
  const { httpOnly = true, sameSite = 'lax', partitioned = false } = attributes;
  if (!isToken(name)) throw new TypeError(`not the name of a cookie: ${JSON.stringify(name)}`);
  checkPromises(name, attributes);
  const pair = `${name}=${OCTETS.test(value) ? value : encodeURIComponent(value)}`;
  if (pair.length > LONGEST) throw new RangeError(`the cookie ${name} is longer than ${LONGEST}`);
  let text = pair;
  if (maxAgeS !== undefined) {
    if (!Number.isFinite(maxAgeS)) throw new TypeError('maxAgeS is a number of seconds');
    text += `; Max-Age=${Math.floor(maxAgeS)}`;
  }
  if (expires !== undefined) text += `; Expires=${new Date(expires).toUTCString()}`;
  if (domain !== undefined) text += `; Domain=${attribute('domain', domain)}`;
  text += `; Path=${attribute('path', path)}`;
  if (secure) text += '; Secure';
  if (httpOnly) text += '; HttpOnly';
  text += `; SameSite=${SAME_SITE[sameSite]}`;
  if (partitioned) text += '; Partitioned';
  return text;
}

/** @throws TypeError for a name that is no attribute. */
export const checkCookie = (attributes: CookieAttributes): void =>
  checkOptions('a cookie', attributes, ATTRIBUTES);

function attribute(what: string, value: string): string {
  if (!ATTRIBUTE.test(value)) throw new TypeError(`the ${what} of a cookie cannot be ${value}`);
  return value;
}

/** What browsers hold a cookie to (RFC 6265bis, 4.1.3 and 5.7). */
function checkPromises(name: string, attributes: CookieAttributes): void {
  const { secure = false, path = '/', domain, sameSite, partitioned = false } = attributes;
  const lower = name.toLowerCase();
  const isHost = lower.startsWith('__host-');
  const needsSecure = isHost || lower.startsWith('__secure-') || sameSite === 'none' || partitioned;
  if (needsSecure && !secure) throw new TypeError(`the cookie ${name} has to be secure`);
  if (isHost && (path !== '/' || domain !== undefined)) {
    throw new TypeError(`the cookie ${name} has the path / and no domain`);
  }
}

/** Adds a cookie to a response. */
export const setCookie = (
  response: Response,
  name: string,
  value: string,
  attributes: CookieAttributes = {},
): Response => {
  response.headers.append('Set-Cookie', serializeCookie(name, value, attributes));
  return response;
};

/** Removes a cookie, which takes the domain and path that it was set with. */
export const clearCookie = (
  response: Response,
  name: string,
  attributes: Omit<CookieAttributes, 'maxAgeS' | 'expires'> = {},
): Response => setCookie(response, name, '', { ...attributes, maxAgeS: 0, expires: 0 });
