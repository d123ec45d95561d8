/**
 * What sockets of Node's shape speak to: a stack, or something that acts as one.
 */

import type { AbortLike } from '@netlayers/host';
import type { ByteStream, Listener } from '@netlayers/http';
import type { SocketAddress } from './address.js';

/** A connection of a host; what a `ByteStream` has beyond its contract is used where it is there. */
export interface HostStream extends ByteStream {
  setNoDelay?(noDelay?: boolean): void;
  setKeepAlive?(on?: boolean, initialDelayMs?: number): void;
}

/** Where a socket connects to; the host is an address. */
export interface HostConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly signal?: AbortLike;
}

/** Listens and connects, as a `Stack` does. */
export interface SocketHost {
  /** @throws an error with the `code` of a system error, in this call. */
  listen(
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
    accept: (stream: HostStream) => void,
  ): Listener;
  connect(options: HostConnectOptions): PromiseLike<HostStream>;
  /**
   * Runs a callback in a turn of the event loop of its own; a simulation holds its clock meanwhile.
   *
   * @default setImmediate
   */
  defer?(callback: () => void): void;
  /** Binds UDP sockets; a host without it has none. */
  readonly bindUdp?: DatagramHost['bindUdp'];
}

/** A UDP socket of a host. */
export interface HostDatagrams {
  readonly localAddress: string;
  readonly localPort: number;
  /** `null` = it is not connected. */
  readonly remoteAddress: string | null;
  readonly remotePort: number;
  readonly recvBufferSize: number;
  setHandler(handler: {
    handleDatagram(buf: Uint8Array, start: number, end: number, from: SocketAddress): void;
    handleError(error: Error & { readonly isHard: boolean }): void;
    handleDrain(): void;
  }): void;
  send(buf: Uint8Array, start: number, end: number, to: SocketAddress | null): boolean;
  connectTo(address: string, port: number): void;
  disconnect(): void;
  pause(): void;
  resume(): void;
  setBroadcast(on: boolean): void;
  setTtl(ttl: number): void;
  setRecvBufferSize(size: number): void;
  addMembership(group: string): never;
  close(): void;
}

/** Binds UDP sockets, as a `Stack` does. */
export interface DatagramHost extends Pick<SocketHost, 'defer'> {
  /** @throws an error with the `code` of a system error. */
  bindUdp(options: {
    readonly host?: string;
    readonly port?: number;
    readonly reuseAddress?: boolean;
  }): HostDatagrams;
}
