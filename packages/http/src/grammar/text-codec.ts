/**
 * How bytes of a head become text, and text content becomes bytes. The host may have faster ways
 * than plain TypeScript and may hand them in; both of these work everywhere.
 */

import { decodeAscii } from '@netlayers/bytes';

/**
 * Decodes `buf[start..end)`, one character a byte (ISO 8859-1). In Node,
 * `Buffer.prototype.latin1Slice` does that; the web's decoder of the label latin1 does not.
 */
export type TextDecoder = (buf: Uint8Array, start: number, end: number) => string;

/** Encodes text as UTF-8. */
export type TextEncoder = (text: string) => Uint8Array;

/** The decoder that works everywhere. */
export const decodePlain: TextDecoder = decodeAscii;

/** Tells whether UTF-8 of this text is one byte a character. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
