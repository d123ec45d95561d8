/**
 * A kept connection of HTTP/1.1: it carries one exchange after another, and closes itself when it
 * has had nothing to do for too long, when the server says so, or when anything about it is not in
 * order.
 */

import {
  type ByteStream,
  type ByteStreamHandler,
  ClientConnection,
  type ClientConnectionHandler,
  type ClientExchangeHandler,
  type Headers,
  type HttpProtocolError,
  listMembers,
  type ResponseHead,
  type TakenStream,
} from '@netlayers/http';
import type { Origin } from '../base/origin.js';
import { Timeout } from '../base/timeout.js';
import type { Carrier, CarrierOwner, CarrierSettings } from './carrier.js';
import { type Http1Connection, Http1Exchange } from './http1-exchange.js';

/** A server that names its own idle time may close a moment earlier than we count (milliseconds). */
const HINT_MARGIN_MS = 1000;
/** How long a connection that we have ended waits for the server to end it too. */
const LINGER_MS = 1000;

/** Carries exchanges one at a time. */
export class Http1Carrier
  implements Carrier, Http1Connection, ByteStreamHandler, ClientConnectionHandler
{
  readonly origin: Origin;
  readonly protocol = 'http/1.1';
  readonly isShared = false;
  readonly http: ClientConnection;
  opened = 0;
  moved = 0;
  readonly #stream: ByteStream;
  readonly #settings: CarrierSettings;
  readonly #owner: CarrierOwner;
  readonly #timer: Timeout;
  #exchange: Http1Exchange | null = null;
  #idleMs: number;
  #gone = false;
  #aborted = false;
  #closed = false;

  constructor(origin: Origin, stream: ByteStream, settings: CarrierSettings, owner: CarrierOwner) {
    this.origin = origin;
    this.#stream = stream;
    this.#settings = settings;
    this.#owner = owner;
    this.#idleMs = settings.idleTimeoutMs;
    this.#timer = new Timeout(settings.clock, () => this.#idleTooLong());
    this.http = new ClientConnection(stream, this, settings.http);
    stream.setHandler(this);
  }

  get localAddress(): string {
    return this.#stream.localAddress;
  }

  get localPort(): number {
    return this.#stream.localPort;
  }

  get remoteAddress(): string {
    return this.#stream.remoteAddress;
  }

  get remotePort(): number {
    return this.#stream.remotePort;
  }

  get unacknowledged(): number {
    return this.#stream.unacknowledged;
  }

  measureUnacknowledged(): number {
    return this.#stream.measureUnacknowledged?.() ?? this.#stream.unacknowledged;
  }

  get room(): number {
    return !this.#gone && this.#exchange === null && this.http.canRequest ? 1 : 0;
  }

  open(handler: ClientExchangeHandler): Http1Exchange {
    this.#timer.suspend();
    this.opened++;
    this.#exchange = new Http1Exchange(this, handler);
    return this.#exchange;
  }

  detach(): TakenStream {
    this.#leave();
    this.#exchange = null;
    this.#closed = true;
    this.#timer.stop();
    return { stream: this.#stream, remaining: this.http.takeRemaining() };
  }

  abort(): void {
    this.#leave();
    if (this.#aborted || this.#closed) return;
    this.#aborted = true;
    this.#stream.abort();
  }

  retire(): void {
    this.#leave();
    if (this.#closed || this.#aborted || this.#exchange !== null) return;
    this.#stream.end();
    this.#timer.restart(LINGER_MS);
  }

  // --- the stream ---

  handleData(buf: Uint8Array, start: number, end: number): void {
    if (this.#aborted) return;
    this.moved += end - start;
    this.#exchange?.handler.handleProgress(end - start);
    this.http.handleData(buf, start, end);
  }

  handleEnd(): void {
    if (!this.#aborted) this.http.handleEnd();
  }

  handleDrain(): void {
    this.moved++;
    this.#exchange?.handler.handleDrain();
  }

  handleClose(error: Error | null): void {
    this.#closed = true;
    this.#timer.stop();
    this.#leave();
    this.#takeExchange()?.handler.handleReset(error ?? new Error('the connection was closed'));
  }

  // --- the HTTP machine ---

  handleInterim(response: ResponseHead): void {
    this.#exchange?.handler.handleInterim(response);
  }

  handleResponse(response: ResponseHead): void {
    this.#readHint(response);
    if (this.http.clientState === 'SWITCHED') this.#exchange?.becomeStream();
    this.#exchange?.handler.handleResponse(response);
  }

  handleBody(buf: Uint8Array, start: number, end: number): void {
    this.#exchange?.handler.handleBody(buf, start, end);
  }

  handleBodyEnd(trailers: Headers | null): void {
    this.#exchange?.handler.handleBodyEnd(trailers);
  }

  handleError(error: HttpProtocolError): void {
    this.#takeExchange()?.handler.handleReset(error);
    this.abort();
  }

  handleExchangeEnd(persists: boolean): void {
    this.#takeExchange()?.handler.handleExchangeEnd();
    if (this.#gone || !persists || this.#idleMs <= 0) {
      this.retire();
      return;
    }
    this.#timer.restart(this.#idleMs);
    this.#owner.handleRoom(this);
  }

  handlePeerEnd(): void {
    this.retire();
  }

  /** The running exchange, which is no longer ours. */
  #takeExchange(): Http1Exchange | null {
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.release();
    return exchange;
  }

  /** What the server says of its own idle time (the `Keep-Alive` field) shortens ours. */
  #readHint(response: ResponseHead): void {
    const hint = response.headers.get('keep-alive');
    if (hint === null) return;
    for (const member of listMembers(hint)) {
      const seconds = /^timeout[ \t]*=[ \t]*"?(\d{1,6})"?$/i.exec(member)?.[1];
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
    this.#stream.abort();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#owner.handleGone(this);
  }
}
