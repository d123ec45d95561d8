/**
 * A stream of HTTP/2 as an exchange of a server (RFC 9113, 8.1): Node's `http2` carries it, and what it
 * says comes in the order that handlers know from HTTP/1.1.
 */

import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ProgressDeadline } from '@netlayers/host';
import {
  bytesOf,
  checkTrailers,
  type Headers,
  HttpProtocolError,
  isStream,
  type Lasting,
  localError,
  type Response,
  type SendResult,
  type ServerExchange,
  type TakenStream,
} from '@netlayers/http';
import type { ExchangeHost, ExchangeServer } from '@netlayers/server';
import { fieldsOf, trailersOf } from './h2-fields.js';
import type { H2Request } from './h2-request.js';
import { responseHeadOf } from './h2-response.js';
import { type Ends, tunnelOf } from './h2-tunnel.js';
import type { UnreadContent } from './unread-content.js';

const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM } = constants;
const NOTHING = new Uint8Array(0);

/** Octets of a piece of content, which Node keeps until the peer takes it: one frame (RFC 9113, 4.2). */
const LARGEST_PIECE = 0x4000;

/** A write is told as a whole: what may be under way before its progress shows, in octets. */
const LARGEST_WRITE = 2 * LARGEST_PIECE;

/** The connection, as its exchanges see it. */
export interface ExchangeOwner {
  readonly ends: Ends;
  /** The stream of an exchange is closed. */
  ended(exchange: H2Exchange): void;
}

const ignore = (): void => {};

/** One request and its response. */
export class H2Exchange implements ServerExchange {
  readonly #stream: ServerHttp2Stream;
  readonly #host: ExchangeHost;
  readonly #ends: Ends;
  readonly #served: ExchangeServer;
  /** Tells the connection that content was taken, or waits; `null` where none can come. */
  readonly #lookAtUnread: (() => void) | null;
  #request: H2Request | null = null;
  #awaitsContinue = false;
  #hasResponded = false;
  /** Octets of the response that are promised; -1 for a stream of any length. */
  #left = 0;
  #sent = 0;
  #isComplete = false;
  #isRequestOver = false;
  /** Whether there is content to read. */
  #isRead = false;
  #isTaken = false;
  #isOver = false;
  /** We have reset the stream, which has not heard of it yet. */
  #isReset = false;
  #needsDrain = false;
  #trailers: Headers | null = null;
  #received: Headers | null = null;
  #patience: ProgressDeadline | null = null;
  #takenBefore = 0;

