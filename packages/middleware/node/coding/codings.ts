/**
 * The content codings of `node:zlib` (RFC 9110, 8.4.1; br is RFC 7932, zstd RFC 8878), as many as this
 * Node has: zstd came with 22.15. Each is a way to code a whole, now or on Node's threads, and a
 * stream; and the way back.
 */

import type { Transform } from 'node:stream';
import zlib from 'node:zlib';

/** A content coding. */
export type CodingName = 'zstd' | 'br' | 'gzip' | 'deflate';

/** A stream of zlib's, to which `flush` brings out what it holds. */
export interface Coder extends Transform {
  flush(callback?: () => void): void;
}

type WholeCallback = (error: Error | null, coded: Uint8Array) => void;

/** How content gets into a coding and out of it. */
export interface Coding {
  readonly name: CodingName;
  /** Codes on this thread. */
  encodeNow(bytes: Uint8Array): Uint8Array;
  /** Codes on one of Node's threads. */
  encode(bytes: Uint8Array): Promise<Uint8Array>;
  encoder(): Coder;
  decoder(): Transform;
}

/** How hard to try; higher is smaller and slower. */
export interface CodingLevels {
  /** 1 to 9. @default 6 */
  readonly gzip?: number;
  /** 0 to 11. @default 4 */
  readonly br?: number;
  /** 1 to 22. @default 3 */
  readonly zstd?: number;
}

/** zlib of a Node that has zstd, of which the types of older ones do not know. */
type Zlib = typeof zlib & {
  readonly createZstdCompress?: (options?: object) => Coder;
  readonly createZstdDecompress?: (options?: object) => Transform;
  readonly zstdCompress?: (bytes: Uint8Array, options: object, callback: WholeCallback) => void;
  readonly zstdCompressSync?: (bytes: Uint8Array, options: object) => Uint8Array;
};

const later = (start: (callback: WholeCallback) => void): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    start((error, coded) => (error === null ? resolve(coded) : reject(error)));
  });

function gzip({ gzip: level = 6 }: CodingLevels): Coding {
  const options = { level };
  return {
    name: 'gzip',
    encodeNow: (bytes) => zlib.gzipSync(bytes, options),
    encode: (bytes) => later((callback) => zlib.gzip(bytes, options, callback)),
    encoder: () => zlib.createGzip({ ...options, flush: zlib.constants.Z_NO_FLUSH }),
    decoder: () => zlib.createGunzip(),
  };
}

function br({ br: level = 4 }: CodingLevels): Coding {
  const options = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: level } };
  return {
    name: 'br',
    encodeNow: (bytes) => zlib.brotliCompressSync(bytes, options),
    encode: (bytes) => later((callback) => zlib.brotliCompress(bytes, options, callback)),
    encoder: () => zlib.createBrotliCompress(options),
    decoder: () => zlib.createBrotliDecompress(),
  };
}

function zstd({ zstd: level = 3 }: CodingLevels, host: Zlib): Coding | null {
  const { createZstdCompress, createZstdDecompress, zstdCompress, zstdCompressSync } = host;
  if (!createZstdCompress || !createZstdDecompress || !zstdCompress || !zstdCompressSync) {
    return null;
  }
  const { ZSTD_c_compressionLevel = 100 } = host.constants as unknown as Record<string, number>;
  const options = { params: { [ZSTD_c_compressionLevel]: level } };
  return {
    name: 'zstd',
    encodeNow: (bytes) => zstdCompressSync(bytes, options),
    encode: (bytes) => later((callback) => zstdCompress(bytes, options, callback)),
    encoder: () => createZstdCompress(options),
    decoder: () => createZstdDecompress(),
  };
}

/** `deflate` is what zlib calls its own format; nobody is answered with it, but some send it. */
const deflate = (): Coding => ({
  name: 'deflate',
  encodeNow: (bytes) => zlib.deflateSync(bytes),
  encode: (bytes) => later((callback) => zlib.deflate(bytes, callback)),
  encoder: () => zlib.createDeflate(),
  decoder: () => zlib.createInflate(),
});

/**
 * The codings that this Node has, by name.
 *
 * @param host zlib, or what a test puts in its place.
 */
export function codingsOf(
  levels: CodingLevels = {},
  host: Zlib = zlib,
): ReadonlyMap<string, Coding> {
  const all = [zstd(levels, host), br(levels), gzip(levels), deflate()];
  return new Map(all.filter((coding) => coding !== null).map((coding) => [coding.name, coding]));
}
