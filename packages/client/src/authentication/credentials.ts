/**
 * Who a program is, to whom: credentials are for the origins that they were given for, and for no other.
 */

import { parseUrl } from '../base/origin.js';

/** Credentials for one origin. */
export interface Credentials {
  /** Any URL of the origin that they are for. */
  readonly origin: string | URL;
  readonly username: string;
  readonly password: string;
}

/**
 * Whether a URL is of the origin that credentials are for.
 *
 * @throws TypeError for a name or a password that is no text; ClientError `invalid-url`, `unsupported-protocol`.
 */
export function originMatcher({ origin, username, password }: Credentials): (url: URL) => boolean {
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new TypeError('credentials are { origin, username, password }, each a text');
  }
  const own = parseUrl(origin).origin;
  return (url) => url.origin === own;
}

/** Text as its octets in UTF-8, one character each (RFC 7617, 2.1). */
export function utf8Octets(text: string): string {
  let octets = '';
  for (const octet of new TextEncoder().encode(text)) octets += String.fromCharCode(octet);
  return octets;
}
