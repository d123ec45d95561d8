/**
 * The server's end of a connection: bytes in, requests out as events; responses in, bytes out.
 * No socket and no timer: the caller passes bytes as they come and hands in a sink for what leaves.
 *
 * Requests are read one at a time. Bytes behind a request wait until its response is sent, which is
 * what answers pipelined requests in order (RFC 9112, 9.3.2). Content that nobody has read when
 * the response is over is read and dropped while it is little, or else the connection ends (9.3).
 */

import { encodeUtf8 } from '@netlayers/bytes';
import type { SendResult } from '../exchange/send-result.js';
import { HttpProtocolError, localError } from '../grammar/errors.js';
import { PARSE_ERRORS } from '../grammar/parse-error.js';
import { isAscii, type TextEncoder } from '../grammar/text-codec.js';
import { listHas, listMembers } from '../grammar/tokens.js';
import { isStream } from '../message/content.js';
import { CHUNKED } from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import { type RequestHead, UNKNOWN_LENGTH } from '../message/message-head.js';
import { Method } from '../message/method.js';
import { checkTrailers } from '../message/trailers.js';
import type { Response } from '../one-shot/response.js';
import type { ParserEvent } from '../parse/message-parser.js';
import type { RequestParser } from '../parse/request-parser.js';
import { RequestParsers } from '../parse/request-parsers.js';
import { BodyWriter, sendWhole } from '../write/body-writer.js';
import type { ByteSink, Lasting } from '../write/byte-sink.js';
import { HeadDefaults } from '../write/head-defaults.js';
import { HeadWriter, headBytes } from '../write/head-writer.js';
import { ResponseWriter, writeInterim } from '../write/response-writer.js';
import { Client, Server } from './exchange-states.js';
import { MessageConnection } from './message-connection.js';
import type { ServerConnectionHandler, ServerConnectionOptions } from './server-events.js';

const DEFAULT_DRAIN_BYTES = 65536;
const INCOMPLETE = { statusCode: 400, reason: 'the connection ended inside a request' };
/** Writes a head at a time, and has told what came of it before anything else is called. */
const HEAD = new ResponseWriter();
const CONTINUE = headBytes('HTTP/1.1 100 Continue\r\n\r\n');

/** The server's end of one connection. */
export class ServerConnection extends MessageConnection {
  readonly #parsers: RequestParsers;
  /** `null` while it would stand between two requests with nothing to read. */
  #parser: RequestParser | null = null;
  readonly #handler: ServerConnectionHandler;
  readonly #defaults: HeadDefaults;
  /** The content of an open response; `null` without one. */
  #body: BodyWriter | null = null;
  readonly #encodeText: TextEncoder;
  readonly #drainLimit: number;
  readonly #wholeBytes: number;
  #request: RequestHead | null = null;
  #awaitsContinue = false;
  /** Whether the connection goes on behind the running exchange. */
  #persists = true;
  #closing = false;
  #drained = 0;

  constructor(
    sink: ByteSink,
    handler: ServerConnectionHandler,
    options: ServerConnectionOptions = {},
  ) {
    super(sink, options.heldBytes);
    this.#handler = handler;
    this.#parsers = options.parsers ?? new RequestParsers(options);
    this.#defaults = options.defaults ?? new HeadDefaults();
    this.#encodeText = options.encodeText ?? encodeUtf8;
    this.#drainLimit = options.drainBytes ?? DEFAULT_DRAIN_BYTES;
    this.#wholeBytes = options.wholeBytes ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Whether a final response can be sent now: to a request, to one that did not parse, or, without
   * one, as a last word (408) before the connection ends.
   */
  get canRespond(): boolean {
    return this.exchange.server === 'SEND-RESPONSE' || this.exchange.server === 'IDLE';
  }

  /** Whether nothing of a request has come since the last exchange: such a connection may be closed. */
  get isIdle(): boolean {
    return this.exchange.client === 'IDLE' && !this.#isInside && this.heldLength === 0;
  }

  /** Whether the client still waits for 100 (Continue). */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue;
  }

