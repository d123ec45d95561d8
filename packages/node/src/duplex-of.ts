/**
 * A byte stream as a Node `Duplex` with the members of `net.Socket` that programs use: HTTP and TLS of
 * Node, HTTP/2, `ws`, clients of databases.
 *
 * It is made of public parts of Node only. Two rules of `net.Socket` are kept that are easily missed:
 * the end comes one macrotask after the bytes before it, and `allowHalfOpen` decides whether the end
 * of the peer ends this half too.
 */

import { Duplex } from 'node:stream';
import type { ByteStream } from '@netlayers/http';
import { familyOf } from './address.js';
import { IdleTimer } from './idle-timer.js';
import type { HostStream } from './socket-host.js';
import { systemError } from './system-error.js';
import { deferred } from './turns.js';

/** Settings of {@link duplexOf}. */
export interface DuplexOfOptions {
  /**
   * Whether writing may go on after the peer's end. True under `tls` and for what an HTTP server is
   * given: with false a TLS layer above loses what it has not decrypted at the end.
   *
   * @default false, as in `node:net`
   */
  readonly allowHalfOpen?: boolean;
  /**
   * Whether what is written stays as it is also behind the callback of the write, so that it need not be
   * copied: Node's own layers, TLS and HTTP/2, make copies before.
   *
   * @default false
   */
  readonly lends?: boolean;
  /** Runs a callback in a turn of the event loop of its own. @default setImmediate */
  readonly defer?: (callback: () => void) => void;
  /**
   * Told why the stream has failed, which then looks like an end: for a layer above that has bytes of
   * its own to deliver before it fails.
   *
   * @default the duplex is destroyed
   */
  readonly onFailure?: (error: Error) => void;
}

type Done = (error?: Error | null) => void;

/** What {@link duplexOf} makes. */
export class StreamDuplex extends Duplex {
  readonly localAddress: string;
  readonly localPort: number;
  readonly localFamily: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteFamily: string;
  /** Bytes that have come. */
  bytesRead = 0;
  /** Whether `connect` was called a moment ago. */
  connecting = false;
  readonly #stream: HostStream;
  readonly #options: DuplexOfOptions;
  readonly #idle: IdleTimer;
  /** A write that waits for room. */
  #waiting: Done | null = null;
  #taken = 0;
  #takenOfCurrent = 0;
  #hasEnded = false;
  #isOver = false;
  #isAborted = false;
  /** Why a write fails, after the stream is over. */
  #failure = 'EPIPE';

