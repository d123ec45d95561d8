/**
 * The way of a response out of a connection: given to the HTTP machine, its content pumped if it is
 * a stream, and written down for the access log when the exchange is over.
 *
 * The machine may report the end of an exchange, and the next request, from inside the call that
 * completes a response: behind such a call nothing here may be taken for this response's any more.
 */

import { type Headers, isStream, type Response, type ServerConnection } from '@netlayers/http';
import { contentLength } from './content-length.js';
import type { Cors } from './cors.js';
import { errorResponse } from './error-response.js';
import { discardContent, type PumpSink, ResponsePump } from './response-pump.js';
import type { ServerSettings } from './server-options.js';
import type { ServerRequest } from './server-request.js';

/** What the responders of one server share. */
export interface ResponderContext {
  readonly settings: ServerSettings;
  readonly cors: Cors | null;
  /** Brings the `Date` of responses up to date. */
  refreshDate(): void;
}

/** The connection as its responder sees it. */
export interface ResponderHost {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The response is about to be complete: nothing more is wanted of the request. */
  handleLastPiece(): void;
  /** The response is a stream that has begun. */
  handleFirstPiece(): void;
  /** The response cannot be completed: only a reset tells the peer. */
  giveUp(): void;
}

/** Sends the responses of one connection, one at a time. */
export class Responder implements PumpSink {
  readonly #machine: ServerConnection;
  readonly #context: ResponderContext;
  readonly #host: ResponderHost;
  #request: ServerRequest | null = null;
  /** `awaited` while there is an exchange without a response. */
  #state: 'none' | 'awaited' | 'begun' | 'complete' = 'none';
  #pump: ResponsePump | null = null;
  #status = 0;
  #sentBytes = 0;
  #startedAt = 0;
  /** The peer's address as text, made once for all records of the connection. */
  #remoteAddress: string | null = null;

  constructor(machine: ServerConnection, context: ResponderContext, host: ResponderHost) {
    this.#machine = machine;
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
    if (settings.onAccess !== null) {
      this.#sentBytes = contentLength(request?.method ?? '', response);
    }
    try {
      if (isStream(content)) this.#sendStream(response, content);
      else {
        this.#state = 'complete';
        this.#host.handleLastPiece();
        this.#machine.sendResponse(response);
      }
    } catch (error) {
      // Its fields contradict each other, or its content.
      settings.onError(error);
      discardContent(response);
      if (this.#machine.canRespond && response.status !== 500) this.send(errorResponse(500));
      else this.#host.giveUp();
    }
  }

  #sendStream(response: Response, content: AsyncIterable<Uint8Array>): void {
    this.#state = 'begun';
    const request = this.#request;
    if (this.#machine.sendResponse(response) === 'open') {
      this.#host.handleFirstPiece();
      this.#pump = new ResponsePump(content, this);
      void this.#pump.run(() => response.trailers);
      return;
    }
    discardContent(response);
    if (this.#request !== request || this.#state !== 'begun') return;
    this.#state = 'complete';
    this.#host.handleLastPiece();
  }

  sendPiece(piece: Uint8Array): boolean {
    if (piece.length === 0) return true;
    const hasRoom = this.#machine.sendBody(piece);
    this.#sentBytes += piece.length;
    return hasRoom;
  }

  endContent(trailers: Headers | null): void {
    this.#pump = null;
    this.#state = 'complete';
    this.#host.handleLastPiece();
    this.#machine.endBody(trailers);
  }

  failContent(error: unknown): void {
    this.#pump = null;
    // Without an exchange it is the connection that is gone, and the content was told so.
    if (this.#state === 'none') return;
    this.#context.settings.onError(error);
    this.#host.giveUp();
  }

  /** The connection has room again. */
  handleDrain(): void {
    this.#pump?.handleDrain();
  }

  /** The exchange is over, in one way or another. */
  finish(): void {
    if (this.#state === 'none') return;
    const { settings } = this.#context;
    const request = this.#request;
    this.#pump?.cancel();
    this.#pump = null;
    this.#request = null;
    this.#state = 'none';
    if (settings.onAccess === null) return;
    this.#remoteAddress ??= this.#host.remoteAddress;
    settings.onAccess({
      method: request?.method ?? '',
      target: request?.target ?? '',
      status: this.#status,
      bytes: this.#sentBytes,
      durationMs: settings.clock.now() - this.#startedAt,
      remoteAddress: this.#remoteAddress,
      remotePort: this.#host.remotePort,
    });
  }
}
