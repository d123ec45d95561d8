/**
 * A handle of Node over a UDP socket of ours: what `dgram.Socket` takes for a UDP handle. Everything
 * above it, events, the queue before the bind, callbacks, is Node's own code.
 *
 * What a program can see is made as libuv and Linux make it: a connected socket is told the errors of
 * the network that are final, as failures of `recvmsg`, and any other socket is told none. A datagram
 * that the device has no room for waits, and its `send` calls back once it is gone.
 */

import { AsyncResource } from 'node:async_hooks';
import { type AddressOut, putAddress, type SocketAddress } from './address.js';
import { errnoOf, errnoOfError } from './errno.js';
import type { DatagramHost, HostDatagrams } from './socket-host.js';
import { deferred, guarded } from './turns.js';

/** Who has sent a datagram, as Node hands it on. */
interface RemoteInfo extends SocketAddress {
  readonly family: 'IPv4';
}

type OnMessage = (
  status: number,
  handle: DatagramHandle,
  buffer?: Buffer,
  from?: RemoteInfo,
) => void;

/** What a caller of `send` is told with. */
interface SendRequest {
  oncomplete?(status: number, sent: number): void;
}

/** A datagram that waits for the device. */
interface Waiting {
  readonly request: SendRequest;
  readonly data: Uint8Array;
  readonly to: SocketAddress | null;
}

const OK = 0;
/** `UV_UDP_REUSEADDR` of libuv. */
const REUSE_ADDRESS = 4;
/** What Linux gives a socket to send from; ours writes into the device. */
const SEND_BUFFER = 212_992;

/** One UDP socket of a program. */
export class DatagramHandle {
  /** Set by the socket. */
  onmessage: OnMessage | null = null;
  /** Looks a name up; taken over from the handle that this one replaces. */
  lookup: unknown;
  readonly fd = -1;
  readonly #host: DatagramHost;
  readonly #scope = new AsyncResource('NETLAYERS_DATAGRAMS', { requireManualDestroy: true });
  readonly #waiting: Waiting[] = [];
  #socket: HostDatagrams | null = null;
  #waitingBytes = 0;
  #isRef = true;

  constructor(host: DatagramHost) {
    this.#host = host;
  }

  getAsyncId(): number {
    return this.#scope.asyncId();
  }

  bind(address: string, port: number, flags = 0): number {
    return attempt('EINVAL', () => {
      const reuseAddress = (flags & REUSE_ADDRESS) !== 0;
      this.#socket = this.#host.bindUdp({ host: address, port, reuseAddress });
    });
  }

  /** `::` is every address. */
  bind6(address: string, port: number, flags = 0): number {
    return this.bind(address === '::' ? '0.0.0.0' : address, port, flags);
  }