  constructor(stream: HostStream, options: DuplexOfOptions) {
    super({ allowHalfOpen: options.allowHalfOpen ?? false, emitClose: false });
    this.#stream = stream;
    this.#options = options;
    this.#idle = new IdleTimer(
      () => this.emit('timeout'),
      () => stream.unacknowledged,
    );
    this.localAddress = stream.localAddress;
    this.localPort = stream.localPort;
    this.localFamily = familyOf(stream.localAddress);
    this.remoteAddress = stream.remoteAddress;
    this.remotePort = stream.remotePort;
    this.remoteFamily = familyOf(stream.remoteAddress);
    stream.pause();
    stream.setHandler({
      handleData: (buf, start, end, lasts) => this.#dataCame(buf, start, end, lasts),
      handleEnd: () => this.#endCame(),
      handleDrain: () => {
        this.#idle.refresh();
        this.#finishWrite(null);
      },
      handleClose: (error) => this.#streamClosed(error),
    });
  }

  get pending(): boolean {
    return this.connecting;
  }

  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** Bytes that were written, those that wait here too. */
  get bytesWritten(): number {
    return this.#taken - this.#takenOfCurrent + this.writableLength;
  }

  /** Bytes that were written and that the peer has not acknowledged. */
  get unacknowledged(): number {
    return this.writableLength - this.#takenOfCurrent + this.#stream.unacknowledged;
  }

  /** The same, with what only the kernel of this host has; it may cost something. */
  measureUnacknowledged(): number {
    const { measureUnacknowledged, unacknowledged } = this.#stream;
    const more = (measureUnacknowledged?.call(this.#stream) ?? unacknowledged) - unacknowledged;
    return this.unacknowledged + Math.max(0, more);
  }

  get bufferSize(): number {
    return this.writableLength;
  }

  /** The time in ms that `setTimeout` was given. */
  get timeout(): number {
    return this.#idle.ms;
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.#send([{ chunk }], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(chunks, done);
  }

  override _final(done: Done): void {
    this.#stream.end();
    process.nextTick(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.connecting = false;
    this.#idle.stop();
    if (!this.#isOver && !this.#isAborted) this.#stream.close();
    this.#finishWrite(error);
    done(error);
    this.#defer(() => this.emit('close', error !== null));
  }

  /** As on a socket: this half ended because the peer's has, so a late write is a broken pipe. */
  override write(...args: unknown[]): boolean {
    if (this.readableEnded && !this.allowHalfOpen && !this.writableEnded && !this.destroyed) {
      const error = Object.assign(new Error('This socket has been ended by the other party'), {
        code: 'EPIPE',
      });
      const done = args.findLast((arg) => typeof arg === 'function') as Done | undefined;
      if (done !== undefined) process.nextTick(done, error);
      this.destroy(error);
      return false;
    }
    return super.write(...(args as Parameters<Duplex['write']>));
  }

  /** Ends this half, and destroys once what was written is with the stream. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Destroys with a reset. */
  resetAndDestroy(): this {
    if (!this.destroyed && !this.#isOver) {
      this.#isAborted = true;
      this.#stream.abort();
    }
    return this.destroy();
  }

  /**
   * Says that the connection, which is there already, is there: for programs that are handed a stream
   * and connect it themselves. A function among the arguments is told too.
   */
  connect(...args: unknown[]): this {
    const listener = args.find((arg) => typeof arg === 'function') as (() => void) | undefined;
    if (listener !== undefined) this.once('connect', listener);
    this.connecting = true;
    process.nextTick(() => {
      if (this.destroyed) return;
      this.connecting = false;
      this.emit('connect');
      this.emit('ready');
    });
    return this;
  }

  setNoDelay(on = true): this {
    this.#stream.setNoDelay?.(on);
    return this;
  }

  setKeepAlive(on = false, initialDelayMs = 0): this {
    this.#stream.setKeepAlive?.(on, initialDelayMs);
    return this;
  }

  /** Has `timeout` emitted after `ms` without a byte either way; 0 = never. */
  setTimeout(ms: number, listener?: () => void): this {
    if (this.destroyed) return this;
    this.#idle.start(ms);
    if (listener === undefined) return this;
    return ms === 0 ? this.removeListener('timeout', listener) : this.once('timeout', listener);
  }

  /** What keeps the process alive is the stream's own. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  address(): { address: string; port: number; family: string } {
    return { address: this.localAddress, port: this.localPort, family: this.localFamily };
  }

  #defer(callback: () => void): void {
    const { defer } = this.#options;
    deferred(defer === undefined ? {} : { defer }, callback);
  }

  #dataCame(buf: Uint8Array, start: number, end: number, lasts = false): void {
    if (this.destroyed) return;
    this.bytesRead += end - start;
    this.#idle.refresh();
    const bytes = lasts ? viewOf(buf, start, end) : Buffer.from(buf.subarray(start, end));
    if (!this.push(bytes)) this.#stream.pause();
  }

  #endCame(): void {
    this.#hasEnded = true;
    this.#defer(() => {
      if (this.destroyed) return;
      this.push(null);
      // Nobody may be reading: the end of an empty stream still has to be seen.
      this.read(0);
    });
  }

  #send(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#idle.refresh();
    if (this.#isOver) {
      done(systemError(this.#failure, 'write'));
      this.#failure = 'EPIPE';
      return;
    }
    this.#stream.cork();
    let hasRoom = true;
    this.#takenOfCurrent = 0;
    for (const { chunk } of chunks) {
      hasRoom = this.#stream.write(chunk, 0, chunk.length, this.#options.lends);
      this.#takenOfCurrent += chunk.length;
    }
    this.#taken += this.#takenOfCurrent;
    this.#stream.uncork();
    this.#waiting = done;
    if (hasRoom) this.#finishWrite(null);
  }

  #finishWrite(error: Error | null): void {
    const done = this.#waiting;
    this.#waiting = null;
    this.#takenOfCurrent = 0;
    done?.(error);
  }

  #streamClosed(error: Error | null): void {
    this.#isOver = true;
    if (this.destroyed) return;
    const code = (error as { readonly code?: unknown } | null)?.code;
    if (error === null) this.#failure = this.#hasEnded ? 'EPIPE' : 'ECONNABORTED';
    else this.#failure = typeof code === 'string' ? code : 'ECONNRESET';
    if (!this.#hasEnded) {
      const { onFailure } = this.#options;
      if (onFailure === undefined || this.#waiting !== null) {
        this.#defer(() => this.destroy(systemError(this.#failure, 'read', error)));
        return;
      }
      onFailure(systemError(this.#failure, 'read', error));
      this.#endCame();
      return;
    }
    if (this.#failure === 'ECONNRESET') this.#failure = 'EPIPE';
    if (this.#waiting !== null) {
      this.#finishWrite(error === null ? null : systemError(this.#failure, 'write', error));
    }
  }
}

const viewOf = (buf: Uint8Array, start: number, end: number): Buffer =>
  Buffer.from(buf.buffer, buf.byteOffset + start, end - start);

/**
 * Wraps a byte stream, which the duplex then owns, as what Node's programs take for a socket.
 *
 * @throws TypeError for what is no byte stream.
 */
export function duplexOf(stream: ByteStream, options: DuplexOfOptions = {}): StreamDuplex {
  if (typeof stream?.setHandler !== 'function') {
    throw new TypeError('duplexOf takes a ByteStream, such as a TcpSocket of a stack');
  }
  return new StreamDuplex(stream, options);
}
