/**
 * What kind of answer a client wants (RFC 9110, 12.5.1), as far as this package has a choice.
 */

import { parseWeights } from '@netlayers/http';

/** Whether the client wants JSON more than HTML; HTML where it does not say. */
export function prefersJson(accept: string | null): boolean {
  if (accept === null) return false;
  const weights = parseWeights(accept);
  const weightOf = (type: string, family: string): number =>
    weights.get(type) ?? weights.get(family) ?? weights.get('*/*') ?? 0;
  return weightOf('application/json', 'application/*') > weightOf('text/html', 'text/*');
}

/**
 * Whether the client asks for a page by name, as browsers do when somebody goes somewhere. What
 * takes anything (a script's `fetch`, curl) does not.
 */
export function wantsPage(accept: string | null): boolean {
  if (accept === null) return false;
  const weights = parseWeights(accept);
  return ['text/html', 'application/xhtml+xml'].some((type) => (weights.get(type) ?? 0) > 0);
}
