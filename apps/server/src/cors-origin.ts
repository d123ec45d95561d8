/**
 * The origin of `--cors`, as browsers send it (RFC 6454, 6.2): anything else would never match, and
 * nobody would be told.
 */

import { UsageError } from '@netlayers/common';

const EXAMPLE = 'https://example.org';

/**
 * Checks an origin.
 *
 * @returns it, or `*`.
 * @throws UsageError for what no browser sends.
 */
export function corsOrigin(text: string): string {
  if (text === '*') return text;
  const isOrigin = /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#]+$/.test(text);
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  // Of schemes that it does not know, URL says no origin; browsers have some.
  if (isOrigin && (origin === text || origin === 'null')) return text;
  if (origin !== 'null') {
    throw new UsageError(`--cors ${text} is no origin: browsers would send ${origin}`);
  }
  throw new UsageError(`--cors is * or an origin such as ${EXAMPLE}, not ${text}`);
}
