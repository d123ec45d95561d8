/**
 * `RawDeflate` over Node's zlib, in the calling thread: a message that is compressed leaves in its
 * turn, without a queue. The window is handed in as a dictionary, which costs less than what zlib
 * keeps between two messages, and an idle connection holds a window instead of zlib's 300 KiB.
 */

import { constants as constantsOfBuffers } from 'node:buffer';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { type InflateStream, inflateMessage, type RawDeflate } from '../src/index.js';

/** How well and how fast it compresses. */
export interface NodeDeflateOptions {
  /** 0 (not at all) to 9 (best); -1 is zlib's own choice. @default -1 */
  readonly level?: number;
  /** 1 to 9: memory while a message is compressed. @default 8 */
  readonly memLevel?: number;
}

/** zlib makes no raw streams with 8, and with 9 refers no further back than 250 octets. */
const LEAST_WINDOW_BITS = 9;

/** What `info: true` gives; Node's types do not know the option. */
interface WithInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Takes compression from Node's zlib. */
export function nodeDeflate(options: NodeDeflateOptions = {}): RawDeflate {
  const { level = constants.Z_DEFAULT_COMPRESSION, memLevel = constants.Z_DEFAULT_MEMLEVEL } =
    options;
  const finishFlush = constants.Z_SYNC_FLUSH;
  return {
    compress: (data, dictionary, windowBits) =>
      deflateRawSync(data, {
        level,
        memLevel,
        finishFlush,
        windowBits: Math.max(windowBits, LEAST_WINDOW_BITS),
        ...(dictionary === null ? {} : { dictionary }),
      }),
    decompress: (data, dictionary, windowBits, limit) =>
      inflateMessage(inflateStream, data, dictionary, windowBits, limit),
  };
}

const inflateStream: InflateStream = (data, dictionary, windowBits, limit) => {
  try {
    const { buffer, engine } = inflateRawSync(data, {
      // zlib's limit may be neither 0 nor above what a buffer holds.
      maxOutputLength: Math.min(Math.max(limit, 1), constantsOfBuffers.MAX_LENGTH),
      windowBits,
      info: true,
      ...(dictionary === null ? {} : { dictionary }),
    } as object) as unknown as WithInfo;
    return { octets: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    const { code } = error as { code?: string };
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'message-too-large' : 'invalid-deflate';
  }
};
