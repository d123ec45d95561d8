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
  type ServerConnectionOptions,
} from '@netlayers/http';
import type { Answer, Dispatcher } from './dispatcher.js';
import { errorResponse, responseToError } from './error-response.js';
import { isSwitched, type SwitchedProtocol } from './handler.js';
import { HttpError } from './http-error.js';
import { Responder, type ResponderContext, type ResponderHost } from './responder.js';
import { discardContent, withFirstPiece } from './response-pump.js';
import { type RequestOrigin, ServerRequest } from './server-request.js';
import type { Ticker } from './ticker.js';

/** The pool as its connections see it: what they share, and what they count. */
export interface ConnectionContext extends ResponderContext {
  readonly dispatcher: Dispatcher;
  readonly ticker: Ticker;
  /** What every HTTP machine is told. */
  readonly machineOptions: ServerConnectionOptions;
  /** Whether each response is to be the last of its connection. */
  readonly isClosing: boolean;
  requests: number;
  rejected: number;
  aborted: number;
  /** A connection is over, or no longer ours. */
  forget(connection: Connection): void;
}

/** What a connection is waiting for. */
type Awaited = 'request' | 'head' | 'handler' | 'rest-of-request' | 'response' | 'close';

const NEVER = Number.POSITIVE_INFINITY;

