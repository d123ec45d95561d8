/**
 * How old a stored response is, and how old it may become (RFC 9111, 4.2).
 */

import { Headers, parseHttpDate } from '@netlayers/http';
import { type Directives, deltaMs, directivesOf, secondsOf } from './cache-control.js';
import type { StoredResponse } from './cache-store.js';

/** Statuses that may be kept without being told so (RFC 9110, 15.1), but for 206. */
export const HEURISTIC_STATUSES: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501,
]);

/** The part of its age at the server that is its lifetime where nobody says one (4.2.2). */
const HEURISTIC_PART = 0.1;
const HEURISTIC_MOST_MS = 86_400_000;

/** A stored response, its time worked out. */
export interface Dated {
  readonly stored: StoredResponse;
  readonly headers: Headers;
  readonly directives: Directives;
  readonly ageMs: number;
  readonly lifetimeMs: number;
}

/** Works out the time of a stored response. */
export function datedAt(stored: StoredResponse, now: number, shared: boolean): Dated {
  const headers = new Headers(stored.headers);
  const directives = directivesOf(headers);
  const ageMs = ageOf(stored, headers, now);
  return { stored, headers, directives, ageMs, lifetimeMs: lifetimeOf(stored, headers, shared) };
}

const dateOf = (headers: Headers, name: string, now: number): number | null => {
  const [text] = headers.getAll(name);
  return text === undefined ? null : parseHttpDate(text, now);
};

/** The age, milliseconds (4.2.3). */
function ageOf(stored: StoredResponse, headers: Headers, now: number): number {
  const { requestedAt, receivedAt } = stored;
  const date = dateOf(headers, 'date', receivedAt) ?? receivedAt;
  const apparentAge = Math.max(0, receivedAt - date);
  const [said = '0'] = headers.getAll('age');
  const correctedAge = deltaMs(said.split(',')[0] ?? '') + (receivedAt - requestedAt);
  return Math.max(apparentAge, correctedAge) + Math.max(0, now - receivedAt);
}

/** The lifetime, milliseconds (4.2.1): the first of what says one. */
export function lifetimeOf(
  stored: Pick<StoredResponse, 'status' | 'receivedAt'>,
  headers: Headers,
  shared: boolean,
): number {
  const directives = directivesOf(headers);
  const said =
    (shared ? secondsOf(directives, 's-maxage') : null) ?? secondsOf(directives, 'max-age');
  if (said !== null) return said;
  const date = dateOf(headers, 'date', stored.receivedAt) ?? stored.receivedAt;
  if (headers.has('expires')) {
    // What is no date, "0" above all, has passed (5.3). Two of them do not agree.
    const [first, second = first] = headers.getAll('expires');
    const expires = first === second ? dateOf(headers, 'expires', stored.receivedAt) : null;
    return expires === null ? 0 : Math.max(0, expires - date);
  }
  const modified = dateOf(headers, 'last-modified', stored.receivedAt);
  const mayGuess = HEURISTIC_STATUSES.has(stored.status) || directives.has('public');
  if (modified === null || !mayGuess) return 0;
  return Math.min(HEURISTIC_MOST_MS, Math.max(0, date - modified) * HEURISTIC_PART);
}

/** What may be done with a stored response. */
export type Use = 'fresh' | 'stale' | 'refresh' | 'validate';

/**
 * Whether a stored response answers a request: `fresh`; `stale` where the request takes that;
 * `refresh` where it does and another is to be asked for meanwhile (RFC 5861, 3); or only after
 * validation.
 */
export function useOf(dated: Dated, wanted: Directives, shared: boolean): Use {
  const { directives, ageMs, lifetimeMs } = dated;
  if (wanted.has('no-cache') || directives.has('no-cache')) return 'validate';
  const isFresh = lifetimeMs > ageMs;
  // Whoever wants it newer than it is does not want it validated all the same (RFC 8246, 2).
  const maxAge = secondsOf(wanted, 'max-age') ?? Number.POSITIVE_INFINITY;
  const minFresh = secondsOf(wanted, 'min-fresh') ?? Number.NEGATIVE_INFINITY;
  if (isFresh && directives.has('immutable') && !wanted.has('min-fresh')) return 'fresh';
  const excess = Math.max(ageMs - lifetimeMs, 0);
  if (ageMs > maxAge || lifetimeMs - ageMs < minFresh) return 'validate';
  if (isFresh) return 'fresh';
  if (mustValidate(directives, shared)) return 'validate';
  const maxStale = wanted.get('max-stale');
  if (maxStale === '' || (maxStale !== undefined && excess <= deltaMs(maxStale))) return 'stale';
  const whileMs = secondsOf(directives, 'stale-while-revalidate');
  return whileMs !== null && excess < whileMs ? 'refresh' : 'validate';
}

/** Whether a stale response may answer a request that has failed (RFC 5861, 4). */
export function mayFollowError(dated: Dated, wanted: Directives, shared: boolean): boolean {
  const { directives, ageMs, lifetimeMs } = dated;
  if (mustValidate(directives, shared) || directives.has('no-cache')) return false;
  const ifErrorMs =
    secondsOf(wanted, 'stale-if-error') ?? secondsOf(directives, 'stale-if-error') ?? 0;
  return ageMs - lifetimeMs < ifErrorMs;
}

/** Whether it must never be used stale (5.2.2.2, 5.2.2.8, 5.2.2.10). */
const mustValidate = (directives: Directives, shared: boolean): boolean =>
  directives.has('must-revalidate') ||
  (shared && (directives.has('proxy-revalidate') || directives.has('s-maxage')));
