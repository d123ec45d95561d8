/**
 * Short texts that came before, as the strings they were made into: a string that is there need not
 * be made, and whoever looks it up in a table finds its hash computed.
 */

import type { TextDecoder } from '../grammar/text-codec.js';

const SLOTS = 64;
const LONGEST = 32;

/** Remembers the last short text of each slot. */
export class ShortTexts {
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');

  /** The text of `buf[start..end)`, which is not empty. */
  of(buf: Uint8Array, start: number, end: number, decode: TextDecoder): string {
    const length = end - start;
    if (length > LONGEST) return decode(buf, start, end);
    const middle = buf[start + (length >> 1)]!;
    const slot = (length * 7 + middle * 3 + buf[end - 1]!) & (SLOTS - 1);
    const known = this.#texts[slot]!;
    if (known.length === length && isText(buf, start, known)) return known;
    const text = decode(buf, start, end);
    this.#texts[slot] = text;
    return text;
  }
}

/** Whether text stands at `start`, where so many bytes are, one character a byte. */
export function isText(buf: Uint8Array, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (buf[start + at] !== text.charCodeAt(at)) return false;
  }
  return true;
}
