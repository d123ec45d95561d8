/**
 * Entity tags of coded content (RFC 9110, 8.8.3.3): a strong one names octets, so each coding has its
 * own, the tag of the plain content with the coding behind it: `"a"` is `"a-gzip"`. Clients send it back
 * in conditions, where handlers know nothing of codings: there it becomes the plain one again. A weak one
 * names what all codings have in common and stays.
 */

import type { ServerRequest } from '@netlayers/server';

const STRONG = /^"[\x21\x23-\x7e\x80-\xff]*"$/;

/** The tag of content in a coding. */
export const codedTag = (tag: string, coding: string): string =>
  STRONG.test(tag) ? `${tag.slice(0, -1)}-${coding}"` : tag;

/** The conditions in which a coded tag may stand; If-Range names octets, and keeps it. */
const CONDITIONS = ['If-None-Match', 'If-Match'] as const;

/**
 * Takes the codings off the tags in a request's conditions.
 *
 * @returns the tags that were coded, each by what is left of it: a 304 has to carry the one that the
 *   client knows.
 */
export function takeCodedTags(
  request: ServerRequest,
  codings: readonly string[],
): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  const pattern = new RegExp(`"([^"]*)-(?:${codings.join('|')})"`, 'g');
  for (const name of CONDITIONS) {
    const field = request.headers.get(name);
    if (field === null) continue;
    const plain = field.replace(pattern, (coded: string, inside: string) => {
      known.set(`"${inside}"`, coded);
      return `"${inside}"`;
    });
    if (plain !== field) request.headers.set(name, plain);
  }
  return known;
}
