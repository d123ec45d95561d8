/**
 * Where a connection writes to: the part of `ByteStream` that it needs, so that a stream can be
 * passed as it is and a test can pass a list.
 */

import type { ByteStream } from './transport.js';

/** Takes the bytes of a connection, and is told when to hold input back. */
export type ByteSink = Pick<ByteStream, 'write' | 'pause' | 'resume' | 'cork' | 'uncork' | 'end'>;
