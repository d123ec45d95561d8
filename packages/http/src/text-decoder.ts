/**
 * How bytes of a head become text: one character a byte. The host may have a faster way than plain
 * TypeScript (in Node, `Buffer.prototype.latin1Slice`), and may hand it in.
 */

import { decodeAscii } from '@netlayers/bytes';

/** Decodes `buf[start..end)`, one character a byte (ISO 8859-1). */
export type TextDecoder = (buf: Uint8Array, start: number, end: number) => string;

/** The way that works everywhere. */
export const decodePlain: TextDecoder = decodeAscii;
