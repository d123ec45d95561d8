/**
 * The server as a program uses it: an application whose transports are listened on, and that `close`
 * brings to an orderly end. The work is done by `Application` and `ServedConnections`.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { Listener, Transport } from '@netlayers/http';
import { type ServerOptions, settingsOf } from '../base/server-options.js';
import { ServedConnections, type ServerCounters } from '../connection/served-connections.js';
import type { ServerProtocol } from '../exchange/protocol.js';
import type { ErrorPage } from '../response/error-page.js';
import { Application } from '../routing/application.js';
import { Cors } from '../routing/cors.js';

/** How long `close` waits for a connection that gets no further, milliseconds. */
const DEFAULT_GRACE_MS = 10_000;

/** How long a server may take to close. */
export interface CloseOptions {
  /**
   * For a connection that gets no further. One that is to take what it was sent has
   * `ServerTimeouts.writeMs`, as always. @default 10_000
   */
  readonly graceMs?: number;
  /** For all of them, whether they get on or not. @default Infinity */
  readonly deadlineMs?: number;
}

const LISTEN =
  'listen takes a transport and a port: server.listen(kernelTransport(), { port: 8080 })';

const CLOSE_OPTIONS: OptionNames<CloseOptions> = { graceMs: 'optional', deadlineMs: 'optional' };

/** An HTTP/1.1 server on any `Transport`, or on several. */
export class Server extends Application {
  readonly #connections: ServedConnections;
  readonly #listeners = new Set<Listener>();
  #closing: Promise<void> | null = null;

  /** @throws RangeError for a time-out or limit that is none. */
  constructor(options: ServerOptions = {}) {
    super();
    const settings = settingsOf(options);
    const cors = settings.cors === null ? null : new Cors(settings.cors);
    this.#connections = new ServedConnections(settings, this, cors);
  }

  /**
   * Accepts connections; may be called for several transports and ports. The transport stays the
   * caller's to close, after the server.
   *
   * @throws rejects with what the transport's `listen` rejects with, such as `EADDRINUSE`; with TypeError
   *   without a transport or a port.
   */
  async listen(
    transport: Transport,
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
  ): Promise<Listener> {
    if (this.#closing !== null) throw new TypeError('The server is closed');
    if (typeof transport?.listen !== 'function' || options?.port === undefined) {
      throw new TypeError(LISTEN);
    }
    const listener = await transport.listen(options, (stream) => this.#connections.accept(stream));
    this.#listeners.add(listener);
    return listener;
  }

  /**
   * Speaks a protocol beside HTTP/1.1 on the connections where TLS has agreed on it.
   *
   * @throws TypeError for one that is spoken already.
   */
  speak(protocol: ServerProtocol): this {
    this.#connections.addProtocol(protocol);
    return this;
  }

  /**
   * Makes the pages of errors that the server answers by itself: 404, 405, 408, 413, 500 and all others.
   * What it throws is given to `onError`, and one line of text is sent.
   */
  errorPage(page: ErrorPage): this {
    this.#connections.errorPage = page;
    return this;
  }

  /** Whether `close` has been called: nothing more is accepted, running requests finish. */
  get isClosing(): boolean {
    return this.#closing !== null;
  }

  /** What has happened so far. */
  counters(): ServerCounters {
    return this.#connections.counters();
  }

  /**
   * Ends in an orderly way: accepts nothing more, closes idle connections, tells `draining` of requests,
   * so that streams of events and WebSockets come to an end, and lets running requests finish with `Connection: close`, however long that takes, as long as they get on. Connections that
   * do not for `graceMs` (`writeMs` where the client is to read) are reset, and at the deadline all that are left.
   *
   * @returns once every connection is over; `counters().cut` says how many had to be cut off.
   * @throws TypeError for an option that is none.
   */
  close(options: CloseOptions = {}): Promise<void> {
    checkOptions('close', options, CLOSE_OPTIONS);
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
