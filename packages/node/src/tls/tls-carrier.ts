/**
 * What it takes to make a byte stream of TLS of Node: where the octets of TLS have got to, and whether an
 * end is a true one.
 *
 * RFC 8446, 6.1: a peer says `close_notify` before it ends. Node takes an end without it for an end;
 * here it is a failure, since whoever can cut a connection could else pass half of a response as whole.
 */

import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@netlayers/host';
import type { ByteStream } from '@netlayers/http';
import { byteStreamOf, type Carrier } from '@netlayers/kernel';
import { deferred } from '../turns.js';
import { truncated } from './handshake-error.js';
import type { TlsSettings } from './tls-options.js';
import { type TlsWire, wireOf } from './tls-wire.js';

/** For the end of a peer that was told of ours; then nobody reads any more. */
const LINGER_MS = 2000;

/** What a stream of TLS stands on. */
export interface TlsBeneath {
  readonly socket: TLSSocket;
  /** What carries it: its octets are those that TLS makes. */
  readonly wire: TlsWire;
}

const beneath = new WeakMap<ByteStream, TlsBeneath>();

/** What is under a stream of a TLS transport, for who reads and writes there in its place; `null` for another stream. */
export const tlsBeneath = (stream: ByteStream): TlsBeneath | null => beneath.get(stream) ?? null;

/** The TLS under a stream of a TLS transport: peer certificate, cipher, version; `null` for another stream. */
export const tlsSocketOf = (stream: ByteStream): TLSSocket | null =>
  tlsBeneath(stream)?.socket ?? null;

/** The stream under one TLS socket. */
export class TlsCarrier implements Carrier {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #wire: TlsWire;
  readonly #clock: Clock;
  readonly #turns: TlsSettings['turns'];
  #isTruncated = false;
  #writeBegan = 0;

  /** @param first octets that the stream has delivered already; `null` for none. */
  constructor(stream: ByteStream, first: Buffer | null, { turns, clock }: TlsSettings) {
    this.localAddress = stream.localAddress;
    this.localPort = stream.localPort;
    this.remoteAddress = stream.remoteAddress;
    this.remotePort = stream.remotePort;
    this.#clock = clock;
    this.#turns = turns;
    this.#wire = wireOf(stream, first, turns);
  }

  /** What TLS is given. */
  get socket(): Duplex {
    return this.#wire.socket;
  }

  get bytesWritten(): number {
    return this.#wire.bytesWritten;
  }

  get writeBegan(): number {
    return this.#writeBegan;
  }

  get unacknowledged(): number {
    return this.#wire.unacknowledged;
  }

  get readableLength(): number {
    return this.#wire.readableLength;
  }

  get failure(): Error | null {
    return this.#wire.failure ?? (this.#isTruncated ? truncated() : null);
  }

  measureUnacknowledged(): number {
    return this.#wire.measureUnacknowledged();
  }

  /**
   * Not while records are being opened: OpenSSL looks for the peer's `close_notify` as soon as it has sent ours,
   * and where it finds content instead it opens nothing more, without a word.
   */
  end(socket: Duplex, ended?: () => void): void {
    deferred(this.#turns, () => socket.end(ended));
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

  /** @param socket the TLS; `null` where there is none yet, or nobody knows it. */
  resetAndDestroy(socket: Duplex | null): void {
    this.#wire.reset(socket as TLSSocket | null);
  }

  /** Calls back when the stream is over: in a handshake that is a failure. */
  onOver(callback: (failure: Error) => void): void {
    this.#wire.onOver(() => callback(this.failure ?? truncated()));
  }

  /** Makes a stream of TLS that is agreed upon. */
  streamOf(socket: TLSSocket, { highWaterMark }: TlsSettings): ByteStream {
    this.#watch(socket);
    const options = highWaterMark === null ? {} : { highWaterMark };
    const stream = byteStreamOf(socket, { carrier: this, ...options });
    beneath.set(stream, { socket, wire: this.#wire });
    return stream;
  }

  #watch(socket: TLSSocket): void {
    const { push, _write, _writev } = socket;
    socket._write = (chunk, encoding, done) => {
      this.#writeBegan = this.#wire.bytesWritten;
      _write.call(socket, chunk, encoding, done);
    };
    if (_writev) {
      socket._writev = (chunks, done) => {
        this.#writeBegan = this.#wire.bytesWritten;
        _writev.call(socket, chunks, done);
      };
    }
    socket.push = (chunk, encoding) => {
      if (chunk === null) this.#isTruncated ||= this.#wire.isEndOf(socket);
      return push.call(socket, chunk, encoding);
    };
  }
}
