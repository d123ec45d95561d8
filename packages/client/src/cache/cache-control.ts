/**
 * The directives of `Cache-Control` (RFC 9111, 5.2), of requests and of responses alike.
 *
 * Names ignore case, values may be quoted. Of one that is said twice the first counts (4.2.1), and a
 * number of seconds that is none is 0, which makes stale rather than fresh.
 */

import { type Headers, unquoteString } from '@netlayers/http';

/** Directives by their name in lower case; `''` where one has no value. */
export type Directives = ReadonlyMap<string, string>;

const DIRECTIVE = /([\w!#$%&'*+.^`|~-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^",\s]*)))?/g;

/** More seconds than this are this many (1.2.2). */
const MOST_SECONDS = 2 ** 31;

/** Reads the directives of a message. */
export function directivesOf(headers: Headers): Directives {
  const directives = new Map<string, string>();
  const field = headers.get('cache-control');
  if (field === null) {
    // What stands for it in old requests (5.4).
    const pragma = headers.get('pragma');
    if (pragma !== null && /(^|[,\s])no-cache($|[,\s])/i.test(pragma))
      directives.set('no-cache', '');
    return directives;
  }
  for (const [, name = '', quoted, plain] of field.matchAll(DIRECTIVE)) {
    const lower = name.toLowerCase();
    const value = quoted === undefined ? (plain ?? '') : unquoteString(quoted);
    if (!directives.has(lower)) directives.set(lower, value);
  }
  return directives;
}

/** The seconds of a directive, as milliseconds; `null` without the directive. */
export function secondsOf(directives: Directives, name: string): number | null {
  const value = directives.get(name);
  return value === undefined ? null : deltaMs(value);
}

/** A number of seconds (1.2.2), as milliseconds; 0 for what is none. */
export const deltaMs = (text: string): number =>
  /^\d+$/.test(text) ? Math.min(Number(text), MOST_SECONDS) * 1000 : 0;
