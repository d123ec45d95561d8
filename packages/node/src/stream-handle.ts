/**
 * A handle of Node over a connection of ours: what `net.Socket`, `tls`, `http2` and the HTTP parser
 * of Node take for a TCP handle. Everything above it, errors, counters, half-open, time-outs, is
 * Node's own code.
 *
 * What a program can see is made as libuv makes it:
 * - the end, and a failure, come at least one macrotask after the bytes before them: a poll that
 *   brings bytes never brings the end (Node's HTTP client and server rely on it);
 * - nothing comes while reading is stopped, and nothing after the end, which stops it: a failure waits for
 *   the next read or write, which takes it; writes after that one, or to a peer that has ended, are EPIPE;
 * - a write is over when there is room for the next one, and is cancelled by `close`.
 */

import { AsyncResource } from 'node:async_hooks';
import { type AddressOut, mappedAddress, putAddress, type SocketAddress } from './address.js';
import { errnoOf, errnoOfError } from './errno.js';
import { giveBack } from './give-back.js';
import { JsStream } from './js-stream.js';
import { nodeInternals } from './node-internals.js';
import { reportReadError, watchTls } from './read-error.js';
import type { HostStream, SocketHost } from './socket-host.js';
import { deferred, guarded } from './turns.js';

/** What a caller of `connect` is told with. */
interface ConnectRequest {
  oncomplete?(
    this: ConnectRequest,
    status: number,
    handle: StreamHandle,
    request: ConnectRequest,
    readable: boolean,
    writable: boolean,
  ): void;
}

/** What libuv calls success. */
const OK = 0;
/** The most bytes that are read in one call, as libuv asks for them. */
const PIECE = 0x1_0000;
const KEEP_ALIVE_UNIT_MS = 1000;

/** One connection, or one that is yet to be made. */
export class StreamHandle extends JsStream {
  /** Who connects, and what a second attempt of the same socket connects through. */
  readonly host: SocketHost;
  /** Node leaves alone what a handle does not have. */
  readonly setTypeOfService = undefined;
  readonly getTypeOfService = undefined;
  #stream: HostStream | null = null;
  #bound: SocketAddress | null = null;
  #connecting: AbortController | null = null;
  #write: object | null = null;
  #written = 0;
  #isReading = false;
  #isClosed = false;
  #isRef = true;
  /** What the stream has said and the reader has not been told. */
  #due: 'nothing' | 'end' | 'failure' = 'nothing';
  #isEndTold = false;
  #isDueScheduled = false;
  /** The stream is over in both directions. */
  #isOver = false;
  /** The number of its failure, until a read or a write has taken it. */
  #failure = OK;
  /** Callbacks of a connection run where it was made, not where its bytes came from. */
  readonly #scope = new AsyncResource('NETLAYERS_SOCKET', { requireManualDestroy: true });

  /** @throws Error where this Node has no native streams. */
  constructor(host: SocketHost) {
    super();
    watchTls(isStreamHandle);
    this.host = host;
  }

