/**
 * Single-byte text: a byte is the code unit of the same number (ISO 8859-1, of which ascii is the
 * lower half), so no byte is ever lost or invented.
 */

/** How many arguments one call may carry without an engine objecting. */
const CHUNK = 4096;

/** Decodes `buf[start..end)`, one character a byte. */
export function decodeAscii(buf: Uint8Array, start = 0, end = buf.length): string {
  if (end - start <= CHUNK) {
    return String.fromCharCode.apply(null, buf.subarray(start, end) as unknown as number[]);
  }
  let text = '';
  for (let at = start; at < end; at += CHUNK) {
    text += decodeAscii(buf, at, Math.min(at + CHUNK, end));
  }
  return text;
}

/**
 * Writes text into `buf` at an offset, one byte a character, and returns the offset behind it.
 *
 * Characters above U+00FF lose their high bits: the caller has checked what it writes.
 */
export function encodeAscii(text: string, buf: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) buf[at + i] = text.charCodeAt(i);
  return at + text.length;
}