/** Serves the requests of one stream. */
export class Connection
  implements ByteStreamHandler, ServerConnectionHandler, ByteSink, ResponderHost, RequestOrigin
{
  readonly #stream: ByteStream;
  readonly #pool: ConnectionContext;
  readonly #machine: ServerConnection;
  readonly #responder: Responder;
  /** The request whose exchange is not over. */
  #request: ServerRequest | null = null;
  #requests = 0;
  #bodyBytes = 0;
  #awaited: Awaited = 'head';
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
  /** Our half is ended, or all of it: nothing that comes in means anything. */
  #isEnded = false;

  constructor(stream: ByteStream, pool: ConnectionContext) {
    this.#stream = stream;
    this.#pool = pool;
    this.#deadline = pool.ticker.deadline(pool.settings.timeouts.headMs);
    this.#machine = new ServerConnection(this, this, pool.machineOptions);
    this.#responder = new Responder(this.#machine, pool, this);
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

  // The stream's events.

  handleData(buf: Uint8Array, start: number, end: number): void {
    if (this.#isEnded) return;
    this.#machine.handleData(buf, start, end);
    if (this.#awaited === 'request' && !this.#machine.isIdle) {
      this.#await('head', this.#pool.settings.timeouts.headMs);
    }
  }

  handleEnd(): void {
    this.#machine.handleEnd();
  }

  handleDrain(): void {
    this.#isBlocked = false;
    this.#writeDeadline = NEVER;
    this.#updatePause();
    this.#responder.handleDrain();
  }

  handleClose(error: Error | null): void {
    this.#isEnded = true;
    const request = this.#request;
    this.#request = null;
    this.#pool.forget(this);
    this.#responder.finish();
    request?.handleAbort(error ?? new Error('the connection was closed'));
  }

  // The machine's sink.

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
    // What the peer still sends is taken and dropped, or its reset would overtake our response.
    this.#stream.end();
  }

  // The machine's events.

  handleRequest(head: RequestHead): void {
    const pool = this.#pool;
    const { limits, timeouts } = pool.settings;
    const request = new ServerRequest(head, this);
    this.#request = request;
    this.#responder.begin(request);
    pool.requests++;
    this.#await('handler', timeouts.handlerMs);
    if (++this.#requests >= limits.requestsPerConnection || pool.isClosing) {
      this.#machine.closeAfterResponse();
    }
    if (request.hasBody) {
      this.#bodyBytes = 0;
      this.#requestDeadline = pool.ticker.deadline(timeouts.requestMs);
      const refusal = this.#refuseBody(head);
      if (refusal !== null) {
        this.#reject(request, refusal);
        return;
      }
    }
    let answer: Answer;
    try {
      answer = pool.dispatcher.answer(request);
    } catch (error) {
      this.#fail(request, error);
      return;
    }
    if (answer instanceof Response) this.#respond(request, answer);
    else this.#respondLater(request, answer);
  }

  handleBody(buf: Uint8Array, start: number, end: number): void {
    const request = this.#request;
    if (request === null || this.#responder.isComplete) return;
    this.#bodyBytes += end - start;
    if (this.#bodyBytes > this.#pool.settings.limits.bodyBytes) {
      this.#reject(request, new HttpError(413, 'the content is too large'));
      return;
    }
    this.#bodyDeadline = this.#pool.ticker.deadline(this.#pool.settings.timeouts.bodyMs);
    request.body.push(buf, start, end);
  }

  handleBodyEnd(trailers: Headers | null): void {
    const request = this.#request;
    if (request === null || !request.hasBody) return;
    this.#requestDeadline = NEVER;
    this.#bodyDeadline = NEVER;
    if (!this.#responder.isComplete) request.body.finish(trailers);
  }

  handleError(error: HttpProtocolError): void {
    const refusal = new HttpError(error.status, error.message);
    const request = this.#request;
    if (request !== null) {
      this.#reject(request, refusal);
      return;
    }
    if (!this.#machine.canRespond) {
      this.abort();
      return;
    }
    this.#refuse(responseToError(refusal));
  }

  handleExchangeEnd(persists: boolean): void {
    this.#request = null;
    this.#requestDeadline = NEVER;
    this.#responder.finish();
    if (!persists) return;
    this.#await('request', this.#pool.settings.timeouts.idleMs);
    // The machine's pause ends with the exchange; that of a peer which does not read goes on.
    if (this.#isPaused) this.#machine.pause();
  }

  // What a request asks of its connection.

  wantBody(): void {
    if (this.#isEnded) return;
    this.#bodyDeadline = this.#pool.ticker.deadline(this.#pool.settings.timeouts.bodyMs);
    if (this.#responder.isAwaited) this.#machine.sendContinue();
    this.#setBodyHeld(false);
  }

  holdBody(): void {
    this.#setBodyHeld(true);
  }

  // What the responder tells its connection.

  handleFirstPiece(): void {
    this.#await('response', NEVER);
  }

  handleLastPiece(): void {
    this.#await('rest-of-request', this.#pool.settings.timeouts.bodyMs);
    this.#request?.openedBody?.discard();
    this.#setBodyHeld(false);
  }

  giveUp(): void {
    this.#pool.aborted++;
    this.abort();
  }

  // What the pool tells its connection.

  handleTick(now: number): void {
    if (now >= this.#writeDeadline) {
      this.giveUp();
      return;
    }
    const request = this.#request;
    const isBodyLate = now >= this.#bodyDeadline || now >= this.#requestDeadline;
    if (isBodyLate && request?.openedBody?.isWaiting) {
      this.#reject(request, new HttpError(408, 'the content did not come'));
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

  // Answers.

  #refuseBody({ bodyLength, expectsContinue, headers, version }: RequestHead): HttpError | null {
    const { limits, requireContentLength } = this.#pool.settings;
    if (bodyLength > limits.bodyBytes) return new HttpError(413, 'the content is too large');
    // RFC 9110, 10.1.1: there is one expectation. Without content nothing can be expected of it.
    if (!expectsContinue && headers.has('expect') && version === '1.1') return new HttpError(417);
    return bodyLength < 0 && requireContentLength ? new HttpError(411) : null;
  }

  #respond(request: ServerRequest, response: Response): void {
    if (this.#request !== request || !this.#responder.isAwaited) {
      discardContent(response);
      return;
    }
    const { content } = response;
    if (this.#machine.awaitsContinue && isStream(content)) {
      this.#respondLater(request, withFirstPiece(response, content));
    } else this.#responder.send(response);
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
    const canRespond = this.#responder.isAwaited && this.#machine.canRespond;
    if (canRespond) this.#refuse(responseToError(error));
    else this.giveUp();
    request.openedBody?.fail(error);
  }

  /** Answers without a handler, for the last time on this connection. */
  #refuse(response: Response): void {
    this.#pool.rejected++;
    this.#machine.closeAfterResponse();
    if (this.#request === null) this.#responder.begin(null);
    this.#responder.send(response);
  }

  /** Leaves HTTP. */
  #switch(request: ServerRequest, agreement: SwitchedProtocol): void {
    if (this.#request !== request || !this.#responder.isAwaited) return;
    this.#responder.send(agreement.response);
    if (this.#isEnded) return;
    const remaining = this.#machine.takeRemaining();
    this.#request = null;
    this.#responder.finish();
    this.#pool.forget(this);
    agreement.take(this.#stream, remaining);
  }

  // Waiting.

  #await(awaited: Awaited, ms: number): void {
    this.#awaited = awaited;
    this.#deadline = this.#pool.ticker.deadline(ms);
  }

  #handleTimeout(): void {
    switch (this.#awaited) {
      case 'request':
        this.closeWhenIdle();
        return;
      case 'head':
        if (this.#machine.isIdle) {
          this.closeWhenIdle();
          return;
        }
        if (!this.#machine.canRespond) {
          this.giveUp();
          return;
        }
        this.#refuse(errorResponse(408));
        return;
      case 'handler':
        if (this.#request === null) return;
        this.#request.handleAbort(new HttpError(503));
        this.#reject(this.#request, new HttpError(503));
        return;
      default:
        this.giveUp();
    }
  }

  #setBodyHeld(isHeld: boolean): void {
    if (this.#isBodyHeld === isHeld) return;
    this.#isBodyHeld = isHeld;
    this.#updatePause();
  }

  #updatePause(): void {
    const wanted = (this.#isBlocked || this.#isBodyHeld) && !this.#isEnded;
    if (wanted === this.#isPaused) return;
    this.#isPaused = wanted;
    if (wanted) this.#machine.pause();
    else this.#machine.resume();
  }
}