  /**
   * Sends a response: all of it in one write when its content is small and in memory.
   *
   * `Content-Length` or `Transfer-Encoding`, `Connection`, `Date` and `Server` are added where the
   * response does not carry them. Content of a response to HEAD, and of 204, 205 and 304, is left
   * out. A stream as content is not read here: the result is `open`, and the caller passes it on, as
   * with content in memory that is longer than `wholeBytes`. A stream is sent with the response's own `Content-Length`, or in chunks, or until the close (to 1.0).
   *
   * Status 101, and 2xx to a CONNECT, leave HTTP: see {@link takeRemaining}.
   *
   * @returns `complete`, or `open` for a stream that is to be sent. A stream whose response came
   *   back `complete` (HEAD, 204, 205, 304) is the caller's to cancel.
   * @throws HttpProtocolError `wrong-state` when it is not the server's turn, `invalid-framing`,
   *   `invalid-status` for an interim response, `missing-upgrade`.
   */
  sendResponse(response: Response): SendResult {
    const { status } = response;
    if (status < 200 && status !== 101) {
      throw localError('invalid-status', `${status} is an interim response`);
    }
    if (!this.canRespond) {
      throw localError('wrong-state', `no response while the server is ${this.serverState}`);
    }
    const method = this.#request?.method ?? Method.GET;
    const switches = status === 101 || (method === Method.CONNECT && status < 300);
    if (switches) this.#prepareSwitch(response);
    const bodiless = method === Method.HEAD || status === 204 || status === 304 || switches;
    const { content } = response;
    const streams = isStream(content) && status !== 205;
    const text = typeof content === 'string' && isAscii(content) ? content : null;
    const bytes = streams || status === 205 ? null : text === null ? this.#bytesOf(content) : null;
    const length = status === 205 || content === null ? 0 : streams ? -1 : (text ?? bytes!).length;

    const writer = HeadWriter.acquire();
    try {
      HEAD.write(writer, response, this.#defaults, {
        contentLength: status === 304 ? -1 : length,
        bodiless,
        unframed: status === 204 || switches,
        connection: !switches ? 'decide' : status === 101 ? 'upgrade' : 'none',
        chunks: this.#request?.version === '1.1',
        persists: this.#mayPersist(streams),
      });
      this.#begin();
      if (switches) return this.#switch(writer);
      this.exchange.serverDoes(Server.response);
      if ((streams || length > this.#wholeBytes) && !bodiless) {
        this.#body = new BodyWriter(this.sink, HEAD.framing);
        this.sink.write(writer.buf, 0, writer.length);
        return 'open';
      }
      const whole = length > 0 || HEAD.framing === CHUNKED;
      if (bodiless || !whole) this.sink.write(writer.buf, 0, writer.length);
      else sendWhole(this.sink, writer, HEAD.framing, text ?? bytes ?? '', response.trailers);
    } finally {
      writer.release();
    }
    this.#endResponse();
    return 'complete';
  }

