/**
 * One connection of a server: it stands between the stream, the HTTP machine of
 * `@netlayers/http`, and the handler of the request that is being answered.
 *
 * The machine knows the protocol, in particular order and framing; this file knows handlers, time
 * and limits. There is at most one request at a time: the machine reports the next one when the
 * response before it is sent. Everything that is waited for is a number here, looked at when the
 * pool ticks; nothing is armed, and no closure made, for a request that is answered at once.
 */

import {
  type ByteSink,
  type ByteStream,
  type ByteStreamHandler,
  type Headers,
  type HttpProtocolError,
  isStream,
  type RequestHead,
  Response,
  ServerConnection,
  type ServerConnectionHandler,
} from '@netlayers/http';
import type { ConnectionPool } from './connection-pool.js';
import { contentLength } from './content-length.js';
import type { Answer } from './dispatcher.js';
import { errorResponse, responseToError } from './error-response.js';
import { isSwitched, type SwitchedProtocol } from './handler.js';
import { HttpError } from './http-error.js';
import { cancelStream, type PumpSink, ResponsePump } from './response-pump.js';
import { type RequestOrigin, ServerRequest } from './server-request.js';

/** What a connection is waiting for. */
type Awaited = 'request' | 'head' | 'handler' | 'end-of-body' | 'response' | 'close';

const NEVER = Number.POSITIVE_INFINITY;

