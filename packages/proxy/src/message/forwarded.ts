/**
 * What a proxy tells of the client that it stands in for: `Forwarded` (RFC 7239), and the fields that
 * were there before it.
 *
 * What a client says of itself in such fields is believed only of peers that are trusted: everything
 * else is taken out, so that a server behind the proxy may believe what it reads.
 */

import { parseIpOctets } from '@netlayers/bytes';
import { type Headers, isToken, quoteString } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';

/** Which fields are sent. */
export type ForwardedFields = 'forwarded' | 'x-forwarded' | 'both' | 'none';

const OF_CLIENTS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
];

/** Writes the fields for a request into what is sent on; `trusted` keeps what came. */
export function addForwarded(
  headers: Headers,
  request: ServerRequest,
  fields: ForwardedFields,
  trusted: boolean,
): void {
  if (!trusted) for (const name of OF_CLIENTS) headers.delete(name);
  const proto = request.secure ? 'https' : 'http';
  const host = request.authority;
  if (fields === 'forwarded' || fields === 'both') {
    const pairs = [`for=${node(request.remoteAddress)}`];
    if (host !== '') pairs.push(`host=${quoted(host)}`);
    pairs.push(`proto=${proto}`);
    append(headers, 'Forwarded', pairs.join(';'));
  }
  if (fields === 'x-forwarded' || fields === 'both') {
    append(
      headers,
      'X-Forwarded-For',
      isAddress(request.remoteAddress) ? request.remoteAddress : 'unknown',
    );
    // Of several proxies the first one knows what the client has asked for.
    if (host !== '' && !headers.has('x-forwarded-host')) headers.set('X-Forwarded-Host', host);
    if (!headers.has('x-forwarded-proto')) headers.set('X-Forwarded-Proto', proto);
  }
}

/** Adds a member to a list, in one line. */
export function append(headers: Headers, name: string, member: string): void {
  const before = headers.get(name);
  headers.set(name, before === null || before === '' ? member : `${before}, ${member}`);
}

/** A node identifier (RFC 7239, 6): IPv6 in brackets and quotes, `unknown` for what is no address. */
function node(address: string): string {
  if (!isAddress(address)) return 'unknown';
  return address.includes(':') ? `"[${address}]"` : address;
}

/** Whether it is nothing but an address: a path of a socket could be mistaken for several. */
const isAddress = (text: string): boolean => parseIpOctets(text) !== null;

/** A value as a token or a quoted string (RFC 9110, 5.6.4). */
const quoted = (text: string): string => (isToken(text) ? text : quoteString(text));
