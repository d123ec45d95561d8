/**
 * `RawDeflate` over pako, the zlib in JavaScript: for browsers, whose `CompressionStream` cannot flush.
 */

import { Deflate, Inflate } from 'pako';
import { type InflateStream, inflateMessage, type RawDeflate } from '../src/index.js';

/** How well and how fast it compresses. */
export interface PakoDeflateOptions {
  /** 0 (not at all) to 9 (best); -1 is zlib's own choice. @default -1 */
  readonly level?: -1 | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
}

/** zlib makes no raw streams with 8, and with 9 refers no further back than 250 octets. */
const LEAST_WINDOW_BITS = 9;
/** zlib's `Z_SYNC_FLUSH`. */
const SYNC_FLUSH = 2;

/** Octets that are made at a time, so that a limit is noticed. */
const PIECE = 16_384;

/** Collects what a stream makes, up to a limit. */
class Pieces {
  #pieces: Uint8Array[] = [];
  length = 0;

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.length += piece.length;
  }

  join(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

/** Takes compression from pako. */
export function pakoDeflate({ level = -1 }: PakoDeflateOptions = {}): RawDeflate {
  return {
    compress: (data, dictionary, windowBits) => {
      const pieces = new Pieces();
      const deflate = new Deflate({
        raw: true,
        level,
        windowBits: Math.max(windowBits, LEAST_WINDOW_BITS),
        ...(dictionary === null ? {} : { dictionary }),
      });
      deflate.onData = (piece) => pieces.add(piece);
      deflate.push(data, SYNC_FLUSH);
      return pieces.join();
    },
    decompress: (data, dictionary, windowBits, limit) =>
      inflateMessage(inflateStream, data, dictionary, windowBits, limit),
  };
}

/** Thrown out of pako, which goes on otherwise. */
const TOO_LARGE = new RangeError('above the limit');

const inflateStream: InflateStream = (data, dictionary, windowBits, limit) => {
  const pieces = new Pieces();
  const inflate = new Inflate({
    raw: true,
    windowBits,
    chunkSize: PIECE,
    ...(dictionary === null ? {} : { dictionary }),
  });
  let readBytes = (): number => 0;
  inflate.onStart = (stream) => {
    readBytes = () => stream.next_in;
  };
  inflate.onData = (piece) => {
    pieces.add(piece);
    if (pieces.length > limit) throw TOO_LARGE;
  };
  try {
    inflate.push(data, SYNC_FLUSH);
  } catch (error) {
    if (error !== TOO_LARGE) throw error;
    return 'message-too-large';
  }
  // It ends by itself behind a last block; without one the message was cut.
  if (!inflate.ended || inflate.err !== 0) return 'invalid-deflate';
  return { octets: pieces.join(), consumed: readBytes() };
};
