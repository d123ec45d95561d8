/**
 * The server's side of an exchange, whatever carries it: it stands between a `ServerExchange` and
 * the handler of the request that is being answered. It knows handlers, time and limits.
 *
 * It lives as long as its exchange, so that a connection which waits for a request keeps nothing of the
 * last one. Everything that is waited for is a number here, looked at when the server ticks; nothing is
 * armed, and no closure made, for a request that is answered at once.
 */

import type { Clock, ProgressDeadline } from '@netlayers/host';
import {
  type Headers,
  type HttpProtocolError,
  isStream,
  type RequestHead,
  Response,
  type ServerExchange,
} from '@netlayers/http';
import { HttpError } from '../base/http-error.js';
import { type RequestOrigin, ServerRequest } from '../request/server-request.js';
import { UpgradeResponse } from '../request/upgrade-response.js';
import { pageOf } from '../response/error-page.js';
import { responseToError } from '../response/error-response.js';
import { discardContent, withFirstPiece } from '../response/response-pump.js';
import { isPreflight } from '../routing/cors.js';
import type { Answer } from '../routing/handler.js';
import type { DrainSignals } from './drain-signals.js';
import type { ExchangeContext } from './exchange-context.js';
import { notAResponse } from './not-a-response.js';
import type { ExchangeServer } from './protocol.js';
import { Responder, type ResponderHost } from './responder.js';

const NEVER = Number.POSITIVE_INFINITY;

/** A client that takes nothing for so long is given up where memory is short. */
const STALLED_MS = 5000;

/** Serves one request. */
export class ServedExchange implements ExchangeServer, ResponderHost, RequestOrigin {
  readonly #exchange: ServerExchange;
  readonly #context: ExchangeContext;
  readonly #responder: Responder;
  /** The request whose exchange is not over. */
  #request: ServerRequest | null = null;
  #bodyBytes = 0;
  /** For the handler's answer. */
  #handlerDeadline = NEVER;
  /** For a body that a handler waits for, however steadily it comes. */
  #requestDeadline = NEVER;
  /** For progress of that body; the time between reads is the handler's own. */
  #bodyPatience: ProgressDeadline | null = null;
  /** For progress of a response whose client has ended its half. */
  #gonePatience: ProgressDeadline | null = null;
  /** Octets of the response that had been sent when progress was last looked at. */
  #sentBefore = 0;
  #isOver = false;

  constructor(exchange: ServerExchange, context: ExchangeContext) {
    this.#exchange = exchange;
    this.#context = context;
    this.#responder = new Responder(exchange, context, this);
  }

  /** Whether a request is being dealt with. */
  get isRunning(): boolean {
    return this.#request !== null;
  }

  get localAddress(): string {
    return this.#exchange.localAddress;
  }

  get localPort(): number {
    return this.#exchange.localPort;
  }

  get remoteAddress(): string {
    return this.#exchange.remoteAddress;
  }

  get remotePort(): number {
    return this.#exchange.remotePort;
  }

  get secure(): boolean {
    const { secure, remoteAddress } = this.#exchange;
    return secure || this.#context.settings.trustedGateway(remoteAddress);
  }

  get bufferedBodyBytes(): number {
    return this.#context.settings.limits.bufferedBodyBytes;
  }

  get clock(): Clock {
    return this.#context.settings.clock;
  }

  // The exchange's events.

  handleRequest(head: RequestHead): void {
    const context = this.#context;
    const { timeouts } = context.settings;
    const request = new ServerRequest(head, this);
    this.#request = request;
    this.#responder.begin(request);
    context.requests++;
    this.#handlerDeadline = context.ticker.deadline(timeouts.handlerMs);
    const refusal = this.#refuseTarget(head) ?? (request.hasBody ? this.#refuseBody(head) : null);
    if (refusal !== null) {
      this.#reject(request, refusal);
      return;
    }
    if (request.hasBody) {
      this.#bodyBytes = 0;
      this.#requestDeadline = context.ticker.deadline(timeouts.requestMs);
    }
    let answer: Answer;
    try {
      answer = this.#preflight(request) ?? context.application.answer(request);
    } catch (error) {
      this.#fail(request, error);
      return;
    }
    if (answer instanceof Response) this.#respond(request, answer);
    else this.#respondLater(request, answer);
  }