/** Serves the requests of one stream. */
export class Connection
  implements ByteStreamHandler, ServerConnectionHandler, ByteSink, PumpSink, RequestOrigin
{
  readonly #stream: ByteStream;
  readonly #pool: ConnectionPool;
  readonly #machine: ServerConnection;
  /** The request whose exchange is not over. */
  #request: ServerRequest | null = null;
  /** Whether its response has been given to the machine, in whole or in part. */
  #isAnswered = false;
  #pump: ResponsePump | null = null;
  #requests = 0;
  #bodyBytes = 0;
  #sentBytes = 0;
  #status = 0;
  #startedAt = 0;
  #awaited: Awaited = 'request';
  #deadline: number;
  /** For the next byte of a body that a handler waits for. */
  #bodyDeadline = NEVER;
  /** For the last byte of a request. */
  #requestDeadline = NEVER;
  /** For the peer to read what it was sent. */
  #writeDeadline = NEVER;
  #isBlocked = false;
  #isBodyHeld = false;
  #isPaused = false;
  #isEnded = false;
  #isClosed = false;

  constructor(stream: ByteStream, pool: ConnectionPool) {
    this.#stream = stream;
    this.#pool = pool;
    const { head, limits, timeouts } = pool.settings;
    this.#deadline = pool.ticker.deadline(timeouts.headMs);
    this.#machine = new ServerConnection(this, this, {
      defaults: pool.defaults,
      limits: head,
      drainBytes: limits.drainBytes,
    });
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

  get bufferedBodyBytes(): number {
    return this.#pool.settings.limits.bufferedBodyBytes;
  }

  // --- the stream's events ---

  handleData(buf: Uint8Array, start: number, end: number): void {
    if (this.#isEnded) return;
    this.#machine.handleData(buf, start, end);
    if (this.#request === null) this.#awaitRequest();
  }

  handleEnd(): void {
    this.#machine.handleEnd();
  }

  handleDrain(): void {
    this.#isBlocked = false;
    this.#writeDeadline = NEVER;
    this.#updatePause();
    this.#pump?.handleDrain();
  }

  handleClose(error: Error | null): void {
    this.#isClosed = true;
    this.#isEnded = true;
    this.#pool.forget(this);
    this.#pump?.cancel();
    const request = this.#request;
    this.#request = null;
    if (request === null) return;
    request.handleAbort(error ?? new Error('the connection was closed'));
    if (!this.#isAnswered || this.#pump !== null) this.#record(request);
    this.#pump = null;
  }

  // --- the machine's sink ---

  write(buf: Uint8Array, start?: number, end?: number): boolean {
    const hasRoom = this.#stream.write(buf, start, end);
    if (!hasRoom && !this.#isBlocked) {
      this.#isBlocked = true;
      this.#writeDeadline = this.#pool.ticker.deadline(this.#pool.settings.timeouts.writeMs);
      this.#updatePause();
    }
    return hasRoom;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  cork(): void {
    this.#stream.cork();
  }

  uncork(): void {
    this.#stream.uncork();
  }

  /** Half-closes, and gives the peer time to read what was sent (RFC 9112, 9.6). */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#await('close', this.#pool.settings.timeouts.lingerMs);
    this.#stream.end();
    // What the peer still sends must be taken, or its reset would overtake our response.
    this.#stream.resume();
  }

  // --- the machine's events ---

  handleRequest(head: RequestHead): void {
    const pool = this.#pool;
    const { limits, timeouts, onAccess } = pool.settings;
    const request = new ServerRequest(head, this);
    this.#request = request;
    this.#isAnswered = false;
    this.#bodyBytes = 0;
    pool.requests++;
    if (onAccess !== null) this.#startedAt = pool.settings.clock.now();
    this.#await('handler', timeouts.handlerMs);
    if (++this.#requests >= limits.requestsPerConnection || pool.isClosing) {
      this.#machine.closeAfterResponse();
    }
    if (request.hasBody) {
      this.#requestDeadline = pool.ticker.deadline(timeouts.requestMs);
      const refusal = this.#refuseBody(head);
      if (refusal !== null) return this.#reject(request, refusal);
    }
    let answer: Answer;
    try {
      answer = pool.dispatcher.answer(request);
    } catch (error) {
      return this.#fail(request, error);
    }
    if (answer instanceof Response) this.#respond(request, answer);
    else this.#respondLater(request, answer);
  }

  handleBody(buf: Uint8Array, start: number, end: number): void {
    const request = this.#request;
    if (request === null || this.#isAnswered) return;
    this.#bodyBytes += end - start;
    if (this.#bodyBytes > this.#pool.settings.limits.bodyBytes) {
      this.#reject(request, new HttpError(413, 'the content is too large'));
      return;
    }
    if (this.#bodyDeadline !== NEVER) this.wantBody();
    request.body.push(buf, start, end);
  }

  handleBodyEnd(trailers: Headers | null): void {
    this.#requestDeadline = NEVER;
    this.#bodyDeadline = NEVER;
    const request = this.#request;
    if (request !== null && request.hasBody) request.body.finish(trailers);
  }

  handleError(error: HttpProtocolError): void {
    const refusal = new HttpError(error.status, error.message);
    const request = this.#request;
    if (request !== null && !this.#isAnswered) return this.#reject(request, refusal);
    if (!this.#machine.canRespond) return this.abort();
    this.#pool.rejected++;
    this.#await('response', NEVER);
    if (this.#pool.settings.onAccess !== null) this.#startedAt = this.#pool.settings.clock.now();
    this.#send(null, responseToError(refusal));
  }

  handleExchangeEnd(persists: boolean): void {
    this.#request = null;
    this.#requestDeadline = NEVER;
    this.#isBodyHeld = false;
    if (persists) this.#await('request', this.#pool.settings.timeouts.idleMs);
  }

  // --- what the request asks of its connection ---

  wantBody(): void {
    this.#bodyDeadline = this.#pool.ticker.deadline(this.#pool.settings.timeouts.bodyMs);
    if (this.#isClosed || this.#isAnswered) return;
    this.#machine.sendContinue();
    if (!this.#isBodyHeld) return;
    this.#isBodyHeld = false;
    this.#updatePause();
  }

  holdBody(): void {
    this.#isBodyHeld = true;
    this.#updatePause();
  }

  // --- the pool's calls ---

  handleTick(now: number): void {
    if (now >= this.#writeDeadline) return this.#giveUp();
    const body = this.#request?.openedBody;
    if (body?.isWaiting && (now >= this.#bodyDeadline || now >= this.#requestDeadline)) {
      this.#reject(this.#request!, new HttpError(408, 'the content did not come'));
    } else if (now >= this.#deadline) this.#handleTimeout();
  }

  /** Ends the connection as soon as nothing is being answered on it. */
  closeWhenIdle(): void {
    this.#machine.closeAfterResponse();
  }

  /** Resets the connection. */
  abort(): void {
    this.#isEnded = true;
    this.#stream.abort();
  }

  // --- answering ---

  #refuseBody(head: RequestHead): HttpError | null {
    const { limits, requireContentLength } = this.#pool.settings;
    if (head.bodyLength > limits.bodyBytes) return new HttpError(413, 'the content is too large');
    if (head.bodyLength < 0 && requireContentLength) return new HttpError(411);
    return null;
  }

  #respondLater(request: ServerRequest, answer: Exclude<Answer, Response>): void {
    Promise.resolve(answer).then(
      (response) => {
        if (response instanceof Response) this.#respond(request, response);
        else if (isSwitched(response)) this.#switch(request, response);
        else this.#fail(request, new TypeError('a handler did not return a Response'));
      },
      (error) => this.#fail(request, error),
    );
  }

  /** The handler has failed, or refuses. */
  #fail(request: ServerRequest, error: unknown): void {
    if (!(error instanceof HttpError) && !request.isAbortReason(error)) {
      this.#pool.settings.onError(error);
    }
    this.#respond(request, responseToError(error));
  }

  /** Answers in place of the handler, whose own answer will come too late, and closes. */
  #reject(request: ServerRequest, error: HttpError): void {
    this.#pool.rejected++;
    this.#machine.closeAfterResponse();
    request.openedBody?.fail(error);
    if (this.#isAnswered || !this.#machine.canRespond) return this.abort();
    this.#respond(request, responseToError(error));
  }

  #respond(request: ServerRequest, response: Response): void {
    if (this.#request !== request || this.#isAnswered || this.#isClosed) return discard(response);
    const { cors } = this.#pool;
    this.#send(request, cors === null ? response : cors.apply(request, response));
  }

  #send(request: ServerRequest | null, response: Response): void {
    const pool = this.#pool;
    pool.refreshDate();
    this.#isAnswered = true;
    this.#status = response.status;
    this.#sentBytes = 0;
    this.#await('end-of-body', pool.settings.timeouts.bodyMs);
    if (request !== null) this.#dropBody(request);
    const { content } = response;
    let isOpen: boolean;
    try {
      if (pool.settings.onAccess !== null) {
        this.#sentBytes = contentLength(request?.method ?? '', response);
      }
      isOpen = this.#machine.sendResponse(response) === 'open';
    } catch (error) {
      return this.#sendInstead(request, response, error);
    }
    if (isOpen && isStream(content)) {
      this.#await('response', NEVER);
      this.#pump = new ResponsePump(content, this);
      void this.#pump.run(() => response.trailers);
      return;
    }
    if (!isOpen) discard(response);
    this.#record(request);
  }

  /** The response cannot be sent as it is: its fields contradict each other. */
  #sendInstead(request: ServerRequest | null, response: Response, error: unknown): void {
    this.#pool.settings.onError(error);
    discard(response);
    if (!this.#machine.canRespond) return this.#giveUp();
    this.#send(request, errorResponse(500));
  }

  sendPiece(piece: Uint8Array): boolean {
    if (piece.length === 0) return true;
    const hasRoom = this.#machine.sendBody(piece);
    this.#sentBytes += piece.length;
    return hasRoom;
  }

  endContent(trailers: Headers | null): void {
    const request = this.#request;
    this.#pump = null;
    this.#await('end-of-body', this.#pool.settings.timeouts.bodyMs);
    this.#record(request);
    this.#machine.endBody(trailers);
    if (this.#request === null && !this.#isEnded) this.#awaitRequest();
  }

  failContent(error: unknown): void {
    this.#pump = null;
    if (this.#isClosed) return;
    this.#pool.settings.onError(error);
    this.#record(this.#request);
    this.#giveUp();
  }

  #switch(request: ServerRequest, agreement: SwitchedProtocol): void {
    if (this.#request !== request || this.#isAnswered || this.#isClosed) return;
    this.#pool.refreshDate();
    this.#isAnswered = true;
    this.#status = agreement.response.status;
    this.#machine.sendResponse(agreement.response);
    const remaining = this.#machine.takeRemaining();
    this.#record(request);
    this.#pool.forget(this);
    this.#stream.resume();
    agreement.take(this.#stream, remaining);
  }

  /** The response is on its way; nobody reads the rest of the body any more. */
  #dropBody(request: ServerRequest): void {
    request.openedBody?.discard();
    if (!this.#isBodyHeld) return;
    this.#isBodyHeld = false;
    this.#updatePause();
  }

  #record(request: ServerRequest | null): void {
    const { onAccess, clock } = this.#pool.settings;
    onAccess?.({
      method: request?.method ?? '',
      target: request?.target ?? '',
      status: this.#isAnswered ? this.#status : 0,
      bytes: this.#sentBytes,
      durationMs: clock.now() - this.#startedAt,
      remoteAddress: this.remoteAddress,
      remotePort: this.remotePort,
    });
  }

  // --- waiting ---

  #await(awaited: Awaited, ms: number): void {
    this.#awaited = awaited;
    this.#deadline = this.#pool.ticker.deadline(ms);
  }

  #awaitRequest(): void {
    if (this.#isEnded || this.#machine.isIdle || this.#awaited === 'head') return;
    this.#await('head', this.#pool.settings.timeouts.headMs);
  }

  #handleTimeout(): void {
    switch (this.#awaited) {
      case 'request':
        return this.closeWhenIdle();
      case 'head':
        if (!this.#machine.canRespond) return this.#giveUp();
        this.#pool.rejected++;
        this.#machine.closeAfterResponse();
        return this.#send(null, errorResponse(408));
      case 'handler':
        if (this.#request === null) return;
        this.#request.handleAbort(new HttpError(503));
        return this.#reject(this.#request, new HttpError(503));
      default:
        this.#giveUp();
    }
  }

  #giveUp(): void {
    this.#pool.aborted++;
    this.abort();
  }

  #updatePause(): void {
    const wanted = (this.#isBlocked || this.#isBodyHeld) && !this.#isEnded;
    if (wanted === this.#isPaused) return;
    this.#isPaused = wanted;
    if (wanted) this.#machine.pause();
    else this.#machine.resume();
  }
}

/** Lets go of a response that is not sent, or without its content. */
function discard(response: Response): void {
  const { content } = response;
  if (isStream(content)) cancelStream(content[Symbol.asyncIterator]());
}
