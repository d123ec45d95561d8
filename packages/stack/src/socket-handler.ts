/**
 * What the application is told about a socket. The shape is that of `ByteStreamHandler` of
 * `@netlayers/http`; the import would point upward.
 */

/** Receives what happens on a socket. */
export interface SocketHandler {
  /** Bytes in order, valid until it returns. */
  handleData(buf: Uint8Array, start: number, end: number): void;
  /** The peer has sent its last byte. */
  handleEnd(): void;
  /** After `write` returned false: there is room again. */
  handleDrain(): void;
  /** The connection is over in both directions; comes exactly once and last. */
  handleClose(error: Error | null): void;
}
