/**
 * The way of a response out of an exchange: given to what carries it, its content pumped if it is
 * a stream, and written down for the access log when the exchange is over.
 *
 * The carrier may report the end of an exchange, and the next request, from inside the call that
 * completes a response: behind such a call nothing here may be taken for this response's any more.
 */

import {
  type Headers,
  isStream,
  type Lasting,
  type Response,
  type ServerExchange,
} from '@netlayers/http';
import type { ServerRequest } from '../request/server-request.js';
import { BytesPump } from '../response/bytes-pump.js';
import { contentLength } from '../response/content-length.js';
import { errorResponse } from '../response/error-response.js';
import { discardContent, type PumpSink, ResponsePump } from '../response/response-pump.js';
import type { ExchangeContext } from './exchange-context.js';
import { WHOLE_BYTES } from './whole-bytes.js';

const UTF_8 = new TextEncoder();
/** Octets of UTF-8 that a UTF-16 code unit makes at most. */
const LONGEST_CHARACTER = 3;

/** Who is told how a response goes. */
export interface ResponderHost {
  /** The response is about to be complete: nothing more is wanted of the request. */
  handleLastPiece(): void;
  /** The response is a stream that has begun. */
  handleFirstPiece(): void;
  /** The response cannot be completed: only a reset tells the peer. */
  giveUp(): void;
}

/** Sends the response of one exchange. */
export class Responder implements PumpSink {
  readonly #exchange: ServerExchange;
  readonly #context: ExchangeContext;
  readonly #host: ResponderHost;
  #request: ServerRequest | null = null;
  /** `awaited` while there is an exchange without a response. */
  #state: 'none' | 'awaited' | 'begun' | 'complete' = 'none';
  #running: ResponsePump | BytesPump | null = null;
  #status = 0;
  #sentBytes = 0;
  #startedAt = 0;
  #blockedSince = 0;

  constructor(exchange: ServerExchange, context: ExchangeContext, host: ResponderHost) {
    this.#exchange = exchange;
    this.#context = context;
    this.#host = host;
  }

  /** Whether no response has been begun to the request that is being dealt with. */
  get isAwaited(): boolean {
    return this.#state === 'awaited';
  }

  /** Whether the response is complete: what still comes of the request is of no use. */
  get isComplete(): boolean {
    return this.#state === 'complete';
  }

  /** The status of the response that was sent last. */
  get status(): number {
    return this.#status;
  }

  /** Whether a response waits for the peer to take what it was sent: that is the carrier's to watch. */
  get isBlocked(): boolean {
    return this.#running?.isBlocked === true;
  }

  /** When the peer took something last, by the server's ticks, while it is waited for. */
  get blockedSince(): number {
    return this.#blockedSince;
  }

  get largestPiece(): number {
    return this.#exchange.largestPiece;
  }

  get largestLent(): number {
    return this.#exchange.largestLent ?? this.largestPiece;
  }

  /** Octets of content that were sent of the response that is being dealt with. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Begins an exchange; `null` for bytes that did not become a request. */
  begin(request: ServerRequest | null): void {
    const { onAccess, clock } = this.#context.settings;
    this.#request = request;
    this.#state = 'awaited';
    this.#status = 0;
    this.#sentBytes = 0;
    if (onAccess !== null) this.#startedAt = clock.now();
  }

  /** Sends the response, or 500 in place of one that cannot be sent. */
  send(given: Response): void {
    const { settings, cors } = this.#context;
    const request = this.#request;
    const response = cors === null || request === null ? given : cors.apply(request, given);
    const { content } = response;
    this.#context.refreshDate();
    this.#status = response.status;
    try {
      const long = isStream(content) ? content : this.#longContent(response);
      if (long !== null) this.#sendStream(response, long);
      else {
        if (settings.onAccess !== null) {
          this.#sentBytes = contentLength(request?.method ?? '', response);
        }
        this.#state = 'complete';
        this.#host.handleLastPiece();
        this.#exchange.sendResponse(response);
      }
    } catch (error) {
      // Its fields contradict each other, or its content.
      settings.onError(error, request?.head ?? null);
      discardContent(response);
      if (this.#exchange.canRespond && response.status !== 500) this.send(errorResponse(500));
      else this.#host.giveUp();
    }
  }

  /** Content in memory that is not sent in one write; null where it is. Text that may be long is encoded. */
  #longContent(response: Response): Uint8Array | null {
    const { content } = response;
    const most = Math.min(WHOLE_BYTES, this.#exchange.largestPiece);
    if (content === null || isStream(content)) return null;
    if (typeof content !== 'string') return content.length > most ? content : null;
    if (content.length * LONGEST_CHARACTER <= most) return null;
    // Text stays octets: it is not to be encoded a second time.
    const bytes = UTF_8.encode(content);
    response.content = bytes;
    return bytes.length > most ? bytes : null;
  }

  #sendStream(response: Response, content: AsyncIterable<Uint8Array> | Uint8Array): void {
    this.#state = 'begun';
    const request = this.#request;
    if (this.#exchange.sendResponse(response) === 'open') {
      this.#host.handleFirstPiece();
      this.#pump(response, content);
      return;
    }
    discardContent(response);
    if (this.#request !== request || this.#state !== 'begun') return;
    this.#state = 'complete';
    this.#host.handleLastPiece();
  }

  #pump(response: Response, content: AsyncIterable<Uint8Array> | Uint8Array): void {
    const trailers = (): Headers | null => response.trailers;
    if (content instanceof Uint8Array) {
      const pump = new BytesPump(content, this, trailers);
      this.#running = pump;
      pump.run();
    } else {
      const pump = new ResponsePump(content, this);
      this.#running = pump;
      void pump.run(trailers);
    }
  }

  sendPiece(buf: Uint8Array, start: number, end: number, lasts: Lasting): boolean {
    if (start === end) return true;
    const hasRoom = this.#exchange.sendBody(buf, start, end, lasts);
    this.#sentBytes += end - start;
    return hasRoom;
  }

  countHeld(octets: number): void {
    this.#context.heldContentBytes += octets;
    this.#blockedSince = this.#context.ticker.now;
  }

  endContent(trailers: Headers | null): void {
    this.#running = null;
    this.#state = 'complete';
    this.#host.handleLastPiece();
    this.#exchange.endBody(trailers);
  }

  failContent(error: unknown): void {
    this.#running = null;
    // Without an exchange it is the connection that is gone, and the content was told so.
    if (this.#state === 'none') return;
    // What the client did to the request that the content is made of is no news to an operator.
    const request = this.#request;
    if (request?.isPeersFault(error) !== true) {
      this.#context.settings.onError(error, request?.head ?? null);
    }
    this.#host.giveUp();
  }

  /** The connection has room again. */
  handleDrain(): void {
    this.#running?.handleDrain();
  }

  /** The response will not be completed: its content is let go of. */
  abandon(): void {
    this.#running?.cancel();
    this.#running = null;
  }

  /** The exchange is over, in one way or another. */
  finish(): void {
    if (this.#state === 'none') return;
    const { settings } = this.#context;
    const request = this.#request;
    this.abandon();
    this.#request = null;
    this.#state = 'none';
    if (settings.onAccess === null) return;
    const { remoteAddress } = this.#exchange;
    settings.onAccess({
      method: request?.method ?? '',
      target: request?.target ?? '',
      route: request?.route ?? null,
      status: this.#status,
      bytes: this.#sentBytes,
      durationMs: settings.clock.now() - this.#startedAt,
      remoteAddress,
      remotePort: this.#exchange.remotePort,
      head: request?.head ?? null,
    });
  }
}
