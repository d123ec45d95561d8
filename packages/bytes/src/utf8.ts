/**
 * UTF-8 (RFC 3629) in plain TypeScript, for packages that may not assume the host's TextEncoder.
 *
 * Malformed input becomes U+FFFD, one per maximal part of a sequence, as the Encoding Standard
 * asks of decoders; lone surrogates are encoded as U+FFFD.
 */

import { decodeAscii } from './ascii.js';

const REPLACEMENT = 0xfffd;

/** Encodes text as UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      out[at++] = unit;
      continue;
    }
    let point = unit;
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const low = unit < 0xdc00 ? text.charCodeAt(i + 1) : Number.NaN;
      if (low >= 0xdc00 && low <= 0xdfff) {
        point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        i++;
      } else {
        point = REPLACEMENT;
      }
    }
    if (point < 0x800) {
      out[at++] = 0xc0 | (point >> 6);
    } else {
      if (point < 0x10000) {
        out[at++] = 0xe0 | (point >> 12);
      } else {
        out[at++] = 0xf0 | (point >> 18);
        out[at++] = 0x80 | ((point >> 12) & 0x3f);
      }
      out[at++] = 0x80 | ((point >> 6) & 0x3f);
    }
    out[at++] = 0x80 | (point & 0x3f);
  }
  return out.slice(0, at);
}

/** Bytes that follow a lead byte; 0 for one that cannot lead. */
function continuationsOf(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead >= 0xe0 && lead <= 0xef) return 2;
  if (lead >= 0xf0 && lead <= 0xf4) return 3;
  return 0;
}

/** Whether the second byte of a sequence is in the range its lead byte leaves (RFC 3629, 4). */
function isSecondByte(lead: number, byte: number): boolean {
  if (lead === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
  if (lead === 0xed) return byte >= 0x80 && byte <= 0x9f;
  if (lead === 0xf0) return byte >= 0x90 && byte <= 0xbf;
  if (lead === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  return byte >= 0x80 && byte <= 0xbf;
}

/** Decodes `buf[start..end)`; a byte order mark is kept as U+FEFF. */
export function decodeUtf8(buf: Uint8Array, start = 0, end = buf.length): string {
  let ascii = start;
  while (ascii < end && buf[ascii]! < 0x80) ascii++;
  let text = decodeAscii(buf, start, ascii);
  for (let at = ascii; at < end; ) {
    const lead = buf[at++]!;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const wanted = continuationsOf(lead);
    let point = lead & (0x3f >> wanted);
    let seen = 0;
    while (seen < wanted && at < end) {
      const byte = buf[at]!;
      if (seen === 0 ? !isSecondByte(lead, byte) : (byte & 0xc0) !== 0x80) break;
      point = (point << 6) | (byte & 0x3f);
      at++;
      seen++;
    }
    text += String.fromCodePoint(wanted > 0 && seen === wanted ? point : REPLACEMENT);
  }
  return text;
}
