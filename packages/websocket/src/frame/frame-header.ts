/**
 * The header of a frame, written (RFC 6455, 5.2): lengths in as few bytes as they fit into.
 */

import { writeU16, writeU32 } from '@netlayers/bytes';
import { LENGTH_16, LENGTH_64, MASK } from './opcode.js';

/** Octets of the header of a frame with that many octets of payload. */
export function headerLength(length: number, isMasked: boolean): number {
  const forLength = length < LENGTH_16 ? 2 : length <= 0xffff ? 4 : 10;
  return isMasked ? forLength + 4 : forLength;
}

/**
 * Writes a header.
 *
 * @param first FIN, reserved bits and opcode.
 * @param key four octets, or `null` for a frame that is not masked.
 * @returns the offset behind it.
 */
export function writeHeader(
  buf: Uint8Array,
  at: number,
  first: number,
  length: number,
  key: Uint8Array | null,
): number {
  const mask = key === null ? 0 : MASK;
  let next = at;
  buf[next++] = first;
  if (length < LENGTH_16) {
    buf[next++] = mask | length;
  } else if (length <= 0xffff) {
    buf[next++] = mask | LENGTH_16;
    writeU16(buf, next, length);
    next += 2;
  } else {
    buf[next++] = mask | LENGTH_64;
    writeU32(buf, next, Math.floor(length / 0x1_0000_0000));
    writeU32(buf, next + 4, length);
    next += 8;
  }
  if (key === null) return next;
  buf.set(key, next);
  return next + 4;
}
