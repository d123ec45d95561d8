/**
 * Which responses are kept (RFC 9111, 3), and for which requests they are answers (4.1).
 */

import { fieldsOfConnection, type Headers, listMembers } from '@netlayers/http';
import type { ClientRequest } from '../options/interceptor.js';
import type { ResponseFacts } from '../response/client-response.js';
import { directivesOf } from './cache-control.js';
import type { StoredResponse } from './cache-store.js';
import { HEURISTIC_STATUSES, lifetimeOf } from './freshness.js';

/** Statuses whose rules for caches are known here (5.2.2.3). */
const UNDERSTOOD: ReadonlySet<number> = new Set([...HEURISTIC_STATUSES, 302, 303, 307]);

/** Fields that are not to be replayed, beside those of the connection (3.1). */
const NOT_STORED = new Set([
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'set-cookie',
  'trailer',
]);

/** Fields that name who asks: always among those that choose a response. */
const ALWAYS_CHOOSING = ['authorization'];

/** Fields that the client adds below a cache, which does not see them. */
const UNSEEN = ['cookie'];

/** Whether the answer to a request may be kept, and is worth it. */
export function mayStore(
  request: ClientRequest,
  response: Pick<ResponseFacts, 'status' | 'headers' | 'method'>,
  receivedAt: number,
  shared: boolean,
): boolean {
  const { status, headers } = response;
  if (request.method !== 'GET' || response.method !== 'GET' || request.headers.has('range')) {
    return false;
  }
  if (directivesOf(request.headers).has('no-store')) return false;
  const said = directivesOf(headers);
  // Who asks that it be understood says `no-store` to those who do not (5.2.2.3).
  if (said.has('must-understand') ? !UNDERSTOOD.has(status) : said.has('no-store')) return false;
  if (status < 200 || status === 206 || status === 304) return false;
  if (shared && said.has('private')) return false;
  const isPermitted = ['public', 'must-revalidate', 's-maxage'].some((name) => said.has(name));
  if (shared && request.headers.has('authorization') && !isPermitted) return false; // 3.5
  if (headers.getAll('vary').some((line) => listMembers(line).includes('*'))) return false;
  const isTold =
    said.has('public') ||
    said.has('max-age') ||
    headers.has('expires') ||
    (shared ? said.has('s-maxage') : said.has('private'));
  if (!isTold && !HEURISTIC_STATUSES.has(status)) return false;
  const hasValidator = headers.has('etag') || headers.has('last-modified');
  return hasValidator || lifetimeOf({ status, receivedAt }, headers, shared) > 0;
}

/** Fields as they are kept. */
export function storedFields(headers: Headers): [name: string, value: string][] {
  const isOfConnection = fieldsOfConnection(headers);
  const kept: [name: string, value: string][] = [];
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!NOT_STORED.has(lower) && !isOfConnection(lower)) kept.push([name, value]);
  }
  return kept;
}

/** The request fields that choose a response, and their values in this request (4.1). */
export function chosenBy(
  request: ClientRequest,
  response: Headers,
): Readonly<Record<string, string | null>> {
  const names = listMembers((response.get('vary') ?? '').toLowerCase());
  const fields: Record<string, string | null> = Object.create(null);
  for (const name of [...ALWAYS_CHOOSING, ...names])
    fields[name] = fieldValue(request.headers, name);
  return fields;
}

/** Whether a stored response was chosen by fields that this request has too. */
export const isChosen = (stored: StoredResponse, request: ClientRequest): boolean =>
  Object.entries(stored.chosenBy).every(
    ([name, value]) =>
      fieldValue(request.headers, name) === value && !(value === null && UNSEEN.includes(name)),
  );

/** A field's lines as one value; blanks around commas mean nothing. */
function fieldValue(headers: Headers, name: string): string | null {
  const value = headers.get(name);
  return value === null ? null : listMembers(value).join(',');
}

/** Whether two stored responses are for the same requests, so that one takes the other's place. */
export function areAlike(one: StoredResponse, other: StoredResponse): boolean {
  const names = new Set([...Object.keys(one.chosenBy), ...Object.keys(other.chosenBy)]);
  return [...names].every((name) => one.chosenBy[name] === other.chosenBy[name]);
}