  /**
   * @param connection told when there is nothing more to do with it.
   * @param unread where what waits is counted; `null` for a request that has come as a whole.
   */
  constructor(
    stream: ServerHttp2Stream,
    connection: ExchangeOwner,
    host: ExchangeHost,
    unread: UnreadContent | null,
  ) {
    this.#stream = stream;
    this.#ends = connection.ends;
    this.#host = host;
    this.#lookAtUnread = unread?.watch(stream, () => this.#refuseUnread()) ?? null;
    this.#served = host.serve(this);
    stream.on('error', ignore);
    if (unread !== null) stream.on('finish', () => this.#refuseRest());
    stream.on('close', () => {
      this.#closed();
      connection.ended(this);
    });
  }

  get localAddress(): string {
    return this.#ends.localAddress;
  }

  get localPort(): number {
    return this.#ends.localPort;
  }

  get remoteAddress(): string {
    return this.#ends.remoteAddress;
  }

  get remotePort(): number {
    return this.#ends.remotePort;
  }

  get secure(): boolean {
    return this.#ends.secure;
  }

  get canRespond(): boolean {
    const { headersSent, closed, destroyed } = this.#stream;
    return !headersSent && !closed && !destroyed;
  }

  get awaitsContinue(): boolean {
    return this.#awaitsContinue;
  }

  get largestPiece(): number {
    return LARGEST_PIECE;
  }

  /** Whether a handler still has to do with it. */
  get isOver(): boolean {
    return this.#isOver || this.#isReset;
  }

  /** Begins with what has been received. */
  begin(request: H2Request | Error): void {
    const served = this.#served;
    if (request instanceof Error) {
      this.#read();
      served.handleError(request as Parameters<ExchangeServer['handleError']>[0]);
      return;
    }
    this.#request = request;
    const { head } = request;
    this.#awaitsContinue = head.expectsContinue;
    served.handleRequest(head);
    if (head.wantsSwitch) {
      if (!this.#isTaken) served.handleBodyEnd(null);
      return;
    }
    if (head.bodyLength !== 0) this.#readBody();
    else {
      // The end of a request that has come as a whole is Node's to read, when the stream is closed: not before it
      // has called back for what was written, which then needs no error.
      if (this.#lookAtUnread !== null) this.#read();
      this.#endRequest();
    }
  }

  #read(): void {
    this.#isRead = true;
    this.#stream.resume();
  }

  /** Looks at what is waited for. */
  handleTick(now: number): void {
    this.#lookAtUnread?.();
    if (this.#isOver || this.#isTaken) return;
    const { writableLength } = this.#stream;
    if (writableLength > 0) this.#watchWriting(now, writableLength);
    else this.#patience?.pause(now);
    if (this.#patience?.isLate(now)) this.#served.giveUp();
    else this.#served.handleTick(now);
  }

  sendInterim(response: Response): void {
    const { status, headers } = response;
    if (status >= 200 || status === 101) {
      throw localError('invalid-status', `${status} is not an interim response`);
    }
    if (!this.canRespond)
      throw localError('wrong-state', 'an interim response behind the final one');
    if (status === 100) this.#awaitsContinue = false;
    const fields = fieldsOf(headers);
    if ('content-length' in fields) {
      throw localError('invalid-framing', 'an interim response with Content-Length');
    }
    this.#stream.additionalHeaders({ ...fields, ':status': status });
  }

  sendContinue(): void {
    if (!this.#awaitsContinue || !this.canRespond) return;
    this.#awaitsContinue = false;
    this.#stream.additionalHeaders({ ':status': 100 });
  }

  sendResponse(response: Response): SendResult {
    const switches = this.#switches(response);
    const { status } = response;
    if (status < 200 && !switches) {
      throw localError('invalid-status', `${status} is an interim response`);
    }
    if (!this.canRespond) throw localError('wrong-state', 'no response can be sent now');
    if (response.trailers !== null) checkTrailers(response.trailers);
    const { machineOptions } = this.#host;
    const content = status === 205 ? null : response.content;
    const isLong = isStream(content);
    const isText = typeof content === 'string';
    const bytes = isLong || content === null ? NOTHING : isText ? content : bytesOf(content);
    const octets = isText ? Buffer.byteLength(content) : bytes.length;
    const isBodiless =
      switches || status === 204 || status === 304 || this.#request?.head.method === 'HEAD';
    const { fields, length } = responseHeadOf(response, machineOptions.defaults, {
      contentLength: isLong || status === 304 ? -1 : octets,
      isBodiless,
      isUnframed: status === 204 || switches,
    });
    // RFC 8441, 5: agreement to a protocol is 200 here.
    if (switches) fields[':status'] = status === 101 ? 200 : status;
    this.#hasResponded = true;
    this.#awaitsContinue = false;
    const isOpen = (isLong || octets > LARGEST_PIECE) && !isBodiless;
    this.#respond(
      fields,
      switches,
      isOpen || (!isBodiless && response.trailers !== null),
      isBodiless,
    );
    if (isOpen) {
      this.#left = length;
      this.#stream.on('drain', () => this.#drained());
      return 'open';
    }
    if (switches) return 'complete';
    this.#trailers = response.trailers;
    this.#isComplete = true;
    if (isBodiless || octets === 0) this.#stream.end();
    // Octets are the program's, and Node keeps them.
    else this.#stream.end(typeof bytes === 'string' ? bytes : Buffer.from(bytes));
    return 'complete';
  }

  sendBody(buf: Uint8Array, start = 0, end = buf.length, lasts: Lasting = false): boolean {
    if (!this.#hasResponded || this.#isComplete) {
      throw localError('wrong-state', 'no response is open');
    }
    const length = end - start;
    if (this.#left >= 0) {
      if (length > this.#left) {
        throw localError('length-mismatch', 'content is longer than its Content-Length');
      }
      this.#left -= length;
    }
    if (this.#stream.destroyed || length === 0) return true;
    this.#sent += length;
    const view = Buffer.from(buf.buffer, buf.byteOffset + start, length);
    // Who fills the stream waits until Node has sent all of it, and leaves the octets alone meanwhile.
    const isAwaited = length >= this.#stream.writableHighWaterMark;
    const hasRoom = this.#stream.write(lasts === true || isAwaited ? view : Buffer.from(view));
    if (!hasRoom) this.#needsDrain = true;
    return hasRoom;
  }

  endBody(trailers: Headers | null): void {
    if (!this.#hasResponded || this.#isComplete) {
      throw localError('wrong-state', 'no response is open');
    }
    if (trailers !== null) checkTrailers(trailers);
    if (this.#left > 0) {
      throw localError('length-mismatch', 'content is shorter than its Content-Length');
    }
    this.#trailers = trailers;
    this.#isComplete = true;
    this.#stream.end();
  }

  pauseBody(): void {
    if (this.#isRead) this.#stream.pause();
  }

  resumeBody(): void {
    if (this.#isRead && !this.#isTaken) this.#stream.resume();
  }

  /** An exchange is not the connection: others go on. */
  closeAfterResponse(): void {}

  takeStream(): TakenStream {
    if (this.#isTaken || this.#stream.destroyed) {
      throw localError('wrong-state', 'there is no stream to take');
    }
    this.#isTaken = true;
    const stream = tunnelOf(this.#stream, this);
    // It is paused, and stays so.
    if (this.#lookAtUnread !== null) {
      this.#stream.on('data', this.#lookAtUnread);
      this.#lookAtUnread();
    }
    return { stream, remaining: NOTHING };
  }

  reset(): void {
    this.#resetWith(NGHTTP2_INTERNAL_ERROR);
  }

  /** The server is told that its client, or the connection, is gone. */
  lose(error: Error | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isTaken) this.#served.handleReset(error);
  }

  /** @throws HttpProtocolError `wrong-state` for an agreement that nobody asked for. */
  #switches({ status }: Response): boolean {
    const { head = null, protocol = null } = this.#request ?? {};
    if (status === 101 && protocol === null) {
      throw localError('wrong-state', 'the client did not ask for another protocol');
    }
    return head?.wantsSwitch === true && (status === 101 || (protocol === null && status < 300));
  }

  #respond(
    fields: Parameters<ServerHttp2Stream['respond']>[0],
    switches: boolean,
    waitForTrailers: boolean,
    endStream: boolean,
  ): void {
    const stream = this.#stream;
    if (waitForTrailers) stream.once('wantTrailers', () => this.#sendTrailers());
    // Our own date, of our own clock.
    const date = { sendDate: false } as object;
    stream.respond(fields, { endStream: endStream && !switches, waitForTrailers, ...date });
  }

  #sendTrailers(): void {
    if (this.#stream.destroyed) return;
    this.#stream.sendTrailers(this.#trailers === null ? {} : fieldsOf(this.#trailers));
  }

  #readBody(): void {
    const stream = this.#stream;
    this.#isRead = true;
    stream.on('trailers', (_fields, _flags, raw: string[] = []) => {
      this.#received = trailersOf(raw);
    });
    stream.on('data', (chunk: Buffer) => {
      this.#lookAtUnread?.();
      this.#awaitsContinue = false;
      this.#served.handleBody(chunk, 0, chunk.length);
    });
    stream.on('end', () => {
      // The end of a stream that was reset looks the same.
      if (stream.rstCode === NGHTTP2_NO_ERROR && !stream.aborted) this.#endRequest();
    });
  }

  #endRequest(): void {
    this.#isRequestOver = true;
    if (!this.#isOver) this.#served.handleBodyEnd(this.#received);
  }

  /** RFC 9113, 8.1: a response that is complete needs no more of its request. */
  #refuseRest(): void {
    if (!this.#isRequestOver && !this.#isTaken) this.#stream.close(NGHTTP2_NO_ERROR);
  }

  /** More content waits than may: where no answer can say so, the code does (RFC 9113, 7). */
  #refuseUnread(): void {
    if (this.isOver) return;
    if (this.canRespond && !this.#isTaken) this.#served.handleError(tooMuch());
    else {
      this.#host.aborted++;
      this.#resetWith(NGHTTP2_ENHANCE_YOUR_CALM);
    }
  }

  #resetWith(code: number): void {
    this.#isReset = true;
    this.#stream.close(code);
  }

  #drained(): void {
    if (!this.#needsDrain || this.#isOver || this.#isTaken) return;
    this.#needsDrain = false;
    this.#served.handleDrain();
  }

  #watchWriting(now: number, waiting: number): void {
    const { settings, ticker } = this.#host;
    const { minDataRate, timeouts } = settings;
    if (this.#patience === null) {
      const grain = minDataRate > 0 ? (LARGEST_WRITE * 1000) / minDataRate : 0;
      this.#patience = ticker.patience(timeouts.writeMs + grain, minDataRate);
    }
    this.#patience.resume(now);
    const taken = this.#sent - waiting;
    this.#patience.advance(now, taken - this.#takenBefore);
    this.#takenBefore = taken;
  }

  /**
   * Whether a stream that is closed while its connection lives has sent everything. nghttp2 closes one
   * without an error when it has made frames of it all; that they were written Node may say later, when
   * nobody asks any more.
   */
  get #isSent(): boolean {
    const { rstCode, writableFinished } = this.#stream;
    return writableFinished ? rstCode !== NGHTTP2_INTERNAL_ERROR : rstCode === NGHTTP2_NO_ERROR;
  }

  #closed(): void {
    if (this.#isOver) return;
    if (this.#isComplete && this.#isSent) {
      this.#isOver = true;
      this.#served.handleExchangeEnd();
      return;
    }
    this.lose(Object.assign(new Error('the client has reset the request'), { code: 'ECONNRESET' }));
  }
}

const tooMuch = (): HttpProtocolError =>
  new HttpProtocolError('remote', 503, 'content-too-large', 'too much is being received');
