/**
 * Asking whether a stored response still holds (RFC 9111, 4.3), and what becomes of it then.
 */

import { Headers } from '@netlayers/http';
import type { ClientRequest } from '../options/interceptor.js';
import type { StoredResponse } from './cache-store.js';
import { storedFields } from './storing.js';

/** Fields of a request that make it conditional, or a part. */
const OWN_CONDITIONS = [
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
];

/** Fields that describe the content that is kept, not the one that was not sent (3.2). */
const OF_CONTENT = new Set(['content-encoding', 'content-length', 'content-range', 'content-type']);

/** Whether a program asks for something that only the server can answer. */
export const hasOwnConditions = (headers: Headers): boolean =>
  OWN_CONDITIONS.some((name) => headers.has(name));

const fieldOf = (stored: StoredResponse, lower: string): string | null =>
  stored.headers.find(([name]) => name.toLowerCase() === lower)?.[1] ?? null;

/**
 * The request with the conditions of what is kept (4.3.1), `null` where nothing has a validator. The
 * entity tags of all are sent; the date only of the one that was chosen.
 */
export function validating(
  request: ClientRequest,
  kept: readonly StoredResponse[],
  chosen: StoredResponse | null,
): ClientRequest | null {
  const tags = kept.map((stored) => fieldOf(stored, 'etag')).filter((tag) => tag !== null);
  const modified = chosen === null ? null : fieldOf(chosen, 'last-modified');
  if (tags.length === 0 && modified === null) return null;
  const headers = request.headers.clone();
  if (tags.length > 0) headers.set('If-None-Match', [...new Set(tags)].join(', '));
  if (modified !== null) headers.set('If-Modified-Since', modified);
  return { ...request, headers };
}

/** The stored response that a 304 speaks of (4.3.4); `null` where it is none of them. */
export function confirmed(
  headers: Headers,
  kept: readonly StoredResponse[],
  chosen: StoredResponse | null,
): StoredResponse | null {
  const [tag] = headers.getAll('etag');
  if (tag === undefined) return chosen ?? (kept.length === 1 ? (kept[0] ?? null) : null);
  const isSame = (stored: StoredResponse): boolean => {
    const own = fieldOf(stored, 'etag');
    return own !== null && weak(own) === weak(tag);
  };
  if (chosen !== null && isSame(chosen)) return chosen;
  return kept.find(isSame) ?? null;
}

const weak = (tag: string): string => tag.replace(/^W\//, '');

/** A stored response with the fields of the response that has confirmed it (3.2). */
export function freshened(
  stored: StoredResponse,
  headers: Headers,
  times: { readonly requestedAt: number; readonly receivedAt: number },
): StoredResponse {
  const merged = new Headers(stored.headers);
  // How old it was when it came first is over.
  merged.delete('age');
  const said = storedFields(headers).filter(([name]) => !OF_CONTENT.has(name.toLowerCase()));
  for (const [name] of said) merged.delete(name);
  for (const [name, value] of said) merged.append(name, value);
  return { ...stored, ...times, headers: [...merged] };
}

/** Whether the head of a resource says that what is kept of it still holds (4.3.5). */
export function isSameContent(stored: StoredResponse, head: Headers): boolean {
  const comparable = ['etag', 'last-modified', 'content-length'];
  return comparable.every((name) => {
    const [said] = head.getAll(name);
    const own = fieldOf(stored, name);
    return said === undefined || own === null || said === own;
  });
}
