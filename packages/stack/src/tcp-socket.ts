/**
 * A TCP connection as the application sees it: a byte stream with backpressure both ways, addresses
 * as text, and web streams for those who like them. It has the shape of `ByteStream` of
 * `@netlayers/http`, so that HTTP runs on it.
 */

import type { Clock } from '@netlayers/host';
import { formatAddress } from '@netlayers/ip';
import type { TcpConnection, TcpState } from '@netlayers/tcp';
import type { SocketHandler } from './socket-handler.js';
import { type SocketStreams, streamsOf } from './socket-streams.js';

/** What TCP knows of a connection, as `TCP_INFO` has it; times in ms, sizes in bytes. */
export interface SocketInfo {
  readonly state: TcpState;
  /** Smoothed round-trip time; -1 before the first measurement. */
  readonly srttMs: number;
  readonly rttvarMs: number;
  readonly rtoMs: number;
  readonly cwnd: number;
  /** `Infinity` before the first loss. */
  readonly ssthresh: number;
  readonly congestionControl: string;
  /** Text in a full segment. */
  readonly mss: number;
  readonly sendWindow: number;
  readonly receiveWindow: number;
  /** Written and not yet acknowledged. */
  readonly bufferedBytes: number;
  readonly bytesInFlight: number;
}

/** A connected socket. */
export class TcpSocket {
  readonly #connection: TcpConnection;
  readonly #clock: Clock;
  #streams: SocketStreams | null = null;

  constructor(connection: TcpConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  get localAddress(): string {
    return formatAddress(this.#connection.localAddress);
  }

  get localPort(): number {
    return this.#connection.localPort;
  }

  get remoteAddress(): string {
    return formatAddress(this.#connection.remoteAddress);
  }

  get remotePort(): number {
    return this.#connection.remotePort;
  }

  /** Bytes that were written and that the peer has not acknowledged yet. */
  get unacknowledged(): number {
    return this.#connection.bufferedBytes;
  }

  /** Bytes that the handler has been given so far. */
  get bytesRead(): number {
    return this.#connection.delivery.bytesRead;
  }

  /** Bytes that were written so far, acknowledged or not. */
  get bytesWritten(): number {
    return this.#connection.bytesWritten;
  }

  /**
   * Sets who is called; what has arrived before is delivered then.
   *
   * @throws TypeError when `readable` or `writable` is in use: they have the socket's handler.
   */
  setHandler(handler: SocketHandler): void {
    if (this.#streams !== null) {
      throw new TypeError('the web streams of this socket are in use: it takes no other handler');
    }
    this.#connection.setHandler(handler);
  }

  /**
   * Queues `buf[start..end)`; the bytes are taken before it returns.
   *
   * @returns false: wait for `handleDrain`. Also after `end` and after the close, with nothing queued.
   * @throws TypeError for what is no `Uint8Array`, RangeError for what is no part of it.
   */
  write(buf: Uint8Array, start = 0, end = buf?.length): boolean {
    return this.#connection.write(buf, start, end);
  }

  /** Stops delivery; the window closes and holds the peer back. */
  pause(): void {
    this.#connection.pause();
  }

  /** Goes on with delivery, not inside this call. */
  resume(): void {
    this.#connection.resume();
  }

  /** Holds back segments that are not full until `uncork`; calls nest. */
  cork(): void {
    this.#connection.cork();
  }

  uncork(): void {
    this.#connection.uncork();
  }

  /** Half-closes: what is queued is sent, then a FIN. What the peer sends is still delivered. */
  end(): void {
    this.#connection.end();
  }

  /**
   * Closes both directions: what is queued is sent, then a FIN, and nothing but `handleClose` is
   * called any more, once that is acknowledged or cannot be. Bytes that were not delivered, or that
   * still come, are answered by a reset, with which what is queued is lost.
   */
  close(): void {
    this.#connection.close(this.#clock.now());
  }

  /** Resets the connection now; `handleClose(null)` follows. */
  abort(): void {
    this.#connection.abort(this.#clock.now());
  }

  /** Sends small segments at once (true) or when nothing is unacknowledged (false: Nagle). */
  setNoDelay(noDelay = true): void {
    this.#connection.noDelay = noDelay;
  }

  /**
   * Asks a peer from which nothing has come for `initialDelayMs` whether it is still there, and ends
   * the connection with ETIMEDOUT when it does not answer.
   *
   * @param initialDelayMs 0 leaves the time as it is: two hours unless it was set.
   */
  setKeepAlive(on = false, initialDelayMs = 0): void {
    this.#connection.setKeepAlive(on, initialDelayMs, this.#clock.now());
  }

  /**
   * How long the peer may leave bytes unacknowledged, or a keep-alive probe unanswered, before the
   * connection ends with ETIMEDOUT: the user time-out of RFC 5482.
   *
   * @param ms 0 = what each has by default; `Infinity` = for ever.
   * @throws RangeError for a negative time.
   */
  setUserTimeout(ms: number): void {
    this.#connection.setUserTimeout(ms);
  }

  /** The incoming bytes as a web stream; takes the socket's handler. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#webStreams().readable;
  }

  /** The outgoing bytes as a web stream; takes the socket's handler. Closing it half-closes. */
  get writable(): WritableStream<Uint8Array> {
    return this.#webStreams().writable;
  }

  /** What TCP knows of this connection at this moment. */
  info(): SocketInfo {
    const { snd, rcv, state } = this.#connection;
    return {
      state,
      srttMs: snd.rtt.srttMs,
      rttvarMs: snd.rtt.rttvarMs,
      rtoMs: snd.rtt.rtoMs,
      cwnd: snd.congestion.cwnd,
      ssthresh: snd.congestion.ssthresh,
      congestionControl: snd.congestion.name,
      mss: snd.mss,
      sendWindow: snd.wnd,
      receiveWindow: rcv.wnd,
      bufferedBytes: this.#connection.bufferedBytes,
      bytesInFlight: snd.pipe,
    };
  }

  #webStreams(): SocketStreams {
    // The streams set the handler, and are in use from then on.
    if (this.#streams === null) this.#streams = streamsOf(this);
    return this.#streams;
  }
}
