/**
 * Fields that end at this hop (RFC 9110, 7.6.1): those that are known to, those whose name begins with
 * `Proxy-`, and whatever `Connection` names.
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
    const ends = HOP_FIELDS.has(lower) || named.has(lower) || lower.startsWith('proxy-');
    if (!ends) through.append(name, value);
  }
  return through;
}

/** Trailers that go on; `null` for none. */
export function trailersToEnd(trailers: Headers | null): Headers | null {
  if (trailers === null) return null;
  const through = endToEnd(trailers);
  return through.size === 0 ? null : through;
}
