/**
 * A TCP connection as the application sees it: a byte stream with backpressure both ways, addresses
 * as text, and web streams for those who like them. It has the shape of `ByteStream` of
 * `@netlayers/http`, so that HTTP runs on it.
 */

import type { Clock } from '@netlayers/host';
import { formatAddress } from '@netlayers/ip';
import {
  bbr,
  type CongestionControlFactory,
  cubic,
  defaultTcpSettings,
  newReno,
  type TcpConnection,
  type TcpInfo,
  type TcpSettings,
  tcpInfo,
} from '@netlayers/tcp';
import type { SocketHandler } from './socket-handler.js';
import { type SocketStreams, streamsOf } from './socket-streams.js';

/** What TCP knows of a connection, field by field as at `TcpInfo`. */
export type SocketInfo = TcpInfo;

/** A congestion control by name, or one of one's own. */
export type CongestionControlChoice = 'cubic' | 'newReno' | 'bbr' | CongestionControlFactory;

const ALGORITHMS: Readonly<Record<'cubic' | 'newReno' | 'bbr', CongestionControlFactory>> = {
  cubic,
  newReno,
  bbr,
};

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

  /** TCP alone hides nothing: TLS is a transport of its own. */
  get secure(): boolean {
    return false;
  }

  get alpn(): string | null {
    return null;
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
   * While `handleData` runs: has the bytes last that it was given in `buf`, all of that memory with them. For
   * much of a large `buf`; the next packet needs memory of its own then.
   *
   * @returns false: they last no longer than the call, and are to be copied. So it is with bytes that had
   *   to wait, and on devices that receive everything into the same memory.
   */
  keep(buf: Uint8Array): boolean {
    return this.#connection.context.keep(buf);
  }

  /**
   * Queues `buf[start..end)`; the bytes are taken before it returns, unless they last.
   *
   * @param lasts whether nobody will write into them before the peer has acknowledged them, or the
   *   socket is closed: then 16 KiB and more are sent from where they are. What lasts for less is
   *   copied. @default false
   * @returns false: wait for `handleDrain`. Also after `end` and after the close, with nothing queued.
   * @throws TypeError for what is no `Uint8Array`, RangeError for what is no part of it.
   */
  write(
    buf: Uint8Array,
    start = 0,
    end = buf?.length,
    lasts: boolean | 'until-drain' = false,
  ): boolean {
    return this.#connection.write(buf, start, end, lasts);
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
    this.#change({ noDelay });
  }

  /**
   * Asks a peer from which nothing has come for `initialDelayMs` whether it is still there, and ends
   * the connection with ETIMEDOUT when it does not answer.
   *
   * @param initialDelayMs 0 leaves the time as it is: two hours unless it was set.
   * @param intervalMs from one probe to the next; 0 leaves it: 75 s.
   * @param count probes that may go unanswered; 0 leaves it: 9.
   * @throws RangeError for a negative number.
   */
  setKeepAlive(on = false, initialDelayMs = 0, intervalMs = 0, count = 0): void {
    this.#change({
      keepAlive: on,
      ...(initialDelayMs !== 0 && { keepAliveIdleMs: initialDelayMs }),
      ...(intervalMs !== 0 && { keepAliveIntervalMs: intervalMs }),
      ...(count !== 0 && { keepAliveProbes: count }),
    });
  }

  /**
   * How long the peer may leave bytes unacknowledged, or a keep-alive probe unanswered, before the
   * connection ends with ETIMEDOUT: the user time-out of RFC 5482.
   *
   * @param ms 0 = what each has by default; `Infinity` = for ever.
   * @throws RangeError for a negative time.
   */
  setUserTimeout(ms: number): void {
    this.#change({ userTimeoutMs: ms });
  }

  /**
   * Has another congestion control take over from now on (Linux: `TCP_CONGESTION`). `cubic`,
   * `newReno` and `bbr` keep the congestion window and the threshold; one of your own does if it has
   * `adopt`.
   *
   * @throws TypeError for a name that is none of these.
   */
  setCongestionControl(algorithm: CongestionControlChoice): void {
    if (typeof algorithm === 'function') {
      this.#change({ congestionControl: algorithm });
      return;
    }
    if (!Object.hasOwn(ALGORITHMS, algorithm)) {
      throw new TypeError(
        `${algorithm} is no congestion control: cubic, newReno, bbr or a factory`,
      );
    }
    this.#change({ congestionControl: ALGORITHMS[algorithm] });
  }

  /**
   * Bytes that may be written and not acknowledged before `write` returns false (`SO_SNDBUF`); with
   * autotuning a bound.
   *
   * @throws RangeError below 1.
   */
  setSendBufferSize(size: number): void {
    this.#change({ sendBuffer: size });
  }

  /**
   * Bytes that may wait for the handler (`SO_RCVBUF`); with autotuning a bound. A window beyond what
   * the shift of our SYN can say is never offered: more than was set before the handshake may be less
   * than it looks. What is offered already is not taken back.
   *
   * @throws RangeError below 256 and from 1 GiB on.
   */
  setRecvBufferSize(size: number): void {
    this.#change({ receiveBuffer: size });
  }

  /**
   * Bytes written and never sent from which on `write` returns false (`TCP_NOTSENT_LOWAT`), so that
   * what is said late is not behind much of before; `handleDrain` comes below half of it.
   *
   * @param bytes `Infinity` = no such mark.
   * @throws RangeError below 1.
   */
  setNotSentLowWater(bytes: number): void {
    this.#change({ notSentLowWater: bytes });
  }

  /**
   * How long an ACK may wait for bytes to ride on.
   *
   * @param ms 0 to 499; 0 = it never waits.
   * @throws RangeError outside of it.
   */
  setDelayedAck(ms: number): void {
    this.#change({ delayedAckMs: ms });
  }

  /** Acknowledges at once (true: as `setDelayedAck(0)`) or after 40 ms (`TCP_QUICKACK`, but it stays). */
  setQuickAck(on = true): void {
    this.#change({ delayedAckMs: on ? 0 : defaultTcpSettings.delayedAckMs });
  }

  /** Spreads what is sent over the round trip as the congestion control says, if it says so, or not. */
  setPacing(on = true): void {
    this.#change({ pacing: on });
  }

  /**
   * How fast bytes may leave at most (`SO_MAX_PACING_RATE`), whatever the congestion control says.
   *
   * @param rate bytes a second; `Infinity` = no bound.
   * @throws RangeError for 0 and below.
   */
  setMaxPacingRate(rate: number): void {
    this.#change({ maxPacingRate: rate });
  }

  #change(given: Partial<TcpSettings>): void {
    this.#connection.change(given, this.#clock.now());
  }

  /** The incoming bytes as a web stream; takes the socket's handler. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#webStreams().readable;
  }

  /** The outgoing bytes as a web stream; takes the socket's handler. Closing it half-closes. */
  get writable(): WritableStream<Uint8Array> {
    return this.#webStreams().writable;
  }

  /** What TCP knows of this connection at this moment: a copy, which stays as it is. */
  info(): SocketInfo {
    return tcpInfo(this.#connection, this.#clock.now());
  }

  #webStreams(): SocketStreams {
    // The streams set the handler, and are in use from then on.
    if (this.#streams === null) this.#streams = streamsOf(this);
    return this.#streams;
  }
}