  handleBody(buf: Uint8Array, start: number, end: number, lasts = false): void {
    const request = this.#request;
    if (request === null || this.#responder.isComplete) return;
    const { ticker, settings } = this.#context;
    this.#bodyBytes += end - start;
    if (this.#bodyBytes > settings.limits.bodyBytes) {
      this.#reject(request, new HttpError(413, 'the content is too large'));
      return;
    }
    const { body } = request;
    this.#bodyPatience?.advance(ticker.now, end - start);
    body.push(buf, start, end, lasts);
    if (!body.isWaiting) this.#bodyPatience?.pause(ticker.now);
  }

  handleBodyEnd(trailers: Headers | null): void {
    const request = this.#request;
    if (request === null || !request.hasBody) return;
    this.#requestDeadline = NEVER;
    this.#bodyPatience = null;
    if (this.#responder.isComplete) return;
    const { ticker, settings } = this.#context;
    if (this.#responder.isAwaited)
      this.#handlerDeadline = ticker.deadline(settings.timeouts.handlerMs);
    request.body.finish(trailers);
  }

  handleError(error: HttpProtocolError): void {
    const refusal = new HttpError(error.status, error.message);
    const request = this.#request;
    if (request !== null) this.#reject(request, refusal);
    else if (this.#exchange.canRespond) this.refuse(responseToError(refusal));
    else this.#exchange.reset();
  }

  handlePeerEnd(): void {
    const { settings, ticker } = this.#context;
    const request = this.#request;
    if (request === null || settings.halfOpen) return;
    this.#gonePatience = this.#patience(settings.timeouts.goneMs);
    this.#gonePatience.start(ticker.now);
    this.#sentBefore = this.#responder.sentBytes;
    request.handlePeerGone(new Error('the client has ended the connection'));
  }

  handleDrain(): void {
    this.#responder.handleDrain();
  }

  handleExchangeEnd(): void {
    this.#isOver = true;
    this.#request?.handleOver();
    this.#request = null;
    this.#handlerDeadline = NEVER;
    this.#requestDeadline = NEVER;
    this.#bodyPatience = null;
    this.#gonePatience = null;
    this.#responder.finish();
  }

  handleReset(error: Error | null): void {
    this.#isOver = true;
    const request = this.#request;
    this.#request = null;
    this.#responder.finish();
    request?.handleAbort(error ?? new Error('the connection was closed'));
    request?.handleOver();
  }

  // What a request asks of its exchange.

  wantBody(): void {
    if (this.#isOver) return;
    const { settings, ticker } = this.#context;
    this.#bodyPatience ??= this.#patience(settings.timeouts.bodyMs);
    this.#bodyPatience.resume(ticker.now);
    if (this.#responder.isAwaited) this.#exchange.sendContinue();
    this.#exchange.resumeBody();
  }

  holdBody(): void {
    this.#exchange.pauseBody();
  }

  keep(buf: Uint8Array): boolean {
    return this.#exchange.keep?.(buf) === true;
  }

  countHeld(octets: number): boolean {
    return this.#context.countHeld(octets);
  }

  get drains(): DrainSignals {
    return this.#context.drains;
  }

  sendInterim(request: ServerRequest, response: Response): void {
    if (this.#request === request && this.#responder.isAwaited)
      this.#exchange.sendInterim(response);
  }

  // What the responder tells its exchange.

  handleFirstPiece(): void {
    this.#handlerDeadline = NEVER;
  }

  handleLastPiece(): void {
    this.#handlerDeadline = NEVER;
    this.#requestDeadline = NEVER;
    this.#bodyPatience = null;
    this.#request?.openedBody?.discard();
    this.#exchange.resumeBody();
  }

  giveUp(): void {
    this.#isOver = true;
    this.#context.aborted++;
    this.#responder.abandon();
    this.#exchange.reset();
  }

  // What the carrier tells.

  /** Looks at what is waited for, once per tick. */
  handleTick(now: number): void {
    const request = this.#request;
    if (request === null) return;
    if (request.openedBody?.isWaiting) {
      // The handler waits itself: only the client can be late.
      if (!this.#bodyPatience?.isLate(now) && now < this.#requestDeadline) return;
      this.#reject(request, new HttpError(408, 'the content did not come'));
    } else if (now >= this.#handlerDeadline) {
      request.handleAbort(new HttpError(503));
      this.#reject(request, new HttpError(503));
    } else if (this.#isTooSlowForAll(now)) this.giveUp();
    else if (this.#gonePatience !== null) this.#watchGone(this.#gonePatience, now);
  }

  /** Whether responses hold too much memory, and this one waits for a client that takes nothing. */
  #isTooSlowForAll(now: number): boolean {
    const { heldContentBytes, settings } = this.#context;
    if (heldContentBytes <= settings.limits.heldContentBytes) return false;
    return this.#responder.isBlocked && now - this.#responder.blockedSince >= STALLED_MS;
  }

  /** Answers without a handler, for the last time on this connection. */
  refuse(response: Response): void {
    this.#context.rejected++;
    this.#exchange.closeAfterResponse();
    if (this.#request === null) this.#responder.begin(null);
    this.#responder.send(this.#paged(response));
  }

  // Answers.

  /**
   * RFC 9110, 7.4: an `https` resource is asked for over a connection that is secured, or through a
   * gateway that is trusted; of other schemes this is no origin server.
   */
  #refuseTarget({ method, target }: RequestHead): HttpError | null {
    // Most targets are a path.
    if (target.charCodeAt(0) === 0x2f || method === 'CONNECT' || target === '*') return null;
    const isHttp = /^http:/i.test(target);
    return isHttp || (this.secure && /^https:/i.test(target))
      ? null
      : new HttpError(421, 'this connection is not for that scheme');
  }

  /**
   * Fetch Standard, 3.2.2: a preflight carries no credentials, and is no request of its page: what stands
   * around the handlers, and refuses who is not known or asks too often, is not for it.
   */
  #preflight(request: ServerRequest): Response | null {
    const { cors, application } = this.#context;
    if (cors === null || !isPreflight(request)) return null;
    const allow = application.allowed(request);
    return allow === null ? null : cors.preflight(request, allow);
  }

  #refuseBody({ bodyLength, expectsContinue, headers, version }: RequestHead): HttpError | null {
    const { limits, requireContentLength } = this.#context.settings;
    if (bodyLength > limits.bodyBytes) return new HttpError(413, 'the content is too large');
    // RFC 9110, 10.1.1: there is one expectation. Without content nothing can be expected of it.
    if (!expectsContinue && headers.has('expect') && version !== '1.0') return new HttpError(417);
    return bodyLength < 0 && requireContentLength ? new HttpError(411) : null;
  }

  /** @param looked whether the first piece of the content was read already. */
  #respond(request: ServerRequest, response: Response, looked = false): void {
    if (this.#request !== request || !this.#responder.isAwaited) {
      discardContent(response);
      return;
    }
    if (response instanceof UpgradeResponse) {
      this.#switch(request, response);
      return;
    }
    const { content } = response;
    if (this.#exchange.awaitsContinue && isStream(content) && !looked) {
      this.#respondLater(request, withFirstPiece(response, content), true);
    } else this.#responder.send(this.#paged(response));
  }

  /** The program's page in place of a plain error. */
  #paged(response: Response): Response {
    const { errorPage, settings } = this.#context;
    if (errorPage === null) return response;
    try {
      return pageOf(errorPage, this.#request, response);
    } catch (error) {
      settings.onError(error, this.#request?.head ?? null);
      return response;
    }
  }

  #respondLater(request: ServerRequest, answer: PromiseLike<Response>, looked = false): void {
    Promise.resolve(answer).then(
      (response) => {
        if (response instanceof Response) this.#respond(request, response, looked);
        else this.#fail(request, notAResponse(response));
      },
      (error) => this.#fail(request, error),
    );
  }

  /** The handler has failed, or refuses. */
  #fail(request: ServerRequest, error: unknown): void {
    if (!(error instanceof HttpError) && !request.isPeersFault(error)) {
      this.#context.settings.onError(error, request.head);
    }
    this.#respond(request, responseToError(error));
  }

  /** Answers in place of the handler, whose own answer will come too late, and closes. */
  #reject(request: ServerRequest, error: HttpError): void {
    const canRespond = this.#responder.isAwaited && this.#exchange.canRespond;
    if (canRespond) this.refuse(responseToError(error));
    else this.giveUp();
    request.openedBody?.fail(error);
  }

  /** Leaves HTTP. */
  #switch(request: ServerRequest, agreement: UpgradeResponse): void {
    this.#responder.send(agreement);
    // It may have turned out to be none: then the client has another answer.
    if (this.#isOver || this.#request !== request || this.#responder.status !== agreement.status)
      return;
    const { stream, remaining } = this.#exchange.takeStream();
    this.#request = null;
    this.#responder.finish();
    const taken = agreement.take(stream, remaining);
    const over = (): void => request.handleOver();
    if (!this.#context.waitFor(stream, taken, over)) over();
  }

  // Waiting.

  #patience(ms: number): ProgressDeadline {
    const { settings, ticker } = this.#context;
    return ticker.patience(ms, settings.minDataRate);
  }

  #watchGone(patience: ProgressDeadline, now: number): void {
    const { sentBytes } = this.#responder;
    if (this.#responder.isBlocked) patience.start(now);
    patience.advance(now, sentBytes - this.#sentBefore);
    this.#sentBefore = sentBytes;
    if (patience.isLate(now)) this.giveUp();
  }
}
