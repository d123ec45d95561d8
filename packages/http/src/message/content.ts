/**
 * The content of a message (RFC 9110, 6.4) as a program gives it. This package types a stream but
 * never consumes one: that takes promises, so it belongs to server and client.
 */

import { encodeUtf8 } from '@netlayers/bytes';

/**
 * Bytes, text (sent as UTF-8), a stream of bytes, or nothing.
 *
 * Bytes are read while the message is sent, and must not change any more. The memory of a stream's piece
 * may be used again once the next piece is asked for.
 */
export type Content = Uint8Array | string | AsyncIterable<Uint8Array> | null;

/** Content that is in memory as a whole. */
export type MemoryContent = Uint8Array | string | null;

/** Tells whether content is a stream, which only its length or chunks can delimit. */
export const isStream = (content: Content): content is AsyncIterable<Uint8Array> =>
  content !== null && typeof content !== 'string' && !(content instanceof Uint8Array);

const NOTHING = new Uint8Array(0);

/** The bytes of content in memory; bytes are returned as they are, not copied. */
export const bytesOf = (content: MemoryContent): Uint8Array =>
  content === null ? NOTHING : typeof content === 'string' ? encodeUtf8(content) : content;
