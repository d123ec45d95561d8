/**
 * `RawDeflate` over Node's zlib, in the calling thread: a message that is compressed leaves in its
 * turn, without a queue. The window is handed in as a dictionary, which costs less than what zlib
 * keeps between two messages, and an idle connection holds a window instead of zlib's 300 KiB.
 */

import { constants as constantsOfBuffers } from 'node:buffer';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DeflateFault, RawDeflate } from '../src/index.js';

/** How well and how fast it compresses. */
export interface NodeDeflateOptions {
  /** 0 (not at all) to 9 (best); -1 is zlib's own choice. @default -1 */
  readonly level?: number;
  /** 1 to 9: memory while a message is compressed. @default 8 */
  readonly memLevel?: number;
}

/** zlib makes no raw streams with 8, and with 9 refers no further back than 250 octets. */
const LEAST_WINDOW_BITS = 9;

/**
 * What is put behind a message: the end of its last block (RFC 7692, 7.2.2), and a block that is the last
 * one, without which zlib would not tell a message that was cut from one that is whole.
 */
const END = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff);

/**
 * Streams in one message: a block may call itself the last one, and what follows is another stream
 * (7.2.3.4). Each costs as much as a message, and could be two octets long.
 */
const MOST_STREAMS = 32;

/** The part of what `info: true` gives that is used; Node's types do not know the option. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Takes compression from Node's zlib. */
export function nodeDeflate(options: NodeDeflateOptions = {}): RawDeflate {
  const { level = constants.Z_DEFAULT_COMPRESSION, memLevel = constants.Z_DEFAULT_MEMLEVEL } =
    options;
  const finishFlush = constants.Z_SYNC_FLUSH;
  const compress = (data: Uint8Array, dictionary: Uint8Array | null, windowBits: number) =>
    deflateRawSync(data, {
      level,
      memLevel,
      finishFlush,
      windowBits: Math.max(windowBits, LEAST_WINDOW_BITS),
      ...(dictionary === null ? {} : { dictionary }),
    });
  return { compress, decompress };
}

function decompress(
  data: Uint8Array,
  dictionary: Uint8Array | null,
  windowBits: number,
  limit: number,
): Uint8Array | DeflateFault {
  const parts: Buffer[] = [];
  let length = 0;
  let window = dictionary;
  let at = 0;
  for (let streams = 0; streams < MOST_STREAMS; streams++) {
    const rest = Buffer.concat([data.subarray(at), END]);
    const inflated = inflateSome(rest, window, windowBits, limit - length);
    if (typeof inflated === 'string') return inflated;
    const { buffer, engine } = inflated;
    parts.push(buffer);
    length += buffer.length;
    at += engine.bytesWritten;
    if (at >= data.length) return parts.length === 1 ? buffer : Buffer.concat(parts);
    window = lastOf(window, buffer, 2 ** windowBits);
  }
  return 'invalid-deflate';
}

function inflateSome(
  data: Uint8Array,
  dictionary: Uint8Array | null,
  windowBits: number,
  limit: number,
): Inflated | DeflateFault {
  try {
    const inflated = inflateRawSync(data, {
      // zlib's limit may be neither 0 nor above what a buffer holds.
      maxOutputLength: Math.min(Math.max(limit, 1), constantsOfBuffers.MAX_LENGTH),
      windowBits,
      info: true,
      ...(dictionary === null ? {} : { dictionary }),
    } as object) as unknown as Inflated;
    return inflated.buffer.length > limit ? 'message-too-large' : inflated;
  } catch (error) {
    const { code } = error as { code?: string };
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'message-too-large' : 'invalid-deflate';
  }
}

/** What may be referred to behind `data`. */
function lastOf(before: Uint8Array | null, data: Uint8Array, size: number): Uint8Array | null {
  const all = before === null ? data : Buffer.concat([before, data]);
  const last = all.subarray(Math.max(0, all.length - size));
  return last.length === 0 ? null : last;
}
