/**
 * Fields that end at this hop (RFC 9110, 7.6.1): those that are known to, those whose name begins with
 * `Proxy-` but for `Proxy-Status` (RFC 9209), and whatever `Connection` names. `Proxy` is no field of
 * HTTP, but programs of the CGI kind take it for the setting of one.
 *
 * The framing goes with them: how a message is framed on the way on is decided anew, from what was
 * read and not from what was said of it.
 */

import { Headers, listMembers } from '@netlayers/http';

const HOP_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** The lines that go on, in their order; names of the result are spelled as they were. */
export function endToEnd(headers: Headers): Headers {
  const named = new Set(listMembers((headers.get('connection') ?? '').toLowerCase()));
  const through = new Headers();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const ends = HOP_FIELDS.has(lower) || named.has(lower) || isProxys(lower);
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
