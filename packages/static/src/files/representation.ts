/**
 * The representation of a file that a client gets (RFC 9110, 8.4 and 12.5.3): the file itself, or
 * one beside it that holds the same, compressed beforehand (`app.js.br` for `app.js`).
 *
 * The choice looks at Accept-Encoding and at nothing else, so that a client which comes back for
 * a range of what it has begins to count in the same bytes. A compressed file that is older than its
 * original is stale and is not there.
 */

import { CODING_SUFFIX, type CodingChoice, type ContentCoding } from '../request/content-coding.js';
import { type OpenFile, openFile } from './open-file.js';

/** An open file, and what its bytes have to be decoded by. */
export interface Representation {
  readonly file: OpenFile;
  readonly coding: ContentCoding | null;
}

const secondsOf = ({ modifiedNs }: OpenFile): bigint => modifiedNs / 1_000_000_000n;

/**
 * Chooses a representation and closes the file itself if it is another one.
 *
 * @param choices the codings to be tried, in this order.
 * @returns `null` when all that is left was not among the choices; the file is open then.
 * @throws what the operating system reports beside missing files; the file is open then.
 */
export async function selectRepresentation(
  root: string,
  segments: readonly string[],
  file: OpenFile,
  choices: readonly CodingChoice[],
  allowDotfiles: boolean,
): Promise<Representation | null> {
  for (const choice of choices) {
    if (choice === 'identity') return { file, coding: null };
    const name = [...segments.slice(0, -1), `${segments.at(-1)}${CODING_SUFFIX[choice]}`];
    const encoded = await openFile(root, name, allowDotfiles);
    if (typeof encoded === 'string') continue;
    const isFresh = secondsOf(encoded) >= secondsOf(file);
    await (isFresh ? file : encoded).handle.close();
    if (isFresh) return { file: encoded, coding: choice };
  }
  return null;
}
