/**
 * Memory in which frames are masked, unmasked and joined with their headers. It is taken for the
 * length of one call and given back, so connections that are idle hold none; calls that lead to
 * others on the way take one more.
 */

import { type WordBuffer, wordBuffer } from './mask.js';

/** Octets of one; larger payloads go through it in pieces. A multiple of four. */
export const SCRATCH_BYTES = 16 * 1024;

/** How many are kept for the next call. */
const KEPT = 4;
const free: WordBuffer[] = [];

/** Takes memory of {@link SCRATCH_BYTES}, with whatever it holds. */
export const acquireScratch = (): WordBuffer => free.pop() ?? wordBuffer(SCRATCH_BYTES);

/** Gives it back: nobody looks at it any more. */
export function releaseScratch(buffer: WordBuffer): void {
  if (free.length < KEPT) free.push(buffer);
}
