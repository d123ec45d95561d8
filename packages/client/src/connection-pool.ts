/**
 * The connections of a client: at most so many per origin, the one used last is used next, and
 * requests beyond the limit wait in line.
 */

import type { AbortLike, ByteStream, Transport } from '@netlayers/http';
import type { Cancellation } from './cancellation.js';
import { ClientError, connectFailure } from './errors.js';
import type { Origin } from './origin.js';
import {
  type ConnectionOwner,
  type ConnectionSettings,
  PooledConnection,
} from './pooled-connection.js';
import { Timeout } from './timeout.js';

/** Finds the address of a name. */
export type ResolveName = (name: string, signal: AbortLike) => PromiseLike<string>;

/** What the pool is told once. */
export interface PoolSettings extends ConnectionSettings {
  readonly transport: Transport;
  readonly secureTransport: Transport | null;
  readonly resolve: ResolveName | null;
  readonly maxConnectionsPerOrigin: number;
}

/** What is known of one origin. */
interface Place {
  /** Free connections, the one used last at the end. */
  readonly free: PooledConnection[];
  /** Connections that exist or are being made. */
  count: number;
  /** Requests that wait for either. */
  readonly line: (() => void)[];
}

/** Keeps connections. */
export class ConnectionPool implements ConnectionOwner {
  readonly #settings: PoolSettings;
  readonly #places = new Map<string, Place>();
  readonly #connections = new Set<PooledConnection>();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** Connections that exist, in use or free. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * Finds or makes a connection.
   *
   * @param fresh whether it must not have been used before.
   */
  async acquire(
    origin: Origin,
    options: {
      readonly fresh: boolean;
      readonly connectTimeoutMs: number;
      readonly cancellation: Cancellation;
    },
  ): Promise<PooledConnection> {
    const { cancellation } = options;
    for (;;) {
      cancellation.check();
      const place = this.#placeOf(origin);
      const found = options.fresh ? null : this.#takeFree(place);
      if (found !== null) return found;
      if (options.fresh) this.#makeRoom(place);
      if (place.count < this.#settings.maxConnectionsPerOrigin) {
        return await this.#open(origin, place, options.connectTimeoutMs, cancellation);
      }
      await this.#wait(place, cancellation);
    }
  }

  handleFree(connection: PooledConnection): void {
    const place = this.#placeOf(connection.origin);
    place.free.push(connection);
    place.line.shift()?.();
  }

  handleGone(connection: PooledConnection): void {
    if (!this.#connections.delete(connection)) return;
    const place = this.#placeOf(connection.origin);
    const at = place.free.indexOf(connection);
    if (at >= 0) place.free.splice(at, 1);
    this.#leave(connection.origin, place);
  }

  /** Ends the connections that carry nothing. */
  retireFree(): void {
    for (const place of [...this.#places.values()]) {
      for (const connection of [...place.free]) connection.retire();
    }
  }

  /** Resets all connections. */
  abort(): void {
    for (const connection of [...this.#connections]) connection.abort();
  }

  #placeOf(origin: Origin): Place {
    let place = this.#places.get(origin.key);
    if (place === undefined) {
      place = { free: [], count: 0, line: [] };
      this.#places.set(origin.key, place);
    }
    return place;
  }

  #takeFree(place: Place): PooledConnection | null {
    for (let found = place.free.pop(); found !== undefined; found = place.free.pop()) {
      if (found.isFree) return found;
      found.abort();
    }
    return null;
  }

  /** A fresh connection may take the place of a free one. */
  #makeRoom(place: Place): void {
    if (place.count >= this.#settings.maxConnectionsPerOrigin) place.free[0]?.retire();
  }

  /** One connection less: its place is for the next in line. */
  #leave(origin: Origin, place: Place): void {
    place.count--;
    place.line.shift()?.();
    if (place.count === 0 && place.line.length === 0) this.#places.delete(origin.key);
  }

  async #wait(place: Place, cancellation: Cancellation): Promise<void> {
    await new Promise<void>((resolve) => {
      const turn = (): void => resolve();
      place.line.push(turn);
      cancellation.listen(() => {
        const at = place.line.indexOf(turn);
        if (at >= 0) place.line.splice(at, 1);
        // The turn had come already: the next one gets it.
        else place.line.shift()?.();
        resolve();
      });
    });
    cancellation.listen(null);
  }

  async #open(
    origin: Origin,
    place: Place,
    connectTimeoutMs: number,
    cancellation: Cancellation,
  ): Promise<PooledConnection> {
    place.count++;
    try {
      const stream = await this.#connect(origin, connectTimeoutMs, cancellation);
      const connection = new PooledConnection(origin, stream, this.#settings, this);
      this.#connections.add(connection);
      return connection;
    } catch (error) {
      this.#leave(origin, place);
      throw error;
    }
  }

  async #connect(
    origin: Origin,
    timeoutMs: number,
    cancellation: Cancellation,
  ): Promise<ByteStream> {
    const controller = new AbortController();
    const { signal } = controller;
    const timeout = new Timeout(this.#settings.clock, () => {
      const text = `cannot connect to ${origin.authority}: no answer within ${timeoutMs} ms: check the address, or allow it more time`;
      controller.abort(new ClientError('connect-timeout', text));
    });
    timeout.restart(timeoutMs);
    cancellation.listen((reason) => controller.abort(reason));
    try {
      return await this.#reach(origin, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof ClientError ? error : connectFailure(error, origin.authority);
    } finally {
      timeout.stop();
      cancellation.listen(null);
    }
  }

  /** Resolves the name and connects; both are raced against the signal, which they may ignore. */
  #reach(origin: Origin, signal: AbortSignal): Promise<ByteStream> {
    const { transport, secureTransport, resolve } = this.#settings;
    const chosen = origin.secure ? secureTransport : transport;
    if (chosen === null) {
      const text = `https is not available on this client: use http://${origin.authority}, or give it a secureTransport`;
      return Promise.reject(new ClientError('unsupported-protocol', text));
    }
    const isName = !/^[\d.]+$|:/.test(origin.host);
    return new Promise((settle, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      const connect = async (): Promise<void> => {
        const host = resolve !== null && isName ? await resolve(origin.host, signal) : origin.host;
        if (signal.aborted) return;
        const stream = await chosen.connect({ host, port: origin.port, signal });
        // Too late: somebody has given up meanwhile.
        if (signal.aborted) discard(stream);
        else settle(stream);
      };
      connect().catch(reject);
    });
  }
}

function discard(stream: ByteStream): void {
  const ignore = (): void => {};
  stream.setHandler({
    handleData: ignore,
    handleEnd: ignore,
    handleDrain: ignore,
    handleClose: ignore,
  });
  stream.abort();
}
