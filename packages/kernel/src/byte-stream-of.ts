/**
 * Any duplex stream of Node as a `ByteStream`, so that what stands on byte streams runs over it: a
 * channel of SSH, a socket of a pipe, TLS.
 */

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ByteStream } from '@netlayers/http';
import { BlockPool } from './block-pool.js';
import type { Carrier } from './carrier.js';
import { DuplexStream, HIGH_WATER_MARK } from './duplex-stream.js';

/** Settings of {@link byteStreamOf}. */
export interface ByteStreamOfOptions {
  /** Bytes waiting in the stream from which `write` returns false. @default 131072 */
  readonly highWaterMark?: number;
  /** The socket under a stream of TLS: its addresses, its reset, and what its peer acknowledges count. */
  readonly carrier?: Carrier;
}

/** One for all: memory for writes, which every stream gives back. */
const pool = new BlockPool();

/**
 * Wraps a duplex stream, which the byte stream then owns; its end of reading no longer ends its writing.
 * Where the duplex has no `resetAndDestroy`, `abort` destroys it: whether the peer is told of a reset or
 * of an end is up to it. Addresses that it does not have are empty, ports 0.
 *
 * @throws TypeError for a stream of objects or of text, or one that is destroyed.
 */
export function byteStreamOf(duplex: Duplex, options: ByteStreamOfOptions = {}): ByteStream {
  check(duplex);
  duplex.allowHalfOpen = true;
  duplex.pause();
  const { carrier } = options;
  const traits = { usesDataEvent: true, returnsChunks: duplex instanceof Socket, carrier };
  return new DuplexStream(duplex, pool, options.highWaterMark ?? HIGH_WATER_MARK, traits);
}

function check(duplex: Duplex): void {
  if (typeof duplex?.write !== 'function' || typeof duplex.pause !== 'function') {
    throw new TypeError('byteStreamOf takes a Duplex');
  }
  if (duplex.destroyed) throw new TypeError('byteStreamOf takes a Duplex that is not destroyed');
  if (duplex.readableObjectMode || duplex.writableObjectMode) {
    throw new TypeError('byteStreamOf takes a Duplex of bytes, not of objects');
  }
  if (duplex.readableEncoding !== null) {
    throw new TypeError('byteStreamOf takes a Duplex of bytes: setEncoding was called on this one');
  }
}
