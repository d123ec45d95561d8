/**
 * What every codec has to do around its zlib: to tell a message that was cut from one that is whole, and to
 * go on where a block calls itself the last one (RFC 7692, 7.2.2 and 7.2.3.4).
 */

import type { DeflateFault } from './raw-deflate.js';

/** A stream that was read up to the end of its last block. */
export interface Inflated {
  readonly octets: Uint8Array;
  /** How many octets of the input it took. */
  readonly consumed: number;
}

/**
 * Decompresses one stream, up to the end of its last block. An input that stops before is a fault, and so
 * are more octets than `limit`.
 */
export type InflateStream = (
  data: Uint8Array,
  dictionary: Uint8Array | null,
  windowBits: number,
  limit: number,
) => Inflated | DeflateFault;

/**
 * What is put behind a message: the end of its last block (7.2.2), and a block that is the last one,
 * without which zlib would not tell a message that was cut from one that is whole.
 */
const END = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff);

/**
 * Streams in one message. Each costs as much as a message, and could be two octets long.
 */
const MOST_STREAMS = 32;

/** Decompresses a message as `RawDeflate` is to do it. */
export function inflateMessage(
  inflate: InflateStream,
  data: Uint8Array,
  dictionary: Uint8Array | null,
  windowBits: number,
  limit: number,
): Uint8Array | DeflateFault {
  const parts: Uint8Array[] = [];
  let length = 0;
  let window = dictionary;
  let at = 0;
  for (let streams = 0; streams < MOST_STREAMS; streams++) {
    const rest = joined([data.subarray(at), END]);
    const inflated = inflate(rest, window, windowBits, limit - length);
    if (typeof inflated === 'string') return inflated;
    const { octets, consumed } = inflated;
    length += octets.length;
    if (length > limit) return 'message-too-large';
    parts.push(octets);
    at += consumed;
    if (at >= data.length) return parts.length === 1 ? octets : joined(parts);
    window = joined(window === null ? [octets] : [window, octets]).slice(-(2 ** windowBits));
    if (window.length === 0) window = null;
  }
  return 'invalid-deflate';
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
