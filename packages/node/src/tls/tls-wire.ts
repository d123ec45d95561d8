/**
 * What TLS of Node stands on, for one byte stream, with what it has to tell: where octets have got to, and
 * whether the connection has ended.
 *
 * A socket with a native handle carries TLS without a stream of JavaScript between the two: the kernel's
 * own one, or one over a handle of ours. Where Node lacks what such a handle stands on, it is a `Duplex`.
 */

import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ByteStream } from '@netlayers/http';
import { sendQueueOf, takeSocket } from '@netlayers/kernel';
import { duplexOf, type StreamDuplex } from '../duplex-of.js';
import { errnoOf } from '../errno.js';
import type { SocketHost } from '../socket-host.js';
import { StreamHandle } from '../stream-handle.js';

/** How to run something in a turn of its own. */
type Turns = Pick<SocketHost, 'defer'>;

/** The stream beneath one TLS socket. */
export interface TlsWire {
  /** What TLS is given. */
  readonly socket: Duplex;
  /** Octets that TLS has written to it, and that have come. */
  readonly bytesWritten: number;
  readonly bytesRead: number;
  /** Octets that the peer has not acknowledged; of the kernel's TCP, that the kernel has not taken. */
  readonly unacknowledged: number;
  /** Octets that have come and that TLS has not taken. */
  readonly readableLength: number;
  /** Why it has failed. */
  readonly failure: Error | null;
  /** {@link unacknowledged}, and what only the kernel has; it may cost something. */
  measureUnacknowledged(): number;
  /** Whether the end that TLS has just told is that of the connection, and not one of TLS. */
  isEndOf(tls: TLSSocket): boolean;
  /** Resets the connection, behind the end of our half where that is on its way. */
  reset(tls: TLSSocket | null): void;
  /** Calls back when nothing more will come of it: in a handshake that is a failure. */
  onOver(callback: () => void): void;
}

/**
 * Makes the wire of a stream, which is its own from now on.
 *
 * @param first octets that were delivered already; `null` for none.
 */
export function wireOf(stream: ByteStream, first: Buffer | null, turns: Turns): TlsWire {
  const socket = takeSocket(stream) ?? socketOver(stream, turns);
  if (socket === null) return new DuplexWire(stream, first, turns);
  return new SocketWire(socket, first);
}

/** A socket whose handle is over a stream; `null` where Node lacks what such handles stand on. */
function socketOver(stream: ByteStream, turns: Turns): Socket | null {
  let handle: StreamHandle;
  try {
    handle = new StreamHandle(nobody(turns));
  } catch {
    return null;
  }
  handle.attach(stream);
  return new Socket({ handle, manualStart: true } as SocketConstructorOpts);
}

const unreachable = (): never => {
  throw new Error('a socket that is connected connects and listens no more');
};

/** The host of a connection that is there. */
const nobody = (turns: Turns): SocketHost => ({
  listen: unreachable,
  connect: unreachable,
  ...turns,
});

/** The part of a handle of Node that is used here. */
interface Handle {
  /** Octets that were given to it, and those of them that it still has. */
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
  /** Whether its user wants it to read. */
  readonly reading: boolean;
  readStart(): number;
  readStop(): number;
}

const handleOf = (socket: Socket): Handle | null =>
  (socket as unknown as { readonly _handle: Handle | null })._handle;

const ALREADY = errnoOf('EALREADY', 'EALREADY');

class SocketWire implements TlsWire {
  readonly socket: Socket;
  failure: Error | null = null;

  constructor(socket: Socket, first: Buffer | null) {
    this.socket = socket.on('error', (error) => {
      this.failure ??= error;
    });
    // In a handshake the end of the peer is the end.
    socket.allowHalfOpen = false;
    if (first !== null) socket.unshift(first);
  }

  get bytesWritten(): number {
    // Nothing is written to the socket itself, which would look for it.
    return handleOf(this.socket)?.bytesWritten ?? this.socket.bytesWritten;
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

  /**
   * Both ends come to TLS, and of TLS, as the same one. What differs is the handle: one that has seen the end of
   * its connection has stopped reading, and one that has brought `close_notify` among other octets reads on.
   */
  isEndOf(tls: TLSSocket): boolean {
    // Who does not read brings no end: this one was among what was read before.
    if (handleOf(tls)?.reading === false) return false;
    const handle = handleOf(this.socket);
    if (handle?.readStart() === ALREADY) return false;
    handle?.readStop();
    return true;
  }

  /** A reset while the kernel is asked to shut down is refused: it waits for that to be over. */
  reset(tls: TLSSocket | null): void {
    const { writableEnded = false, writableFinished = true, writableLength = 0 } = tls ?? {};
    const isShuttingDown = writableEnded && !writableFinished && writableLength === 0;
    if (isShuttingDown && this.unacknowledged === 0) tls?.once('finish', () => this.#reset());
    else this.#reset();
  }

  onOver(callback: () => void): void {
    this.socket.once('close', callback);
  }

  #reset(): void {
    if (!this.socket.destroyed) this.socket.resetAndDestroy();
  }
}

class DuplexWire implements TlsWire {
  readonly socket: StreamDuplex;
  failure: Error | null = null;
  #hasEnded = false;

  constructor(stream: ByteStream, first: Buffer | null, turns: Turns) {
    const onFailure = (error: Error): void => {
      this.failure ??= error;
    };
    this.socket = duplexOf(stream, {
      allowHalfOpen: true,
      lends: true,
      onFailure,
      ...turns,
    });
    this.socket.on('error', onFailure);
    // In front of TLS, which takes this end for its own.
    this.socket.once('end', () => {
      this.#hasEnded = true;
    });
    if (first !== null) this.socket.push(first);
  }

  get bytesWritten(): number {
    return this.socket.bytesWritten;
  }

  get bytesRead(): number {
    return this.socket.bytesRead;
  }

  get unacknowledged(): number {
    return this.socket.unacknowledged;
  }

  get readableLength(): number {
    return this.socket.readableLength;
  }

  measureUnacknowledged(): number {
    return this.socket.measureUnacknowledged();
  }

  isEndOf(): boolean {
    return this.#hasEnded;
  }

  reset(tls: TLSSocket | null): void {
    this.socket.resetAndDestroy();
    tls?.destroy();
  }

  onOver(callback: () => void): void {
    this.socket.once('end', callback).once('close', callback);
  }
}
