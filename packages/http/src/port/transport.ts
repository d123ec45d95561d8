/**
 * The port that HTTP stands on: a stream of bytes with backpressure both ways, and the transport
 * that makes such streams. Our own TCP, the kernel's and a pipe in memory implement it; TLS,
 * PROXY protocol and captures are transports that wrap a transport.
 *
 * No promise per byte and no event emitter: a stream has one handler, and data is valid only until
 * that handler returns.
 */

import type { AbortLike } from '@netlayers/host';
import type { ByteSink } from '../write/byte-sink.js';

/** Receives what happens on a stream. */
export interface ByteStreamHandler {
  /**
   * Bytes in order, `buf[start..end)`; copy what is kept.
   *
   * @param lasts whether nobody will ever write into them again: then they may be kept as they are,
   *   at the price of all memory that `buf` is a part of. @default false
   */
  handleData(buf: Uint8Array, start: number, end: number, lasts?: boolean): void;
  /** The peer has sent its last byte; writing may go on. */
  handleEnd(): void;
  /** After `write` returned false: the queue has drained. */
  handleDrain(): void;
  /**
   * The stream is over in both directions. Comes exactly once and last; where the peer has reset the
   * connection, after the bytes that had come before and that nobody had been given yet.
   *
   * @param error why it failed, with a `code` such as `ECONNRESET` or `ETIMEDOUT`; `null` after an
   *   orderly close in both directions, after the stream's own `abort()`, and after its `close()` once
   *   everything that was written has been taken.
   */
  handleClose(error: Error | null): void;
}

/** A connected, ordered, reliable stream of bytes. */
export interface ByteStream extends ByteSink {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /**
   * Bytes that were written and that the peer's TCP has not acknowledged yet; on the kernel's TCP, that
   * the kernel has not taken yet. 0 once the stream is over. Whoever looks at it from time to time can
   * tell a peer that is slow from one that has stopped.
   */
  readonly unacknowledged: number;
  /**
   * {@link unacknowledged}, and what the kernel has taken but not brought to the peer, where that can
   * be looked up. It may cost something: for whoever is about to give the peer up.
   */
  measureUnacknowledged?(): number;
  /** Whether nobody between the two ends can read or change the octets: TLS. */
  readonly secure: boolean;
  /** The protocol that TLS has agreed on (RFC 7301), as `h2`; `null` without TLS or an agreement. */
  readonly alpn: string | null;
  /**
   * Whether bytes that last are sent from where they are and are not counted as the stream's memory: then
   * more may be handed over at once.
   */
  readonly lends?: boolean;
  /**
   * While `handleData` runs: has the bytes last that it was given in `buf`, as if `lasts` had been true.
   * False where they do not: then they are to be copied. Missing where they never do, or always.
   */
  keep?(buf: Uint8Array): boolean;
  /** Sets who is called; no byte is delivered before the first handler is set. */
  setHandler(handler: ByteStreamHandler): void;
  /**
   * Closes both directions: what is queued is sent, then the end of stream, and nothing but
   * `handleClose` is called any more, never from inside of this call. Bytes of the peer that were not
   * delivered, or that come later, are answered by a reset, with which what is queued is lost.
   */
  close(): void;
  /** Resets the connection now; what is queued is lost. `handleClose(null)` follows, not inside this call. */
  abort(): void;
}

/** A port that accepts connections. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Stops accepting; accepted streams live on. Resolves when the port is free again. */
  close(): PromiseLike<void>;
}

/** Makes streams. */
export interface Transport {
  /**
   * Accepts connections on a port; port 0 chooses a free one.
   *
   * `accept` sets the stream's handler before it returns.
   *
   * @throws rejects with a `code` of `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES`.
   */
  listen(
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
    accept: (stream: ByteStream) => void,
  ): PromiseLike<Listener>;
  /**
   * Connects to a host: an address, or a name where the transport can resolve names.
   *
   * `alpn` names protocols to agree on, best first (RFC 7301), in place of those that a transport of TLS
   * offers by itself; others have no use for it.
   *
   * @throws rejects with a `code` of `ECONNREFUSED`, `ETIMEDOUT`, `EHOSTUNREACH`, `ENOTFOUND` or
   *   `ECONNRESET`, or with the signal's reason.
   */
  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly alpn?: readonly string[];
    readonly signal?: AbortLike;
  }): PromiseLike<ByteStream>;
  /** Closes listeners and whatever the transport owns. */
  close(): PromiseLike<void>;
}
