/**
 * A request under way in an exchange: sends the head, pumps the content with backpressure, gathers
 * what comes back, and watches that each side gets on.
 *
 * There is one time-out for getting on, moved with each step: the peer must take content, then
 * begin to answer, then send the rest. It stands still while the program itself is waited for.
 */

import type { Clock } from '@netlayers/host';
import {
  type ClientExchange,
  type ClientExchangeHandler,
  type Headers,
  HttpProtocolError,
  isStream,
  type Request,
  type ResponseHead,
  type TakenStream,
} from '@netlayers/http';
import { argumentFailure, ClientError, exchangeFailure } from '../base/errors.js';
import { Timeout } from '../base/timeout.js';
import { BodyQueue, type BodyQueueOwner } from '../body/body-queue.js';
import { Upload } from '../body/upload.js';
import { Patience, type PatienceSettings } from './patience.js';

/** What is to be done. */
export interface RequestPlan extends PatienceSettings {
  readonly request: Request;
  readonly trailers: (() => Headers) | null;
  /** Milliseconds to wait for 100 (Continue) before the content is sent; `null` without `Expect`. */
  readonly continueTimeoutMs: number | null;
  readonly maxResponseBytes: number;
  onInterim(response: ResponseHead): void;
}

/** Bytes that wait for the program, over which the exchange is paused, and under which it goes on. */
const PAUSE_OVER = 0x4_0000;
const RESUME_UNDER = 0x2_0000;

