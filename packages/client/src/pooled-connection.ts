/**
 * A connection to one origin, over its whole life: exchanges one after another, idle times between
 * them, and the end. Joins a `ByteStream` to the HTTP machine, and both to the exchange that runs.
 */

import type { Clock } from '@netlayers/host';
import {
  type ByteStream,
  type ByteStreamHandler,
  ClientConnection,
  type ClientConnectionHandler,
  type ClientConnectionOptions,
  type Headers,
  type HttpProtocolError,
  listMembers,
  type ResponseHead,
} from '@netlayers/http';
import { Exchange, type ExchangeCarrier, type ExchangePlan } from './exchange.js';
import type { Origin } from './origin.js';
import { Timeout } from './timeout.js';

/** Who keeps connections. */
export interface ConnectionOwner {
  /** It is free for another exchange. */
  handleFree(connection: PooledConnection): void;
  /** It will carry no other exchange. */
  handleGone(connection: PooledConnection): void;
}

/** What a connection is told when it is made. */
export interface ConnectionSettings {
  readonly clock: Clock;
  readonly http: ClientConnectionOptions;
  /** How long it is kept without a request, milliseconds. */
  readonly idleTimeoutMs: number;
}

/** A server that names its own idle time may close a moment earlier than we count (milliseconds). */
const HINT_MARGIN_MS = 1000;
/** How long a connection that we have ended waits for the server to end it too. */
const LINGER_MS = 1000;

/** Implements the carrier of an exchange. */
export class PooledConnection
  implements ByteStreamHandler, ClientConnectionHandler, ExchangeCarrier
{
  readonly origin: Origin;
  readonly stream: ByteStream;
  readonly http: ClientConnection;
  /** Exchanges begun. */
  requests = 0;
  readonly #settings: ConnectionSettings;
  readonly #owner: ConnectionOwner;
  readonly #timer: Timeout;
  #exchange: Exchange | null = null;
  #idleMs: number;
  #gone = false;
  #aborted = false;
  #closed = false;

  constructor(
    origin: Origin,
    stream: ByteStream,
    settings: ConnectionSettings,
    owner: ConnectionOwner,
  ) {
    this.origin = origin;
    this.stream = stream;
    this.#settings = settings;
    this.#owner = owner;
    this.#idleMs = settings.idleTimeoutMs;
    this.#timer = new Timeout(settings.clock, () => this.#idleTooLong());
    this.http = new ClientConnection(stream, this, settings.http);
    stream.setHandler(this);
  }

  /** Whether another exchange may begin. */
  get isFree(): boolean {
    return !this.#gone && this.#exchange === null && this.http.canRequest;
  }

  /** Begins an exchange; the connection is free. */
  begin(plan: ExchangePlan): Exchange {
    this.#timer.suspend();
    this.requests++;
    const exchange = new Exchange(this, plan, this.#settings.clock);
    this.#exchange = exchange;
    exchange.start();
    return exchange;
  }

  /** Gives the connection away, after a switch to another protocol. */
  detach(): void {
    this.#leave();
    this.#exchange = null;
    this.#closed = true;
    this.#timer.stop();
  }

  abort(): void {
    this.#leave();
    if (this.#aborted || this.#closed) return;
    this.#aborted = true;
    this.stream.abort();
  }

  /** Ends an idle connection in an orderly way. */
  retire(): void {
    this.#leave();
    if (this.#closed) return;
    this.stream.end();
    this.#timer.restart(LINGER_MS);
  }

  // --- the stream ---

  handleData(buf: Uint8Array, start: number, end: number): void {
    if (this.#exchange !== null) this.#exchange.answered = true;
    if (!this.#aborted) this.http.handleData(buf, start, end);
  }

  handleEnd(): void {
    if (!this.#aborted) this.http.handleEnd();
  }

  handleDrain(): void {
    this.#exchange?.handleDrain();
  }

  handleClose(error: Error | null): void {
    this.#closed = true;
    this.#timer.stop();
    this.#leave();
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.handleLost(error ?? new Error('the connection was closed'));
  }

  // --- the HTTP machine ---

  handleInterim(response: ResponseHead): void {
    this.#exchange?.handleInterim(response);
  }

  handleResponse(response: ResponseHead): void {
    this.#readHint(response);
    this.#exchange?.handleResponse(response);
  }

  handleBody(buf: Uint8Array, start: number, end: number): void {
    this.#exchange?.handleBody(buf, start, end);
  }

  handleBodyEnd(trailers: Headers | null): void {
    this.#exchange?.handleBodyEnd(trailers);
  }

  handleError(error: HttpProtocolError): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.handleLost(error);
    this.abort();
  }

  handleExchangeEnd(persists: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.handleExchangeEnd();
    if (this.#gone) return;
    if (persists && this.#idleMs > 0) {
      this.#timer.restart(this.#idleMs);
      this.#owner.handleFree(this);
    } else {
      this.retire();
    }
  }

  handlePeerEnd(): void {
    this.retire();
  }

  /** What the server says of its own idle time (the `Keep-Alive` field) shortens ours. */
  #readHint(response: ResponseHead): void {
    const hint = response.headers.get('keep-alive');
    if (hint === null) return;
    for (const member of listMembers(hint)) {
      const seconds = /^timeout\s*=\s*"?(\d{1,6})"?$/i.exec(member)?.[1];
      if (seconds === undefined) continue;
      const hintMs = Math.max(0, Number(seconds) * 1000 - HINT_MARGIN_MS);
      this.#idleMs = Math.min(this.#settings.idleTimeoutMs, hintMs);
    }
  }

  #idleTooLong(): void {
    if (this.#gone) this.#abortLingering();
    else this.retire();
  }

  /** The server has not ended what we have ended. */
  #abortLingering(): void {
    if (this.#closed || this.#aborted) return;
    this.#aborted = true;
    this.stream.abort();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#owner.handleGone(this);
  }
}
