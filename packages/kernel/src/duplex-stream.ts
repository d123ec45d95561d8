/**
 * A duplex stream of Node as a `ByteStream`: a socket of the kernel's TCP, or any other.
 *
 * Writing: bytes are collected, and leave when a block of them is full, when the last cork is pulled,
 * behind the handler of the bytes that they answer, or else once per tick after the microtasks: all
 * answers of one turn share a system call. Reading: nothing is asked of the socket before a handler is set.
 *
 * Invariant: the handler sees data, end, close in this order, close once, and nothing while paused
 * except the close of a connection that failed.
 */

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkOctets } from '@netlayers/bytes';
import type { ByteStream, ByteStreamHandler, Lasting } from '@netlayers/http';
import type { BlockPool } from './block-pool.js';
import type { Carrier } from './carrier.js';
import { resetError, unreadError } from './errors.js';
import { SendBlocks, type SendTraits } from './send-blocks.js';
import { sendQueueOf } from './send-queues.js';

/** Bytes waiting in a stream from which `write` returns false, unless told otherwise. */
export const HIGH_WATER_MARK = 0x2_0000;

/** Bytes of a write that is worth a chunk of its own, to save their copy. */
const SMALLEST_LENT = 0x4000;

/** A server that listens on `::` sees IPv4 peers in this form (RFC 4291, 2.5.5.2). */
const plainAddress = (address = ''): string =>
  address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;

/** What the handle of a socket counts: bytes given to it, and those of them that the kernel has not. */
interface PartialHandle {
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
}

/**
 * What a socket has beyond a `Duplex`. Where `resetAndDestroy` is there, `destroy` sends what the
 * stream has taken, and an end or a reset behind it, as the kernel does.
 */
interface SocketLike extends Duplex {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  /** Bytes that were written and that the peer has not acknowledged, where it knows. */
  readonly unacknowledged?: number;
  /** TLS counts other bytes than its user does. */
  readonly encrypted?: boolean;
  /** What TLS has agreed on; false for nothing. */
  readonly alpnProtocol?: string | false | null;
  resetAndDestroy?(): unknown;
}

/** One end of a connection. */
export interface SocketEnd {
  readonly address: string;
  readonly port: number;
}

/** What a wrapped stream is known to do. */
export interface DuplexTraits extends SendTraits {
  /** Whether data arrives through the `data` event; otherwise through `deliver`. */
  readonly usesDataEvent: boolean;
  /** What is beneath a stream that is encrypted. */
  readonly carrier?: Carrier | undefined;
  /** Where the listener is bound that has accepted it, if one has. */
  readonly listener?: () => SocketEnd;
}

/** Wraps one stream, which it then owns. */
export class DuplexStream implements ByteStream {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Asked of the kernel when somebody wants to know. */
  #local: SocketEnd | null = null;
  readonly #socket: SocketLike;
  readonly #blocks: SendBlocks;
  readonly #highWaterMark: number;
  readonly #traits: DuplexTraits;
  #handler: ByteStreamHandler | null = null;
  #paused = false;
  /** What could not be delivered while there was no handler, or while paused. */
  #held: 'nothing' | 'end' | 'close' = 'nothing';
  /** Bytes that the user has written so far. */
  #written = 0;
  #needsDrain = false;
  /** What was lent until the drain is not sent yet. */
  #isLentUntilDrain = false;
  #corks = 0;
  #flushScheduled = false;
  #ended = false;
  #aborted = false;
  /** Nobody reads here any more. */
  #closing = false;
  /** Bytes came when nobody read any more. */
  #refused = false;
  #closed = false;
  /** The peer has ended its half. */
  #hasEnded = false;
  #error: Error | null = null;
  /** Octets that the carrier had when the stream began, and when everything was last sealed. */
  #carriedBefore = 0;
  #carriedLast = 0;
  readonly #flushLater = (): void => {
    this.#flushScheduled = false;
    if (this.#corks === 0) this.#blocks.flush();
  };

