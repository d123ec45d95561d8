/**
 * The server as a program uses it: handlers go in, transports are listened on, and `close` brings
 * it all to an orderly end. The work is done by `Dispatcher` and `ServedConnections`.
 */

import type { Listener, Method, Transport } from '@netlayers/http';
import { type ServerOptions, settingsOf } from '../base/server-options.js';
import { ServedConnections, type ServerCounters } from '../connection/served-connections.js';
import { Cors } from '../routing/cors.js';
import { Dispatcher } from '../routing/dispatcher.js';
import { type FetchHandler, fetchHandler } from '../routing/fetch-handler.js';
import type { Handler, SwitchHandler } from '../routing/handler.js';

/** How long `close` waits for a connection that gets no further, milliseconds. */
const DEFAULT_GRACE_MS = 10_000;

/** How long a server may take to close. */
export interface CloseOptions {
  /** For a connection that gets no further. @default 10_000 */
  readonly graceMs?: number;
  /** For all of them, whether they get on or not. @default Infinity */
  readonly deadlineMs?: number;
}

/** An HTTP/1.1 server on any `Transport`, or on several. */
export class Server {
  readonly #dispatcher: Dispatcher;
  readonly #connections: ServedConnections;
  readonly #listeners = new Set<Listener>();
  #closing: Promise<void> | null = null;

  /** @throws RangeError for a time-out or limit that is none. */
  constructor(options: ServerOptions = {}) {
    const settings = settingsOf(options);
    const cors = settings.cors === null ? null : new Cors(settings.cors);
    this.#dispatcher = new Dispatcher(cors);
    this.#connections = new ServedConnections(settings, this.#dispatcher, cors);
  }

  /**
   * Answers a method on a path: `/users/:id` binds a segment, a trailing `*` the rest. HEAD is
   * answered by GET's handler, its content left out; OPTIONS and 405 by the server.
   *
   * @throws TypeError for a malformed path, or one that has a handler for the method already.
   */
  route(method: Method, path: string, handler: Handler): this {
    if (method === 'CONNECT') throw new TypeError('CONNECT has no path: use connect()');
    this.#dispatcher.router.add(method, path, handler);
    return this;
  }

  /** Answers every method that has no handler of its own on a path. */
  any(path: string, handler: Handler): this {
    this.#dispatcher.router.add(null, path, handler);
    return this;
  }

  /** Answers whatever no route does with a handler of the web platform's kind. */
  fetch(handler: FetchHandler): this {
    return this.fallback(fetchHandler(handler));
  }

  /** Answers whatever no route does. @throws TypeError when there is such a handler already. */
  fallback(handler: Handler): this {
    this.#dispatcher.setFallback(handler);
    return this;
  }

  /**
   * Answers requests to change to a protocol, such as `websocket` (RFC 9110, 7.8). Without one,
   * `Upgrade` is ignored, as that section allows.
   */
  upgrade(protocol: string, handler: SwitchHandler): this {
    this.#dispatcher.setSwitch(protocol, handler);
    return this;
  }

  /** Answers CONNECT (RFC 9110, 9.3.6), which is 501 without one. */
  connect(handler: SwitchHandler): this {
    this.#dispatcher.setTunnel(handler);
    return this;
  }

  /**
   * Accepts connections; may be called for several transports and ports. The transport stays the
   * caller's to close, after the server.
   *
   * @throws rejects with what the transport's `listen` rejects with, such as `EADDRINUSE`.
   */
  async listen(
    transport: Transport,
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
  ): Promise<Listener> {
    if (this.#closing !== null) throw new TypeError('The server is closed');
    const listener = await transport.listen(options, (stream) => this.#connections.accept(stream));
    this.#listeners.add(listener);
    return listener;
  }

  /** What has happened so far. */
  counters(): ServerCounters {
    return this.#connections.counters();
  }

  /**
   * Ends in an orderly way: accepts nothing more, closes idle connections, and lets running requests
   * finish with `Connection: close`, however long that takes, as long as they get on. Connections that
   * do not for `graceMs`, at the minimum rate, are reset, and at the deadline all that are left.
   *
   * @returns once every connection is over; `counters().cut` says how many had to be cut off.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close({ graceMs, deadlineMs }: CloseOptions): Promise<void> {
    const { clock } = this.#connections.settings;
    const drained = this.#connections.drain(graceMs ?? DEFAULT_GRACE_MS);
    const limit = clock.now() + (deadlineMs ?? Number.POSITIVE_INFINITY);
    const timer =
      limit === Number.POSITIVE_INFINITY
        ? null
        : clock.setTimer(limit, () => this.#connections.resetAll());
    await Promise.all(Array.from(this.#listeners, (listener) => listener.close()));
    await drained;
    if (timer !== null) clock.clearTimer(timer);
  }
}