/** A running request. */
export class RunningRequest implements ClientExchangeHandler, BodyQueueOwner {
  /** The head of the final response. */
  readonly response: Promise<ResponseHead>;
  readonly body: BodyQueue;
  /** Fields behind the content, once it is read to its end. */
  trailers: Headers | null = null;
  /** Whether a byte of the response has come. */
  answered = false;
  /** Whether any of the content was handed to the exchange. */
  contentStarted = false;
  readonly #plan: RequestPlan;
  readonly #exchange: ClientExchange;
  readonly #patience: Patience;
  readonly #continueTimer: Timeout;
  #upload: Upload | null = null;
  #received = 0;
  #paused = false;
  #over = false;
  #tell: () => void = () => {};
  #resolve: (response: ResponseHead) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  /**
   * @param open opens the exchange that is to tell this request what happens.
   */
  constructor(
    open: (handler: ClientExchangeHandler) => ClientExchange,
    plan: RequestPlan,
    clock: Clock,
  ) {
    this.#plan = plan;
    this.body = new BodyQueue(this);
    this.#patience = new Patience(
      clock,
      plan,
      () => this.#exchange,
      (error) => this.fail(error),
    );
    this.#continueTimer = new Timeout(clock, () => this.#sendBody());
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever sends the request waits for it a moment later; it may have failed by then.
    this.response.catch(() => {});
    this.#exchange = open(this);
  }

  /** Sends the request. Errors of the program (a field that cannot be sent) reject `response`. */
  start(): void {
    const { request, continueTimeoutMs } = this.#plan;
    const { content } = request;
    try {
      const waits = continueTimeoutMs !== null && content !== null;
      if (this.#exchange.sendRequest(request) === 'complete') {
        this.contentStarted = content !== null;
        this.#patience.waitForAnswer(content !== null);
      } else if (waits) this.#continueTimer.restart(continueTimeoutMs);
      else this.#sendBody();
    } catch (error) {
      // What could not be sent is the program's: the peer has no part in it.
      const isProtocol = error instanceof HttpProtocolError;
      this.fail(isProtocol ? exchangeFailure(error, this.#plan.place) : argumentFailure(error));
    }
  }

  /** Gives the request up: whoever waits for it gets the error as it is. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#finish();
    this.#reject(error);
    this.body.fail(error);
    this.#exchange.reset();
  }

  /** Tells when request and response are over, or have failed; at once where they are. */
  whenOver(tell: () => void): void {
    if (this.#over) tell();
    else this.#tell = tell;
  }

  /** @throws TypeError when the server has not switched protocols. */
  takeStream(): TakenStream {
    return this.#exchange.takeStream();
  }

  handleProgress(octets: number): void {
    this.answered = true;
    this.#patience.received(octets);
  }

  handleReset(error: Error): void {
    this.fail(exchangeFailure(error, this.#plan.place));
  }

  handleDrain(): void {
    this.#upload?.handleDrain();
  }

  handleInterim(response: ResponseHead): void {
    if (response.status === 100) this.#sendBody();
    try {
      this.#plan.onInterim(response);
    } catch (error) {
      // The program's own error is the program's; what called us is not to suffer from it.
      this.fail(error);
    }
  }

  handleResponse(response: ResponseHead): void {
    this.#continueTimer.stop();
    // An answer other than success to a request that is not sent whole: the rest is not wanted.
    if (response.status >= 300) this.#upload?.stop();
    this.#patience.waitForRest(this.#upload !== null && !this.#upload.stopped);
    this.#resolve(response);
    if (response.bodyLength > this.#plan.maxResponseBytes) this.fail(this.#tooLarge());
    if (this.#exchange.isSwitched) {
      this.#finish();
      this.body.end();
    }
  }

  handleBody(buf: Uint8Array, start: number, end: number): void {
    if (this.#over) return;
    this.#received += end - start;
    if (this.#received > this.#plan.maxResponseBytes) {
      this.fail(this.#tooLarge());
      return;
    }
    this.body.append(buf, start, end);
    if (this.body.size <= PAUSE_OVER || this.#paused) return;
    this.#paused = true;
    this.#patience.waitForReader(true);
    this.#exchange.pauseBody();
  }

  handleBodyEnd(trailers: Headers | null): void {
    if (this.#over) return;
    this.trailers = trailers;
    const unsent = this.#exchange.isOpen;
    if (unsent && (this.#upload === null || this.#upload.stopped)) {
      // The connection still owes the server the rest of the request.
      this.#complete();
      this.#exchange.reset();
    } else if (unsent) {
      // Complete before the request is: an early success. The upload goes on.
      this.body.end();
      this.#patience.waitForTaking();
    } else this.#complete();
  }

  handleExchangeEnd(): void {
    this.#complete();
  }

  handleTaken(): void {
    if (!this.#paused || this.body.size > RESUME_UNDER) return;
    this.#paused = false;
    this.#patience.waitForReader(false);
    this.#exchange.resumeBody();
  }

  handleCancel(): void {
    this.#finish();
    this.#exchange.reset();
  }

  #complete(): void {
    if (this.#over) return;
    this.#finish();
    this.body.end();
  }

  #finish(): void {
    this.#over = true;
    this.#patience.stop();
    this.#continueTimer.stop();
    this.#upload?.stop();
    this.#tell();
  }

  #sendBody(): void {
    if (this.#upload !== null || this.#over) return;
    this.#continueTimer.stop();
    const { request, trailers } = this.#plan;
    const { content } = request;
    if (content === null || !this.#exchange.isOpen) return;
    this.contentStarted = true;
    this.#upload = new Upload(this.#exchange, {
      handleProgress: (octets, hasRoom) => {
        if (!this.#over) this.#patience.sent(octets, hasRoom);
      },
      handleSent: () => {
        if (!this.#over) this.#patience.waitForAnswer(true);
      },
      handleFailure: (error) => {
        if (error instanceof HttpProtocolError) this.handleReset(error);
        else this.fail(error);
      },
    });
    if (isStream(content)) this.#upload.sendStream(content, trailers);
    else this.#upload.sendWhole(content, trailers);
  }

  #tooLarge(): ClientError {
    const { place, maxResponseBytes } = this.#plan;
    const text = `${place}: the response is larger than the ${maxResponseBytes} bytes allowed`;
    return new ClientError('response-too-large', text);
  }
}
