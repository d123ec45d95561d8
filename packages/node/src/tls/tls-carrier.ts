/**
 * A byte stream as what TLS of Node stands on, and what it takes to make one of the result: where the
 * octets of TLS have got to, and whether an end is a true one.
 *
 * RFC 8446, 6.1: a peer says `close_notify` before it ends. Node takes an end without it for an end;
 * here it is a failure, since whoever can cut a connection could else pass half of a response as whole.
 */

import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@netlayers/host';
import type { ByteStream } from '@netlayers/http';
import { byteStreamOf, type Carrier } from '@netlayers/kernel';
import { duplexOf, type StreamDuplex } from '../duplex-of.js';
import { BEGINNING_OCTETS } from './plain-request.js';
import type { TlsSettings } from './tls-options.js';

/** For the end of a peer that was told of ours; then nobody reads any more. */
const LINGER_MS = 2000;

const truncated = (): Error =>
  Object.assign(new Error('the peer has ended the connection without an end of TLS'), {
    code: 'ECONNRESET',
  });

/** What a stream of TLS stands on. */
export interface TlsBeneath {
  readonly socket: TLSSocket;
  /** What carries it: its octets are those that TLS makes. */
  readonly wire: StreamDuplex;
}

const beneath = new WeakMap<ByteStream, TlsBeneath>();

/** What is under a stream of a TLS transport, for who reads and writes there in its place; `null` for another stream. */
export const tlsBeneath = (stream: ByteStream): TlsBeneath | null => beneath.get(stream) ?? null;

/** The TLS under a stream of a TLS transport: peer certificate, cipher, version; `null` for another stream. */
export const tlsSocketOf = (stream: ByteStream): TLSSocket | null =>
  tlsBeneath(stream)?.socket ?? null;

/** The stream under one TLS socket. */
export class TlsCarrier implements Carrier {
  /** What TLS is given. */
  readonly duplex: StreamDuplex;
  failure: Error | null = null;
  /** The first octets that came, each a letter, where {@link keepBeginning} was called. */
  beginning = '';
  readonly #stream: ByteStream;
  readonly #clock: Clock;

  constructor(stream: ByteStream, { defer, clock }: TlsSettings) {
    this.#stream = stream;
    this.#clock = clock;
    const onFailure = (error: Error): void => {
      this.failure ??= error;
    };
    const options = {
      allowHalfOpen: true,
      lends: true,
      onFailure,
      ...(defer !== null && { defer }),
    };
    this.duplex = duplexOf(stream, options).on('error', onFailure);
  }

  get localAddress(): string {
    return this.duplex.localAddress;
  }

  get localPort(): number {
    return this.duplex.localPort;
  }

  get remoteAddress(): string {
    return this.duplex.remoteAddress;
  }

  get remotePort(): number {
    return this.duplex.remotePort;
  }

  get bytesWritten(): number {
    return this.duplex.bytesWritten;
  }

  get unacknowledged(): number {
    return this.duplex.unacknowledged;
  }

  get readableLength(): number {
    return this.duplex.readableLength;
  }

  linger(socket: Duplex): void {
    if (socket.readableEnded) {
      socket.destroy();
      return;
    }
    const destroy = (): void => void socket.destroy();
    const timer = this.#clock.setTimer(this.#clock.now() + LINGER_MS, destroy);
    socket.once('end', destroy).once('close', () => this.#clock.clearTimer(timer));
    socket.resume();
  }

  resetAndDestroy(): void {
    this.duplex.resetAndDestroy();
  }

  /** Lets go of the stream beneath, which is the caller's from now on: TLS has sent nothing to it. */
  release(): ByteStream {
    this.duplex.release();
    return this.#stream;
  }

  /** Keeps what comes first: TLS does not tell what it was that is no TLS. */
  keepBeginning(): void {
    const { duplex } = this;
    const push = duplex.push;
    duplex.push = (chunk: Buffer | null, encoding) => {
      if (chunk !== null) {
        this.beginning += chunk.toString('latin1', 0, BEGINNING_OCTETS - this.beginning.length);
      }
      if (chunk === null || this.beginning.length >= BEGINNING_OCTETS) duplex.push = push;
      return push.call(duplex, chunk, encoding);
    };
  }

  /** Calls back when the stream is over: in a handshake that is a failure. */
  onOver(callback: (failure: Error) => void): void {
    const over = (): void => callback(this.failure ?? truncated());
    this.duplex.once('end', over).once('close', over);
  }

  /** Makes a stream of TLS that is agreed upon. */
  streamOf(socket: TLSSocket, { highWaterMark }: TlsSettings): ByteStream {
    this.#watch(socket);
    const options = highWaterMark === null ? {} : { highWaterMark };
    const stream = byteStreamOf(socket, { carrier: this, ...options });
    beneath.set(stream, { socket, wire: this.duplex });
    return stream;
  }

  #watch(socket: TLSSocket): void {
    let hasEnded = socket.readableEnded;
    const push = socket.push.bind(socket);
    socket.push = (chunk, encoding) => {
      if (chunk === null) hasEnded = true;
      return push(chunk, encoding);
    };
    // In front of TLS, which takes this end for its own.
    this.duplex.prependListener('end', () => {
      if (!hasEnded) this.failure ??= truncated();
    });
  }
}
