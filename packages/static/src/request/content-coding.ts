/**
 * Which of several encodings of a file a client would take (RFC 9110, 12.5.3).
 *
 * No coding at all is acceptable unless the field excludes it by `identity;q=0`, or by `*;q=0`
 * without a word about identity. It is the last choice unless the field gives it a weight.
 */

import { parseWeights } from './weights.js';

/** Content codings that a file may be kept in. */
export type ContentCoding = 'br' | 'zstd' | 'gzip';

/** A coding, or none. */
export type CodingChoice = ContentCoding | 'identity';

/** The endings of files in a coding. */
export const CODING_SUFFIX: Readonly<Record<ContentCoding, string>> = {
  br: '.br',
  zstd: '.zst',
  gzip: '.gz',
};

/** The codings, the one that usually makes the smallest files first. */
export const ALL_CODINGS: readonly ContentCoding[] = ['br', 'zstd', 'gzip'];

const UNASKED: readonly CodingChoice[] = ['identity'];
/** Below every weight that a field can give. */
const LAST_RESORT = 0.0001;

/**
 * The encodings to be tried, the most wanted first; where the client does not care, in the order
 * in which they are offered.
 *
 * @param field Accept-Encoding; `null` without one: then nothing is encoded.
 * @returns a list that ends with `identity`, or without it where identity is refused.
 */
export function acceptableCodings(
  field: string | null,
  offered: readonly ContentCoding[],
): readonly CodingChoice[] {
  if (field === null) return UNASKED;
  const weights = parseWeights(field);
  const others = weights.get('*');
  const weightOf = (choice: CodingChoice): number => {
    const own = weights.get(choice);
    // RFC 9110, 8.4.1.3: an old name of the same coding.
    const alias = choice === 'gzip' ? weights.get('x-gzip') : undefined;
    return own ?? alias ?? others ?? (choice === 'identity' ? LAST_RESORT : 0);
  };
  const wanted = [...offered, 'identity' as const]
    .filter((choice) => weightOf(choice) > 0)
    .sort((a, b) => weightOf(b) - weightOf(a));
  const identity = wanted.indexOf('identity');
  return identity < 0 ? wanted : wanted.slice(0, identity + 1);
}