  recvStart(): number {
    this.#socket?.setHandler({
      handleDatagram: (buf, start, end, { address, port }) => {
        // The program keeps it, so it has a copy.
        const bytes = Buffer.from(buf.subarray(start, end));
        this.#tell(bytes.length, bytes, { address, family: 'IPv4', port });
      },
      handleError: (error) => {
        if (this.#socket?.remotePort === 0 || !error.isHard) return;
        this.#tell(errnoOfError(error, 'ECONNREFUSED'));
      },
      handleDrain: () => this.#sendWaiting(),
    });
    this.#socket?.resume();
    return OK;
  }

  recvStop(): number {
    this.#socket?.pause();
    return OK;
  }

  connect(address: string, port: number): number {
    return attempt('EINVAL', () => this.#socket?.connectTo(address, port));
  }

  connect6(address: string, port: number): number {
    return this.connect(address, port);
  }

  disconnect(): number {
    return attempt('ENOTCONN', () => this.#socket?.disconnect());
  }

  /**
   * Node passes an address where the socket is not connected, and then whether anybody waits for it.
   *
   * @returns a negative error number; the length and 1 where it has left; 0 where it waits.
   */
  send(
    request: SendRequest,
    chunks: readonly Uint8Array[],
    _count: number,
    port: number | boolean,
    address?: string,
  ): number {
    const to = typeof port === 'number' ? { address: address ?? '127.0.0.1', port } : null;
    const data = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
    let hasLeft = false;
    const status = attempt('EINVAL', () => {
      hasLeft = this.#waiting.length === 0 && this.#sendNow(data, to);
    });
    if (status !== OK || hasLeft) return status || data.length + 1;
    // The program may use its buffer again.
    this.#waiting.push({ request, data: Uint8Array.from(data), to });
    this.#waitingBytes += data.length;
    return OK;
  }

  send6(
    request: SendRequest,
    chunks: readonly Uint8Array[],
    count: number,
    port: number | boolean,
    address?: string,
  ): number {
    return this.send(request, chunks, count, port, address);
  }

  getsockname(out: AddressOut): number {
    const socket = this.#socket;
    if (socket === null) return errnoOf('EBADF', 'EBADF');
    return putAddress(out, socket.localAddress, socket.localPort);
  }

  getpeername(out: AddressOut): number {
    const { remoteAddress = null, remotePort = 0 } = this.#socket ?? {};
    if (remoteAddress === null) return errnoOf('ENOTCONN', 'ENOTCONN');
    return putAddress(out, remoteAddress, remotePort);
  }

  setBroadcast(on: number): number {
    this.#socket?.setBroadcast(on !== 0);
    return OK;
  }

  setTTL(ttl: number): number {
    return attempt('EINVAL', () => this.#socket?.setTtl(ttl));
  }

  addMembership(group: string): number {
    return attempt('ENOTSUP', () => this.#socket?.addMembership(group));
  }

  addSourceSpecificMembership(_source: string, group: string): number {
    return this.addMembership(group);
  }

  /** Nothing was joined. */
  dropMembership(): number {
    return errnoOf('EADDRNOTAVAIL', 'EADDRNOTAVAIL');
  }

  dropSourceSpecificMembership(): number {
    return this.dropMembership();
  }

  setMulticastInterface(): number {
    return errnoOf('ENOTSUP', 'ENOTSUP');
  }

  setMulticastTTL(): number {
    return OK;
  }

  setMulticastLoopback(): number {
    return OK;
  }

  /** A descriptor is no socket of ours. */
  open(): number {
    return errnoOf('EBADF', 'EBADF');
  }

  /** @param size 0 asks; Node throws where it gets nothing back. */
  bufferSize(size: number, isReceive: boolean): number {
    if (!isReceive) return SEND_BUFFER;
    if (size !== 0) this.#socket?.setRecvBufferSize(Math.max(size, 256));
    return this.#socket?.recvBufferSize ?? size;
  }

  getSendQueueSize(): number {
    return this.#waitingBytes;
  }

  getSendQueueCount(): number {
    return this.#waiting.length;
  }

  ref(): void {
    this.#isRef = true;
  }

  unref(): void {
    this.#isRef = false;
  }

  hasRef(): boolean {
    return this.#isRef && this.#socket !== null;
  }

  /** What waits is given up, and its senders are told so. */
  close(callback?: () => void): void {
    this.#socket?.close();
    this.#socket = null;
    const cancelled = errnoOf('ECANCELED', 'ECANCELED');
    for (const { request } of this.#waiting.splice(0)) this.#finish(request, cancelled, 0);
    if (callback !== undefined) this.#run(() => deferred(this.#host, callback));
  }

  /** Returns whether it has left. */
  #sendNow(data: Uint8Array, to: SocketAddress | null): boolean {
    return this.#socket?.send(data, 0, data.length, to) ?? true;
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0) {
      const { request, data, to } = this.#waiting[0] as Waiting;
      let hasLeft = true;
      const status = attempt('EINVAL', () => {
        hasLeft = this.#sendNow(data, to);
      });
      if (!hasLeft) return;
      this.#waiting.shift();
      this.#waitingBytes -= data.length;
      this.#finish(request, status, status === OK ? data.length : 0);
    }
  }

  #finish(request: SendRequest, status: number, sent: number): void {
    this.#run(() => request.oncomplete?.(status, sent));
  }

  #tell(status: number, buffer?: Buffer, from?: RemoteInfo): void {
    this.#run(() => this.onmessage?.(status, this, buffer, from));
  }

  /** Callbacks of a socket run where it was made, not where its datagrams came from. */
  #run(callback: () => void): void {
    guarded(() => this.#scope.runInAsyncScope(callback));
  }
}

/** Returns 0, or the number of what was thrown; `otherwise` where it is no error of the system. */
function attempt(otherwise: string, action: () => void): number {
  try {
    action();
    return OK;
  } catch (error) {
    return errnoOfError(error, otherwise);
  }
}
