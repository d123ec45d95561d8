/**
 * Fields that end at this hop: those of the connection (RFC 9110, 7.6.1), and those whose name begins
 * with `Proxy-` but for `Proxy-Status` (RFC 9209). `Proxy` is no field of HTTP, but programs of the CGI
 * kind take it for the setting of one.
 *
 * The framing goes with them: how a message is framed on the way on is decided anew, from what was
 * read and not from what was said of it.
 */

import { fieldsOfConnection, Headers } from '@netlayers/http';

/** What this hop says anew, and what nobody behind it may be told. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['content-length', 'expect', 'host', 'proxy']);

/** The lines that go on, in their order; names of the result are spelled as they were. */
export function endToEnd(headers: Headers): Headers {
  const isOfConnection = fieldsOfConnection(headers);
  const through = new Headers();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const ends = isOfConnection(lower) || OWN_FIELDS.has(lower) || isProxys(lower);
    if (!ends) through.append(name, value);
  }
  return through;
}

const isProxys = (lower: string): boolean => lower.startsWith('proxy-') && lower !== 'proxy-status';

/** Trailers that go on; `null` for none. */
export function trailersToEnd(trailers: Headers | null): Headers | null {
  if (trailers === null) return null;
  const through = endToEnd(trailers);
  return through.size === 0 ? null : through;
}
