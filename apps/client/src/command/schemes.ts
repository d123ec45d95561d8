/**
 * `--proto` and `--proto-redir`: which of http and https may be asked, and gone to.
 */

import { UsageError } from '@netlayers/common';

/** What this command speaks. */
const SPOKEN = ['http', 'https'] as const;

/**
 * Reads a list of curl: names by commas, each added (`+`, which may be left out), taken away (`-`) or
 * in place of all others (`=`); `all` is all. Names of what is not spoken here mean nothing.
 *
 * @returns schemes as `URL.protocol` has them.
 * @throws UsageError
 */
export function schemesOf(name: string, text: string | undefined): ReadonlySet<string> {
  let schemes = new Set<string>(SPOKEN);
  for (const word of text?.split(',') ?? []) {
    const [, mark, scheme = ''] = /^([-+=]?)([a-z][a-z0-9]*)$/i.exec(word.trim()) ?? [];
    if (mark === undefined) {
      throw new UsageError(`--${name} takes names by commas, such as =https or -http, not ${word}`);
    }
    const lower = scheme.toLowerCase();
    const meant = SPOKEN.filter((one) => lower === 'all' || one === lower);
    if (mark === '=') schemes = new Set();
    for (const one of meant) {
      if (mark === '-') schemes.delete(one);
      else schemes.add(one);
    }
  }
  return new Set([...schemes].map((scheme) => `${scheme}:`));
}