  constructor(socket: SocketLike, pool: BlockPool, highWaterMark: number, traits: DuplexTraits) {
    const ends = traits.carrier ?? socket;
    this.remoteAddress = plainAddress(ends.remoteAddress);
    this.remotePort = ends.remotePort ?? 0;
    this.#socket = socket;
    this.#blocks = new SendBlocks(socket, pool, traits, () => this.#handleSent());
    this.#highWaterMark = highWaterMark;
    this.#traits = traits;
    socket.on('error', (error) => {
      this.#error ??= resetError(error);
      // TLS that has gone wrong says so, and stays.
      if (traits.carrier !== undefined) socket.destroy();
    });
    socket.on('end', () => this.#peerEnded());
    // A socket goes on a tick after it was told to, also where it was paused meanwhile.
    socket.on('resume', () => {
      if (this.#paused && !this.#closing) socket.pause();
    });
    socket.on('close', () => this.#socketClosed());
  }

  get localAddress(): string {
    return this.#localEnd.address;
  }

  get localPort(): number {
    return this.#localEnd.port;
  }

  get secure(): boolean {
    return this.#socket.encrypted === true;
  }

  get alpn(): string | null {
    const { alpnProtocol } = this.#socket;
    return typeof alpnProtocol === 'string' ? alpnProtocol : null;
  }

  get lends(): boolean {
    return this.#traits.isSocket === true;
  }

  get #localEnd(): SocketEnd {
    if (this.#local !== null) return this.#local;
    const { localAddress, localPort } = this.#traits.carrier ?? this.#socket;
    // A socket that is over has forgotten it.
    const known = localAddress === undefined ? this.#traits.listener?.() : null;
    this.#local = known ?? { address: plainAddress(localAddress), port: localPort ?? 0 };
    return this.#local;
  }

  get unacknowledged(): number {
    if (this.#closed || this.#aborted || this.#socket.destroyed) return 0;
    // What a socket calls back for it calls back whole, however much it was. Its handle knows better;
    // Node itself asks it to tell a slow peer from one that has stopped. Other hosts may not have it.
    const { _handle: handle } = this.#socket as unknown as { _handle?: PartialHandle | null };
    const { unacknowledged, encrypted } = this.#socket;
    const { carrier } = this.#traits;
    if (carrier !== undefined) return this.#unacknowledgedOf(carrier, carrier.unacknowledged);
    if (unacknowledged !== undefined) return unacknowledged + this.#blocks.unflushed;
    if (encrypted === true) return this.#blocks.queued;
    if (handle?.writeQueueSize === undefined || handle.bytesWritten === undefined) {
      return this.#blocks.queued;
    }
    return this.#written - handle.bytesWritten + handle.writeQueueSize;
  }

  /** What is not sealed yet, and what is sealed and not acknowledged: a little more than was written. */
  #unacknowledgedOf({ bytesWritten, writeBegan }: Carrier, unacknowledged: number): number {
    const { queued, unflushed } = this.#blocks;
    // What it is given beside writes, such as the end, is nothing that was written.
    if (queued === 0) {
      const beside = bytesWritten - this.#carriedLast;
      const ofData = this.#carriedLast - this.#carriedBefore;
      return Math.min(Math.max(0, unacknowledged - beside), ofData);
    }
    // A write calls back as a whole; how far it is shows in what the carrier was given meanwhile.
    const unsealed = Math.max(unflushed, queued - (bytesWritten - writeBegan));
    return unsealed + Math.min(unacknowledged, bytesWritten - this.#carriedBefore);
  }

  measureUnacknowledged(): number {
    const { unacknowledged } = this;
    if (this.#closed || this.#aborted || this.#socket.destroyed) return unacknowledged;
    const { carrier } = this.#traits;
    if (carrier?.measureUnacknowledged !== undefined) {
      return this.#unacknowledgedOf(carrier, carrier.measureUnacknowledged());
    }
    // Who counts for itself knows; and of TLS the kernel holds other octets than were written.
    if (this.#socket.unacknowledged !== undefined || this.#socket.encrypted) return unacknowledged;
    return unacknowledged + sendQueueOf(this.#socket);
  }

  /**
   * Lets go of a socket that this package has made, paused, with nobody listening; `null` for any other,
   * and once something was written or has ended. The handler of the bytes that came may do it.
   */
  release(): Socket | null {
    const isInUse = this.#written > 0 || this.#ended || this.#held !== 'nothing';
    if (this.#traits.isSocket !== true || isInUse || this.#socket.destroyed) return null;
    this.#closed = true;
    const socket = this.#socket as unknown as Socket;
    for (const event of ['error', 'end', 'resume', 'close', 'data'])
      socket.removeAllListeners(event);
    return socket.pause();
  }

  setHandler(handler: ByteStreamHandler): void {
    const first = this.#handler === null;
    this.#handler = handler;
    if (!first) return;
    if (this.#traits.usesDataEvent) {
      // A socket and TLS read into new memory each time; what others push may be used again.
      const lasts = this.#traits.isSocket === true || this.#traits.carrier !== undefined;
      this.#socket.on('data', (chunk: Buffer) => this.deliver(chunk, 0, chunk.length, lasts));
    }
    if (!this.#paused) this.#goOn();
  }

  /** Hands over bytes that the socket has read, into memory of their own if they last. */
  deliver(buf: Uint8Array, start: number, end: number, lasts: boolean): void {
    // A socket may still hold bytes that it had read before it was destroyed.
    if (this.#closing) this.#refuse();
    else if (!this.#aborted) {
      // What answers these bytes leaves behind them, together.
      this.#corks++;
      try {
        this.#handler?.handleData(buf, start, end, lasts);
      } finally {
        this.uncork();
      }
    }
  }

  write(buf: Uint8Array, start = 0, end = buf?.length, lasts: Lasting = false): boolean {
    checkOctets(buf, start, end);
    if (this.#ended || this.#aborted || this.#closed) return false;
    const blocks = this.#blocks;
    if (this.#written === 0) this.#carriedBefore = this.#traits.carrier?.bytesWritten ?? 0;
    this.#written += end - start;
    const isLent = lasts === true || (lasts === 'until-drain' && this.lends);
    if (isLent && end - start >= SMALLEST_LENT) {
      blocks.addLent(buf, start, end);
      if (lasts === 'until-drain') this.#isLentUntilDrain = blocks.isHeld;
    } else blocks.add(buf, start, end);
    if (this.#corks === 0 && blocks.unflushed > 0) this.#scheduleFlush();
    if (blocks.queued < this.#highWaterMark && !this.#isLentUntilDrain) return true;
    this.#needsDrain = true;
    return false;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#handler !== null) this.#goOn();
  }

  cork(): void {
    this.#corks++;
  }

  uncork(): void {
    if (this.#corks > 0 && --this.#corks === 0) this.#blocks.flush();
  }

  end(): void {
    if (this.#ended || this.#aborted || this.#closed) return;
    this.#ended = true;
    this.#blocks.flush();
    this.#endSocket();
  }

  abort(): void {
    if (this.#aborted || this.#closed) return;
    this.#aborted = true;
    this.#blocks.drop();
    if (this.#held === 'close') process.nextTick(() => this.#close(null));
    else this.#reset();
  }

  close(): void {
    if (this.#closing || this.#aborted || this.#closed) return;
    this.#closing = true;
    this.#needsDrain = false;
    if (this.#held === 'close') {
      process.nextTick(() => this.#close(this.#error));
      return;
    }
    this.#blocks.flush();
    this.#ended = true;
    // The kernel resets for what it holds itself, but does not know of what Node has read.
    const unread = this.#socket.readableLength + (this.#traits.carrier?.readableLength ?? 0);
    if (unread > 0) this.#refuse();
    else this.#destroyIfSent();
    // Bytes that come until then show themselves; for later ones there is the kernel.
    if (this.#handler !== null) this.#socket.resume();
  }

  /** The kernel's own close sends a FIN, or a reset where bytes are unread: a shutdown would not. */
  #destroyIfSent(): void {
    if (!this.#closing || this.#blocks.queued > 0 || this.#refused) return;
    const socket = this.#socket;
    if (socket.resetAndDestroy !== undefined && socket.encrypted !== true) socket.destroy();
    else this.#endSocket(() => this.#letGo());
  }

  #endSocket(ended?: () => void): void {
    const { carrier } = this.#traits;
    if (carrier === undefined) this.#socket.end(ended);
    else carrier.end(this.#socket, ended);
  }

  /** TLS still takes what is its own, such as tickets: a reset would take what was sent along. */
  #letGo(): void {
    const { carrier } = this.#traits;
    if (carrier === undefined || this.#socket.destroyed) this.#socket.destroy();
    else {
      carrier.linger(this.#socket);
      this.#close(this.#error);
    }
  }

  /** Bytes have come that nobody reads. */
  #refuse(): void {
    if (this.#refused || this.#socket.destroyed) return;
    this.#refused = true;
    if (this.unacknowledged > 0) this.#error ??= unreadError();
    this.#reset();
  }

  /** A reset while the kernel is asked to shut down is refused: it waits for that to be over. */
  #reset(): void {
    const socket = this.#socket;
    if (socket.resetAndDestroy === undefined || socket.encrypted === true) {
      const { carrier } = this.#traits;
      if (carrier === undefined) socket.destroy();
      else carrier.resetAndDestroy(socket);
      return;
    }
    const { writableEnded, writableFinished, writableLength } = socket;
    const shuttingDown = writableEnded && !writableFinished && writableLength === 0;
    if (shuttingDown && !socket.destroyed) socket.once('finish', () => socket.resetAndDestroy?.());
    else socket.resetAndDestroy();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    process.nextTick(this.#flushLater);
  }

  /** The socket holds less than it did. */
  #handleSent(): void {
    if (this.#blocks.queued === 0) this.#carriedLast = this.#traits.carrier?.bytesWritten ?? 0;
    this.#destroyIfSent();
    if (this.#isLentUntilDrain && this.#blocks.isHeld) return;
    if (this.#blocks.queued > this.#highWaterMark / 2) return;
    if (!this.#needsDrain || this.#ended || this.#aborted || this.#socket.destroyed) return;
    this.#needsDrain = false;
    this.#isLentUntilDrain = false;
    this.#handler?.handleDrain();
  }

  /** Starts or restarts delivery, never from inside the call that asked for it. */
  #goOn(): void {
    if (this.#held === 'nothing') this.#socket.resume();
    else process.nextTick(() => this.#deliverHeld());
  }

  #deliverHeld(): void {
    if (this.#paused || this.#aborted || this.#held === 'nothing') return;
    const held = this.#held;
    this.#held = 'nothing';
    if (this.#error === null) this.#handler?.handleEnd();
    if (held === 'close') this.#close(this.#error);
  }

  #peerEnded(): void {
    if (this.#aborted || this.#closing) return;
    if (this.#failed()) {
      this.#socket.destroy();
      return;
    }
    this.#hasEnded = true;
    if (this.#paused || this.#handler === null) this.#held = 'end';
    else this.#handler.handleEnd();
  }

  #socketClosed(): void {
    this.#blocks.drop();
    if (!this.#closing && !(this.#hasEnded && this.#ended)) this.#failed();
    if (this.#aborted) this.#close(null);
    else if (this.#closing && this.#handler !== null) this.#close(this.#error);
    else if (this.#handler === null || (this.#held === 'end' && this.#error === null)) {
      this.#held = 'close';
    } else this.#close(this.#error);
  }

  /** Whether the end that seems to have come is none. */
  #failed(): boolean {
    this.#error ??= this.#traits.carrier?.failure ?? null;
    return this.#error !== null;
  }

  #close(error: Error | null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler?.handleClose(error);
  }
}