  /**
   * Sends an interim response (RFC 9110, 15.2), such as 103; ignored for a client of HTTP/1.0.
   *
   * @throws HttpProtocolError `wrong-state` behind the final response; `invalid-status` for what is
   *   not 1xx or is 101; `invalid-framing` for a length.
   */
  sendInterim(response: Response): void {
    if (response.status >= 200 || response.status === 101) {
      throw localError('invalid-status', `${response.status} is not an interim response`);
    }
    this.exchange.serverDoes(Server.interim);
    if (this.#request?.version === '1.0') return;
    if (response.status === 100) this.#awaitsContinue = false;
    const writer = HeadWriter.acquire();
    try {
      writeInterim(writer, response);
      this.sink.write(writer.buf, 0, writer.length);
    } finally {
      writer.release();
    }
  }

  /**
   * Sends 100 (Continue) if the client still waits for it. To be called when content is wanted, and
   * before the final response: once that is sent the content is taken as unwanted.
   */
  sendContinue(): void {
    if (!this.#awaitsContinue) return;
    this.exchange.serverDoes(Server.interim);
    this.#awaitsContinue = false;
    this.sink.write(CONTINUE, 0, CONTINUE.length);
  }

  /**
   * Sends content of an open response; the bytes are taken before it returns, unless they last until
   * they are sent.
   *
   * @returns false when the sink is full: wait for its drain.
   * @throws HttpProtocolError `wrong-state` without an open response; `length-mismatch` for more than
   *   `Content-Length` promised (nothing is sent of it).
   */
  sendBody(buf: Uint8Array, start = 0, end = buf.length, lasts: Lasting = false): boolean {
    this.exchange.serverDoes(Server.data);
    return this.#body!.write(buf, start, end, lasts);
  }

  /**
   * Ends an open response.
   *
   * @param trailers fields behind a chunked body; left out where the body is not chunked.
   * @throws HttpProtocolError `length-mismatch` for less than `Content-Length` promised: now only the
   *   stream's `abort` can tell the peer; `invalid-trailer`; `wrong-state`.
   */
  endBody(trailers: Headers | null = null): void {
    this.exchange.serverDoes(Server.data);
    if (trailers !== null) checkTrailers(trailers);
    try {
      this.#body!.end(trailers);
    } catch (error) {
      this.exchange.serverDoes(Server.fail);
      throw error;
    }
    this.#endResponse();
  }

  /** Announces the end: the running exchange, or else the next one, is the last (graceful shutdown). */
  closeAfterResponse(): void {
    this.#closing = true;
    this.readOn();
  }

  protected override get parser(): RequestParser {
    this.#parser ??= this.#parsers.take();
    return this.#parser;
  }

  get #isInside(): boolean {
    return this.#parser?.isInside === true;
  }

  /** Octets of the request's content still to come at least. */
  get #unread(): number {
    return this.#parser?.bodyRemaining ?? 0;
  }

  protected override wantsInput(): boolean {
    const { client } = this.exchange;
    return client !== 'ERROR' && client !== 'MUST-CLOSE' && client !== 'CLOSED';
  }

  protected override canRead(): boolean {
    const { client } = this.exchange;
    return client === 'IDLE' || client === 'SEND-BODY';
  }

  protected override peerEnded(): void {
    if (this.exchange.client === 'DONE' || this.isIdle) this.#handler.handlePeerEnd?.();
  }

  protected override endInput(): void {
    if (this.isIdle) {
      this.#closeDown();
    } else {
      this.parser.finish();
      this.#fail();
    }
  }

