/**
 * Where a message is written to: the part of a stream that writers and connections need, so that a
 * `ByteStream` can be passed as it is and a test can pass a list.
 */

/**
 * For how long bytes stay as they are: until the peer has them or the stream is over; or until the `write`
 * that they were given to has returned true, or else until `handleDrain`; or, with false, no longer than
 * that `write` lasts.
 */
export type Lasting = boolean | 'until-drain';

/** Takes the bytes of a connection, and is told when to hold input back. */
export interface ByteSink {
  /**
   * Queues `buf[start..end)` for sending. The bytes are taken before it returns, unless they last.
   *
   * @param lasts whether, and for how long, the bytes stay as they are: then they need not be copied.
   *   @default false
   * @returns false when the queue is over its high-water mark: wait for `handleDrain`. Never an
   *   error; writes after `end`, `close` or `handleClose` are ignored and return false.
   */
  write(buf: Uint8Array, start?: number, end?: number, lasts?: Lasting): boolean;
  /** Stops delivery; once buffers are full the peer is held back. */
  pause(): void;
  /** Goes on with delivery, never from inside this call. */
  resume(): void;
  /** Holds back transmission until `uncork`, so that several writes leave together. Calls nest. */
  cork(): void;
  uncork(): void;
  /** Half-closes: what is queued is sent, then the end of stream. Bytes of the peer are still delivered. */
  end(): void;
}
