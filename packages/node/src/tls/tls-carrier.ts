/**
 * The socket that TLS of Node stands on, and what it takes to make a byte stream of the result: where the
 * octets of TLS have got to, and whether an end is a true one.
 *
 * RFC 8446, 6.1: a peer says `close_notify` before it ends. Node takes an end without it for an end;
 * here it is a failure, since whoever can cut a connection could else pass half of a response as whole.
 * Both reach the TLS socket as the same end of reading. What differs is the handle beneath: one that has
 * seen the end of its connection has stopped reading, and one that has brought `close_notify` still reads.
 */

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@netlayers/host';
import type { ByteStream } from '@netlayers/http';
import { byteStreamOf, type Carrier, sendQueueOf } from '@netlayers/kernel';
import { errnoOf } from '../errno.js';
import { nativeSocketOf } from './native-socket.js';
import type { TlsSettings } from './tls-options.js';

/** For the end of a peer that was told of ours; then nobody reads any more. */
const LINGER_MS = 2000;

export const truncated = (): Error =>
  Object.assign(new Error('the peer has ended the connection without an end of TLS'), {
    code: 'ECONNRESET',
  });

/** The part of a handle of Node that is used here. */
interface Handle {
  /** Octets that were given to it and that it still has. */
  readonly writeQueueSize?: number;
  /** Whether its user wants it to read. */
  readonly reading: boolean;
  readStart(): number;
  readStop(): number;
}

interface Handled {
  readonly _handle: Handle | null;
}

const handleOf = (socket: Socket): Handle | null => (socket as unknown as Handled)._handle;

/** What a stream of TLS stands on. */
export interface TlsBeneath {
  readonly socket: TLSSocket;
  /** What carries it: its octets are those that TLS makes. */
  readonly wire: TlsCarrier;
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
  readonly socket: Socket;
  failure: Error | null = null;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #clock: Clock;

  /** @param first octets that the stream has brought already. */
  constructor(stream: ByteStream, first: Buffer | null, { defer, clock }: TlsSettings) {
    this.#clock = clock;
    this.localAddress = stream.localAddress;
    this.localPort = stream.localPort;
    this.remoteAddress = stream.remoteAddress;
    this.remotePort = stream.remotePort;
    this.socket = nativeSocketOf(stream, defer);
    this.socket.on('error', (error) => {
      this.failure ??= error;
    });
    // In a handshake the end of one half is the end.
    this.socket.allowHalfOpen = false;
    if (first !== null) this.socket.unshift(first);
  }

  get bytesWritten(): number {
    return this.socket.bytesWritten;
  }

  get bytesRead(): number {
    return this.socket.bytesRead;
  }

  get unacknowledged(): number {
    return handleOf(this.socket)?.writeQueueSize ?? 0;
  }

  get readableLength(): number {
    return this.socket.readableLength;
  }

  measureUnacknowledged(): number {
    return this.unacknowledged + sendQueueOf(this.socket);
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

  /** A reset while the kernel is asked to shut down is refused: it waits for that to be over. */
  resetAndDestroy(socket: Duplex | null): void {
    if (socket === null || socket.destroyed) {
      this.#reset();
      return;
    }
    const { writableEnded, writableFinished, writableLength } = socket;
    const isShuttingDown = writableEnded && !writableFinished && writableLength === 0;
    if (isShuttingDown && this.unacknowledged === 0) socket.once('finish', () => this.#reset());
    else this.#reset();
  }

  /** Calls back when the stream is over: in a handshake that is a failure. */
  onOver(callback: (failure: Error) => void): void {
    this.socket.once('close', () => callback(this.failure ?? truncated()));
  }

  /** Makes a stream of TLS that is agreed upon. */
  streamOf(socket: TLSSocket, { highWaterMark }: TlsSettings): ByteStream {
    this.#watch(socket);
    const options = highWaterMark === null ? {} : { highWaterMark };
    const stream = byteStreamOf(socket, { carrier: this, ...options });
    beneath.set(stream, { socket, wire: this });
    return stream;
  }

  #reset(): void {
    if (!this.socket.destroyed) this.socket.resetAndDestroy();
  }

  #watch(socket: TLSSocket): void {
    const push = socket.push;
    socket.push = (chunk, encoding) => {
      if (chunk === null && !this.#hasCloseNotify(socket)) this.failure ??= truncated();
      return push.call(socket, chunk, encoding);
    };
  }

  /** Whether the end of reading that has just come is one of TLS. */
  #hasCloseNotify(socket: TLSSocket): boolean {
    const handle = handleOf(this.socket);
    // Who does not read brings no end: it was among what was read before.
    if (handle === null || handleOf(socket)?.reading !== true) return true;
    if (handle.readStart() === errnoOf('EALREADY', 'EALREADY')) return true;
    handle.readStop();
    return false;
  }
}
