/**
 * The handle of a `net.Server` that listens on a host of ours.
 */

import { AsyncResource } from 'node:async_hooks';
import type { Listener } from '@netlayers/http';
import { type AddressOut, putAddress } from './address.js';
import { errnoOfError } from './errno.js';
import type { HostStream, SocketHost } from './socket-host.js';
import { StreamHandle } from './stream-handle.js';
import { deferred, guarded } from './turns.js';

/** What Node listens on where it would open a TCP handle. */
export class ServerHandle {
  /** Set by the server: takes a status and a connection's handle. */
  onconnection: ((status: number, handle: StreamHandle) => void) | null = null;
  readonly #host: SocketHost;
  readonly #address: string;
  readonly #port: number;
  readonly #scope = new AsyncResource('NETLAYERS_SERVER', { requireManualDestroy: true });
  #listener: Listener | null = null;
  #isRef = true;

  /** @param address one of the host's; `0.0.0.0` and `::` = all of them. */
  constructor(host: SocketHost, address: string, port: number) {
    this.#host = host;
    this.#address = address;
    this.#port = port;
  }

  /** Returns a negative error number, or 0. */
  listen(backlog: number): number {
    try {
      const options = { host: this.#address, port: this.#port, backlog };
      this.#listener = this.#host.listen(options, (stream) => {
        guarded(() => this.#scope.runInAsyncScope(() => this.#accept(stream)));
      });
      return 0;
    } catch (error) {
      return errnoOfError(error, 'EADDRNOTAVAIL');
    }
  }

  getsockname(out: AddressOut): number {
    return putAddress(out, this.#address, this.#listener?.port ?? this.#port);
  }

  close(callback?: () => void): void {
    void this.#listener?.close();
    this.#listener = null;
    if (callback === undefined) return;
    deferred(this.#host, () => this.#scope.runInAsyncScope(callback, this));
  }

  ref(): void {
    this.#isRef = true;
  }

  unref(): void {
    this.#isRef = false;
  }

  hasRef(): boolean {
    return this.#isRef && this.#listener !== null;
  }

  #accept(stream: HostStream): void {
    const handle = new StreamHandle(this.#host);
    handle.attach(stream);
    this.onconnection?.(0, handle);
  }
}
