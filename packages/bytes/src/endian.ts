/**
 * Big-endian integers in place (network byte order, RFC 791 appendix B).
 *
 * The caller has checked that the bytes are there: an offset past the end reads as zero and a
 * write past it is lost, neither throws.
 */

/** Reads an unsigned 16-bit integer. */
export const readU16 = (buf: Uint8Array, at: number): number => (buf[at]! << 8) | buf[at + 1]!;

/** Reads an unsigned 32-bit integer; the result is never negative. */
export const readU32 = (buf: Uint8Array, at: number): number =>
  ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0;

/** Writes the low 16 bits of a number. */
export function writeU16(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value >>> 8;
  buf[at + 1] = value;
}

/** Writes the low 32 bits of a number. */
export function writeU32(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value >>> 24;
  buf[at + 1] = value >>> 16;
  buf[at + 2] = value >>> 8;
  buf[at + 3] = value;
}