  protected override settled(): void {
    if (this.#parser?.isAtRest === true) {
      this.#parsers.give(this.#parser);
      this.#parser = null;
    }
    if (this.#closing && this.isIdle) this.#closeDown();
  }

  protected override takeEvent(event: ParserEvent): void {
    const { parser, exchange } = this;
    switch (event) {
      case 'head': {
        const request = parser.head!;
        exchange.clientDoes(Client.request);
        exchange.serverDoes(Server.request);
        this.#request = request;
        this.#persists = request.keepAlive;
        this.#awaitsContinue = request.expectsContinue;
        this.#drained = 0;
        this.#handler.handleRequest(request);
        break;
      }
      case 'body':
        exchange.clientDoes(Client.data);
        this.#awaitsContinue = false;
        if (exchange.server === 'DONE') this.#drain(parser.bodyEnd - parser.bodyStart);
        else this.#handler.handleBody(this.buf, parser.bodyStart, parser.bodyEnd, this.lasts);
        break;
      case 'end':
        exchange.clientDoes(Client.end);
        if (exchange.server === 'DONE') this.#finishExchange();
        else this.#handler.handleBodyEnd(parser.trailers);
        break;
      default:
        this.#fail();
    }
  }

  #fail(): void {
    const error = this.#parser?.error ?? null;
    this.exchange.clientDoes(Client.fail);
    this.dropHeld();
    if (this.exchange.server === 'DONE') {
      this.#closeDown();
      return;
    }
    const { statusCode, reason } = error === null ? INCOMPLETE : PARSE_ERRORS[error];
    this.#handler.handleError(
      new HttpProtocolError('remote', statusCode, error ?? 'incomplete', reason),
    );
  }

  #bytesOf(content: Response['content']): Uint8Array | null {
    return typeof content === 'string' ? this.#encodeText(content) : (content as Uint8Array | null);
  }

  /** Whether the connection can go on behind a response that is about to be sent. */
  #mayPersist(streams: boolean): boolean {
    const { client } = this.exchange;
    if (!this.#persists || this.#closing || (client !== 'SEND-BODY' && client !== 'DONE'))
      return false;
    // RFC 9110, 10.1.1: the client may or may not send what it was not told to send.
    if (this.#awaitsContinue) return false;
    if (this.inputEnded && this.heldLength === 0) return false;
    // A stream may be made of the content that is still to come; a whole response is not.
    return streams || this.#unread <= this.#drainLimit;
  }

  /** Takes the turn, once the head has turned out to be fit to send. */
  #begin(): void {
    // Without a request there is nothing to read on for.
    if (this.exchange.server === 'IDLE') this.exchange.clientDoes(Client.last);
    this.#persists = HEAD.persists;
    this.#awaitsContinue = false;
  }

  #prepareSwitch(response: Response): void {
    const request = this.#request;
    if (request === null || !request.wantsSwitch) {
      throw localError('wrong-state', 'the client did not ask for another protocol');
    }
    // RFC 9110, 15.2.2: 101 names the protocol.
    if (response.status === 101 && !response.headers.has('upgrade')) {
      throw localError('missing-upgrade', 'a response with 101 needs an Upgrade field');
    }
    // RFC 9110, 7.8: to nothing but what the client named, and only behind the whole request.
    if (response.status === 101 && !isOffered(request.headers, response.headers)) {
      throw localError('missing-upgrade', 'Upgrade names a protocol that the client did not');
    }
    const unread = request.bodyLength === UNKNOWN_LENGTH || this.#unread > 0;
    if (this.exchange.client === 'SEND-BODY' && unread) {
      throw localError('wrong-state', 'the request is not read to its end');
    }
  }

  #switch(writer: HeadWriter): SendResult {
    if (this.exchange.client === 'SEND-BODY') this.exchange.clientDoes(Client.end);
    this.exchange.serverDoes(Server.switch);
    this.exchange.clientDoes(Client.switch);
    this.sink.write(writer.buf, 0, writer.length);
    return 'complete';
  }

  #endResponse(): void {
    this.#body = null;
    this.exchange.serverDoes(Server.end);
    const { client } = this.exchange;
    if (client === 'DONE') this.#finishExchange();
    else if (client !== 'SEND-BODY' || !this.#persists) this.#closeDown();
    else this.#drain(0);
  }

  /** Content that nobody wants has come, or is to come. */
  #drain(length: number): void {
    this.#drained += length;
    if (!this.#persists || this.#drained + this.#unread > this.#drainLimit) {
      this.#closeDown();
    } else if (length === 0) {
      this.resume();
    }
  }

  #finishExchange(): void {
    if (!this.#persists) {
      this.#closeDown();
      return;
    }
    this.exchange.clientDoes(Client.next);
    this.exchange.serverDoes(Server.next);
    this.#request = null;
    this.#parser?.forget();
    this.unpause();
    this.#handler.handleExchangeEnd?.(true);
    this.readOn();
  }

  /** Ends our half (RFC 9112, 9.6: the first stage); what comes in from now on means nothing. */
  #closeDown(): void {
    if (this.exchange.server === 'CLOSED') return;
    this.exchange.clientDoes(Client.last);
    this.exchange.serverDoes(Server.last);
    this.dropHeld();
    this.sink.end();
    this.exchange.serverDoes(Server.close);
    this.#handler.handleExchangeEnd?.(false);
  }
}

/** Whether every protocol of a response is one that the request offers. */
function isOffered(request: Headers, response: Headers): boolean {
  const offered = request.get('upgrade') ?? '';
  return listMembers(response.get('upgrade') ?? '').every((protocol) =>
    listHas(offered, protocol.toLowerCase()),
  );
}
