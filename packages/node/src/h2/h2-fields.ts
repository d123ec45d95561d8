/**
 * Fields as HTTP/2 has them (RFC 9113, 8.2): names in lower case, nothing that is about a connection.
 */

import type { OutgoingHttpHeaders } from 'node:http2';
import { fieldsOfConnection, Headers, localError } from '@netlayers/http';

/**
 * Names and values; lines of one name are one value, but of `Set-Cookie`. What is about a connection
 * is left out, `TE` with it, of which requests may have a little (8.2.2).
 */
export function fieldsOf(headers: Headers): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = Object.create(null);
  const isOfConnection = fieldsOfConnection(headers);
  for (let at = 0; at < headers.size; at++) {
    const name = headers.nameAt(at).toLowerCase();
    if (isOfConnection(name)) continue;
    const value = headers.valueAt(at);
    const before = fields[name];
    if (name === 'set-cookie')
      fields[name] = before === undefined ? [value] : [...(before as string[]), value];
    else fields[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return fields;
}

/** Trailers as they came, names and values by turns; `null` for none, or for what are no fields. */
export function trailersOf(raw: readonly string[]): Headers | null {
  const trailers = new Headers();
  try {
    for (let at = 0; at < raw.length; at += 2) {
      trailers.append(raw[at] as string, raw[at + 1] as string);
    }
  } catch {
    return null;
  }
  return trailers.size === 0 ? null : trailers;
}

/** What a field counts beside its name and its value (RFC 9113, 6.5.2). */
const FIELD_OVERHEAD = 32;

/** Octets of a list of names and values, as RFC 9113, 6.5.2 counts them. */
export function sizeOfFields(raw: readonly string[]): number {
  let size = (raw.length * FIELD_OVERHEAD) / 2;
  for (const text of raw) size += text.length;
  return size;
}

/**
 * The length that a message of ours says of itself; -1 for none.
 *
 * @throws HttpProtocolError `invalid-framing` for one that is none.
 */
export function declaredLength(headers: Headers): number {
  const value = headers.get('content-length');
  if (value === null) return -1;
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(Number(value))) {
    throw localError('invalid-framing', `not a Content-Length: "${value}"`);
  }
  return Number(value);
}
