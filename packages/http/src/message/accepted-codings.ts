/**
 * Which of several content codings a client would take (RFC 9110, 12.5.3).
 *
 * No coding at all is acceptable unless the field excludes it by `identity;q=0`, or by `*;q=0`
 * without a word about identity. It is the last choice unless the field gives it a weight.
 */

import { parseWeights } from '../grammar/weights.js';

/** Below every weight that a field can give. */
const LAST_RESORT = 0.0001;

/**
 * The codings to be tried, the most wanted first; where the client does not care, in the order in
 * which they are offered. An empty field wants none, and so does one that is missing: it allows all,
 * but clients that do not speak of codings are those that know none.
 *
 * @param field Accept-Encoding; `null` without one.
 * @param offered names in lower case, without `identity`.
 * @returns a list that ends with `identity`, or without it where identity is refused; an empty one
 *   where nothing is acceptable.
 */
export function acceptedCodings<T extends string>(
  field: string | null,
  offered: readonly T[],
): readonly (T | 'identity')[] {
  if (field === null) return ['identity'];
  const weights = parseWeights(field);
  const others = weights.get('*');
  const weightOf = (choice: string): number => {
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
