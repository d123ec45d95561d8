/**
 * What sockets of Node's shape speak to: a stack, or something that acts as one.
 */

import type { AbortLike } from '@netlayers/host';
import type { ByteStream, Listener } from '@netlayers/http';

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
}
