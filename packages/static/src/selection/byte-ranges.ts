/**
 * The Range field (RFC 9110, 14.1 and 14.2) of a request for bytes.
 *
 * What several ranges can cost is bounded here: their number by `maxRanges`, their sum by the size
 * of the file, because those that overlap or touch become one (15.3.7.2). Nothing is sent twice.
 */

import { listMembers } from '@netlayers/http';

/** Bytes of a file, both ends included, as the fields count them. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** How many bytes a range has. */
export const lengthOf = ({ first, last }: ByteRange): number => last - first + 1;

const SET = /^bytes[ \t]*=(.*)$/i;
const SPEC = /^(\d*)-(\d*)$/;

/**
 * Reads a Range field.
 *
 * @returns the ranges within a file of `size` bytes, in the order asked for, none of which touch;
 *   `null` for a field that is to be ignored (malformed, another unit, more than `maxRanges`
 *   ranges, an empty file); `'unsatisfiable'` for one that misses the file.
 */
export function parseRanges(
  field: string,
  size: number,
  maxRanges: number,
): readonly ByteRange[] | null | 'unsatisfiable' {
  const set = SET.exec(field)?.[1];
  // An empty file has no bytes to name; 14.2 lets us send it whole.
  if (set === undefined || size === 0) return null;
  const specs = listMembers(set);
  if (specs.length === 0 || specs.length > maxRanges) return null;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = parseSpec(spec, size);
    // One that is invalid makes the set invalid (14.1.1).
    if (range === null) return null;
    if (range !== 'unsatisfiable') ranges.push(range);
  }
  return ranges.length === 0 ? 'unsatisfiable' : coalesce(ranges);
}

/** Numbers may be of any length: beyond 2^53 they only need to stay larger than any file. */
function parseSpec(spec: string, size: number): ByteRange | null | 'unsatisfiable' {
  const match = SPEC.exec(spec);
  if (match === null) return null;
  const [, from = '', to = ''] = match;
  if (from === '') {
    if (to === '') return null;
    const suffix = Number(to);
    if (suffix === 0) return 'unsatisfiable';
    return { first: Math.max(0, size - suffix), last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? Infinity : Number(to);
  if (last < first) return null;
  if (first >= size) return 'unsatisfiable';
  return { first, last: Math.min(last, size - 1) };
}

const touches = (a: ByteRange, b: ByteRange): boolean =>
  a.first <= b.last + 1 && b.first <= a.last + 1;

/** Joins ranges that overlap or touch, in the place of the first of them. */
function coalesce(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const kept: ByteRange[] = [];
  for (const range of ranges) {
    let joined = range;
    let place = kept.length;
    // Kept ranges do not touch each other, so what a join adds cannot touch another one.
    for (let i = kept.length - 1; i >= 0; i--) {
      const other = kept[i]!;
      if (!touches(other, range)) continue;
      joined = {
        first: Math.min(joined.first, other.first),
        last: Math.max(joined.last, other.last),
      };
      kept.splice(i, 1);
      place = i;
    }
    kept.splice(place, 0, joined);
  }
  return kept;
}
