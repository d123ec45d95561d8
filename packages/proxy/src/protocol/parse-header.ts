/**
 * A PROXY header of either version at the start of some bytes.
 */

import { encodeUtf8 } from '@netlayers/bytes';
import { parseHeaderBlock, SIGNATURE } from './header-block.js';
import { parseHeaderLine } from './header-line.js';
import { faulty, type HeaderResult, PARTIAL } from './proxy-header.js';

const LINE_START = encodeUtf8('PROXY ');

/** The longest header of version 2 that is taken, octets: room for the fields that proxies send. */
export const DEFAULT_MAX_BYTES = 4096;

/**
 * Reads the header at the start of `buf[start..end)`.
 *
 * @param maxBytes the longest of version 2.
 */
export function parseProxyHeader(
  buf: Uint8Array,
  start = 0,
  end: number = buf.length,
  maxBytes: number = DEFAULT_MAX_BYTES,
): HeaderResult {
  if (end === start) return PARTIAL;
  if (beginsWith(SIGNATURE, buf, start, end)) {
    return end - start < SIGNATURE.length ? PARTIAL : parseHeaderBlock(buf, start, end, maxBytes);
  }
  if (beginsWith(LINE_START, buf, start, end)) {
    return end - start < LINE_START.length ? PARTIAL : parseHeaderLine(buf, start, end);
  }
  return faulty('no-header');
}

/** Whether the bytes begin with a pattern, or are the beginning of one. */
function beginsWith(pattern: Uint8Array, buf: Uint8Array, start: number, end: number): boolean {
  const length = Math.min(pattern.length, end - start);
  for (let at = 0; at < length; at++) if (buf[start + at] !== pattern[at]) return false;
  return true;
}
