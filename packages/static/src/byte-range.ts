/**
 * The Range field (RFC 9110, 14.1 and 14.2), one range of bytes at a time.
 *
 * Several ranges in one request are answered with the whole file, as 14.2 allows: nobody has
 * needed them, and they are a way to make a server send a file many times over.
 */

/** Bytes of a file, both ends included, as the fields count them. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

const SINGLE = /^bytes[ \t]*=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * Reads a Range field.
 *
 * @returns the range within a file of `size` bytes; `null` for a field that is to be ignored
 *   (malformed, another unit, several ranges); `'unsatisfiable'` for one that misses the file.
 */
export function parseRange(field: string, size: number): ByteRange | null | 'unsatisfiable' {
  const match = SINGLE.exec(field);
  if (match === null) return null;
  const [, from = '', to = ''] = match;
  if (from === '') {
    if (to === '') return null;
    const suffix = Number(to);
    if (suffix === 0 || size === 0) return 'unsatisfiable';
    return { first: Math.max(0, size - suffix), last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Number(to);
  if (to !== '' && last < first) return null;
  if (first >= size) return 'unsatisfiable';
  return { first, last: Math.min(last, size - 1) };
}
