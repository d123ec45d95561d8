/**
 * The fields that frame a message (RFC 9110, 8.6; RFC 9112, 6.1 to 6.3), as values.
 *
 * Whatever two recipients might read in two ways is refused: that is what request smuggling lives
 * from. Only chunked is spoken of the transfer codings.
 */

import type { ParseErrorCode } from '../grammar/parse-error.js';
import { DIGIT, isAll, listMembers, trimBlanks } from '../grammar/tokens.js';

/** How a body is framed when it is not by a number of bytes. */
export const CHUNKED = -1;
export const UNTIL_CLOSE = -2;

/** A `Content-Length` that is none. */
export const INVALID_LENGTH = -1;

/**
 * Reads `Content-Length = 1*DIGIT`: {@link INVALID_LENGTH} for anything else, `Infinity` for more
 * than a number can hold exactly.
 */
export function parseContentLength(value: string): number {
  if (value === '' || !isAll(value, DIGIT)) return INVALID_LENGTH;
  const length = Number(value);
  return length <= Number.MAX_SAFE_INTEGER ? length : Number.POSITIVE_INFINITY;
}

/**
 * Reads a `Content-Length` that a sender or a proxy may have repeated: equal members of a list
 * count as one (RFC 9112, 6.3). For responses only; a server refuses the repetition, which
 * RFC 9110, 8.6 leaves it to do.
 */
export function parseRepeatedContentLength(value: string): number {
  const [first, ...others] = value.split(',').map(trimBlanks);
  const length = parseContentLength(first ?? '');
  return others.every((other) => parseContentLength(other) === length) ? length : INVALID_LENGTH;
}

/**
 * Judges `Transfer-Encoding`: `null` if it is chunked and nothing else.
 *
 * Chunked has no parameters and comes once and last (RFC 9112, 6.1 and 7.1), or the length of a
 * request cannot be known: 400. What comes before it is a coding that is not understood: 501.
 */
export function faultOfTransferEncoding(value: string): ParseErrorCode | null {
  if (value.length === 7 && value.toLowerCase() === 'chunked') return null;
  const codings = listMembers(value.toLowerCase());
  if (codings.at(-1) !== 'chunked') return 'bad-transfer-encoding';
  if (codings.indexOf('chunked') !== codings.length - 1) return 'bad-transfer-encoding';
  return codings.length === 1 ? null : 'unsupported-transfer-coding';
}
