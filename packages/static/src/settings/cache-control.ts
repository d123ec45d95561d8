/**
 * How long caches may keep a file (RFC 9111, 5.2), by rules of the program: one value, values by
 * pattern, or a function.
 */

import picomatch from 'picomatch';
import type { ServedFile } from './served-file.js';

/**
 * One value for all files; or values by pattern, of which the first that matches counts; or a
 * function, whose `null` means no field.
 *
 * `*` matches within a segment, `**` any number of segments, `{a,b}` either. A pattern without
 * a slash is matched against the file's name, any other against its path below the root.
 */
export type CacheControl =
  | string
  | Readonly<Record<string, string>>
  | ((file: ServedFile) => string | null);

/** Makes the function that gives the value for a file. */
export function cacheControlRule(
  given: CacheControl | undefined,
): (file: ServedFile) => string | null {
  if (typeof given === 'function') return given;
  if (typeof given === 'string') return () => given;
  const rules = Object.entries(given ?? {}).map(([pattern, value]) => {
    const path = pattern.startsWith('/') ? pattern.slice(1) : pattern;
    // `/*.html` is about the top of the tree, `*.html` about any place in it.
    const isName = !pattern.includes('/');
    return { matches: picomatch(path, { dot: true, basename: isName }), value };
  });
  return ({ path }) => rules.find(({ matches }) => matches(path))?.value ?? null;
}
