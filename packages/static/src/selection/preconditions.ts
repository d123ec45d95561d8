/**
 * Conditional requests (RFC 9110, 13): whether the client's copy is still good, and whether it may
 * have a part of the file. The order of the checks is that of 13.2.2.
 */

import { type Headers, parseHttpDate } from '@netlayers/http';

/** What identifies a version of a file. */
export interface Validators {
  /** Strong: another size or another time to the nanosecond is another file. */
  readonly etag: string;
  /** Whole seconds since 1970, in milliseconds, as Last-Modified can say it; `null` without. */
  readonly modifiedMs: number | null;
}

/**
 * Makes the validators of a file.
 *
 * @param coding the content coding it is in: another representation has another tag (8.8.3.3),
 *   also where size and time are the same.
 */
export function validatorsOf(size: number, modifiedNs: bigint, coding: string | null): Validators {
  const modifiedMs = Number(modifiedNs / 1_000_000_000n) * 1000;
  const suffix = coding === null ? '' : `-${coding}`;
  return { etag: `"${size.toString(16)}-${modifiedNs.toString(16)}${suffix}"`, modifiedMs };
}

/** What the conditions of a request come to. */
export type Verdict = 'send' | 'not-modified' | 'failed';

const ENTITY_TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** Whether a list of entity tags has ours. Ours are strong, so a weak one matches only weakly. */
function hasTag(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  for (const [, weak, tag] of list.matchAll(ENTITY_TAG)) {
    if (tag === etag && (weak === undefined || comparison === 'weak')) return true;
  }
  return false;
}

/**
 * Evaluates the conditions of a GET or HEAD (RFC 9110, 13.2.2, steps 1 to 4).
 *
 * @param nowMs the present, for dates with a two-digit year.
 */
export function evaluate(headers: Headers, own: Validators, nowMs: number): Verdict {
  const match = headers.get('if-match');
  if (match !== null) {
    if (!hasTag(match, own.etag, 'strong')) return 'failed';
  } else {
    const since = dateOf(headers, 'if-unmodified-since', nowMs);
    // Without a date of its own the field means nothing (13.1.4).
    if (since !== null && own.modifiedMs !== null && own.modifiedMs > since) return 'failed';
  }
  const noneMatch = headers.get('if-none-match');
  if (noneMatch !== null) return hasTag(noneMatch, own.etag, 'weak') ? 'not-modified' : 'send';
  const since = dateOf(headers, 'if-modified-since', nowMs);
  const isOld = since !== null && own.modifiedMs !== null && own.modifiedMs <= since;
  return isOld ? 'not-modified' : 'send';
}

/** Whether a Range field counts: always without If-Range, else for the same version (13.1.5). */
export function rangeApplies(headers: Headers, own: Validators, nowMs: number): boolean {
  const field = headers.get('if-range');
  if (field === null) return true;
  if (field.startsWith('"') || field.startsWith('W/')) return field.trim() === own.etag;
  const date = parseHttpDate(field, nowMs);
  // A date is a strong validator only when the file has rested since (8.8.2.2).
  return date !== null && date === own.modifiedMs && nowMs - date >= 2000;
}

/** A date field; `null` without one or when it is malformed, which is to be ignored (13.1.3). */
function dateOf(headers: Headers, name: string, nowMs: number): number | null {
  const field = headers.get(name);
  return field === null ? null : parseHttpDate(field, nowMs);
}
