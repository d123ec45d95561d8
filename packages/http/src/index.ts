/**
 * HTTP/1.1 messages (RFC 9110, RFC 9112), sans-I/O, and the port that they stand on.
 *
 * @packageDocumentation
 */

export type {
  AbortLike,
  ByteStream,
  ByteStreamHandler,
  Listener,
  Transport,
} from './transport.js';