  /** Takes a connection that is there. */
  attach(stream: HostStream): void {
    this.#stream = stream;
    if (!this.#isReading) stream.pause();
    stream.setHandler({
      handleData: (buf, start, end) => this.#read(buf, start, end),
      handleEnd: () => {
        this.#due = 'end';
        this.#scheduleDue();
      },
      handleDrain: () => this.#finishWrite(OK),
      handleClose: (error) => this.#streamClosed(error),
    });
  }

  // What the native stream calls.

  isClosing(): boolean {
    return this.#isClosed;
  }

  onreadstart(): number {
    if (this.#isReading) return errnoOf('EALREADY', 'EALREADY');
    this.#isReading = true;
    if (this.#due === 'nothing' && this.#isOver && !this.#isEndTold) this.#due = 'end';
    if (this.#due !== 'nothing') this.#scheduleDue();
    this.#stream?.resume();
    return OK;
  }

  onreadstop(): number {
    this.#isReading = false;
    this.#stream?.pause();
    return OK;
  }

  onwrite(request: object, chunks: readonly Uint8Array[]): number {
    const stream = this.#stream;
    this.#write = request;
    if (stream === null || this.#isOver) {
      this.#finishWriteLater(this.#takeFailure() || errnoOf('EPIPE', 'EPIPE'));
      return OK;
    }
    let hasRoom = true;
    if (chunks.length > 1) stream.cork();
    for (const chunk of chunks) {
      this.#written += chunk.length;
      hasRoom = stream.write(chunk, 0, chunk.length);
      // The native stream makes copies for us.
      giveBack(chunk);
    }
    if (chunks.length > 1) stream.uncork();
    if (hasRoom) this.#finishWriteLater(OK);
    return OK;
  }

  onshutdown(request: object): number {
    // The bytes of a write that waits are taken, and nobody is told of room after the end.
    if (this.#write !== null) this.#finishWriteLater(OK);
    this.#stream?.end();
    process.nextTick(() => this.finishShutdown(request, OK));
    return OK;
  }

  // What Node calls of a TCP handle.

  connect(request: ConnectRequest, address: string, port: number): number {
    const controller = new AbortController();
    this.#connecting = controller;
    const { address: localAddress = '0.0.0.0', port: localPort = 0 } = this.#bound ?? {};
    const options = {
      // Nobody is at this address; Linux takes it for this host.
      host: address === '0.0.0.0' ? '127.0.0.1' : address,
      port,
      signal: controller.signal,
      ...(localAddress !== '0.0.0.0' && { localAddress }),
      ...(localPort !== 0 && { localPort }),
    };
    const connected = (stream: HostStream): void => {
      if (this.#isClosed) {
        stream.abort();
        return;
      }
      this.#connecting = null;
      this.attach(stream);
      guarded(() => request.oncomplete?.(OK, this, request, true, true));
    };
    const failed = (error: unknown): void => {
      if (this.#isClosed) return;
      this.#connecting = null;
      const status = connectStatus(error);
      guarded(() => request.oncomplete?.(status, this, request, false, false));
    };
    startConnect(this.host, options).then(connected, failed);
    return OK;
  }

  /** An address of IPv4 inside of IPv6 is one of IPv4. */
  connect6(request: ConnectRequest, address: string, port: number): number {
    const mapped = mappedAddress(address);
    if (mapped !== null) return this.connect(request, mapped, port);
    if (address === '::') return this.connect(request, '127.0.0.1', port);
    return this.connect(request, address, port);
  }

  bind(address: string, port: number): number {
    this.#bound = { address, port };
    return OK;
  }

  bind6(address: string, port: number): number {
    return this.bind(address, port);
  }

  getsockname(out: AddressOut): number {
    const stream = this.#stream;
    if (stream !== null) return putAddress(out, stream.localAddress, stream.localPort);
    if (this.#bound === null) return errnoOf('EINVAL', 'EINVAL');
    return putAddress(out, this.#bound.address, this.#bound.port);
  }

  getpeername(out: AddressOut): number {
    const stream = this.#stream;
    if (stream === null) return errnoOf('ENOTCONN', 'ENOTCONN');
    return putAddress(out, stream.remoteAddress, stream.remotePort);
  }

  setNoDelay(on: boolean): number {
    this.#stream?.setNoDelay?.(on);
    return OK;
  }

  /** @param delay seconds. */
  setKeepAlive(on: boolean, delay: number): number {
    this.#stream?.setKeepAlive?.(on, delay * KEEP_ALIVE_UNIT_MS);
    return OK;
  }

  /** Whether something waits that the reader has not been told: no connection for another request. */
  hasPendingRead(): boolean {
    return this.#due !== 'nothing';
  }

  setSimultaneousAccepts(): number {
    return OK;
  }

  setBlocking(): number {
    return OK;
  }

  /** A descriptor is no connection of ours. */
  open(): number {
    return errnoOf('EBADF', 'EBADF');
  }

  listen(): number {
    return errnoOf('ENOTSUP', 'EINVAL');
  }

  ref(): void {
    this.#isRef = true;
  }

  unref(): void {
    this.#isRef = false;
  }

  hasRef(): boolean {
    return this.#isRef && !this.#isClosed;
  }

  /** Bytes that were given to it: counted here, where it costs no call out of JavaScript. */
  get bytesWritten(): number {
    return this.#written;
  }

  /** Bytes that the peer has not taken: a socket that times out looks whether they become fewer. */
  get writeQueueSize(): number {
    return this.#stream?.unacknowledged ?? 0;
  }

  /** Resets the connection. */
  reset(callback?: () => void): number {
    if (!this.#isClosed) this.#stream?.abort();
    return this.close(callback);
  }

  /** Closes both directions; what is queued still goes out. */
  close(callback?: () => void): number {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#connecting?.abort();
      if (!this.#isOver) this.#stream?.close();
      if (this.#write !== null) this.#finishWriteLater(errnoOf('ECANCELED', 'ECANCELED'));
    }
    if (callback !== undefined) this.#defer(() => callback.call(this));
    return OK;
  }

  #defer(callback: () => void): void {
    deferred(this.host, () => this.#scope.runInAsyncScope(callback));
  }

  /**
   * Native layers take so much in one call; in pieces, a program that throws, or that destroys the
   * socket, is not called again from inside of the same one.
   */
  #read(buf: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end && !this.#isClosed; at += PIECE) {
      guarded(readPiece, this, buf.subarray(at, Math.min(end, at + PIECE)));
    }
  }

  #takeFailure(): number {
    const failure = this.#failure;
    this.#failure = OK;
    if (this.#due === 'failure') this.#due = 'end';
    return failure;
  }

  /** Node counts on it that a write is not over before the call that began it. */
  #finishWriteLater(status: number): void {
    const request = this.#write;
    this.#write = null;
    if (request !== null) process.nextTick(finishWrite, this, request, status);
  }

  #finishWrite(status: number): void {
    const request = this.#write;
    this.#write = null;
    if (request !== null) guarded(() => this.finishWrite(request, status));
  }

  #streamClosed(error: Error | null): void {
    this.#isOver = true;
    if (this.#isClosed) return;
    const hasEnded = this.#isEndTold || this.#due === 'end';
    // Over without an end and without our doing: the host has given the connection up.
    const otherwise = hasEnded ? null : errnoOf('ECONNABORTED', 'ECONNABORTED');
    this.#failure = error === null ? (otherwise ?? OK) : errnoOfError(error, 'ECONNRESET');
    if (hasEnded && this.#failure === errnoOf('ECONNRESET', 'ECONNRESET')) {
      this.#failure = errnoOf('EPIPE', 'EPIPE');
    }
    if (!hasEnded) this.#due = 'failure';
    if (!hasEnded && this.#isReading) this.#scheduleDue();
    else if (this.#write !== null) this.#finishWrite(this.#takeFailure());
  }

  #scheduleDue(): void {
    if (this.#isDueScheduled) return;
    this.#isDueScheduled = true;
    this.#defer(() => {
      this.#isDueScheduled = false;
      this.#tellDue();
    });
  }

  #tellDue(): void {
    if (this.#isClosed || !this.#isReading || this.#due === 'nothing') return;
    const due = this.#due;
    this.#due = 'nothing';
    this.#isEndTold = true;
    if (due === 'end') {
      this.#isReading = false;
      this.emitEOF();
      return;
    }
    const failure = this.#takeFailure();
    reportReadError(this, failure);
    this.#finishWrite(failure);
  }
}

const readPiece = (handle: StreamHandle, piece: Uint8Array): void => handle.readBuffer(piece);

const finishWrite = (handle: StreamHandle, request: object, status: number): void =>
  handle.finishWrite(request, status);

/** An address that the host cannot make anything of is one that it has no way to. */
const connectStatus = (error: unknown): number =>
  (error as { readonly code?: unknown } | null)?.code === 'ENOTFOUND'
    ? errnoOf('ENETUNREACH', 'ENETUNREACH')
    : errnoOfError(error, 'EINVAL');

/** A connect that throws is one that fails. */
const startConnect = async (
  host: SocketHost,
  options: Parameters<SocketHost['connect']>[0],
): Promise<HostStream> => host.connect(options);

/** Tells whether a handle is one of ours. */
export const isStreamHandle = (handle: unknown): handle is StreamHandle =>
  handle instanceof StreamHandle;

/** Marks the socket that a handle belongs to; a TLS socket does not do it by itself. */
export function setOwner(handle: StreamHandle, socket: object): void {
  const owned = handle as unknown as Record<symbol, object>;
  owned[nodeInternals().ownerSymbol] = socket;
}
