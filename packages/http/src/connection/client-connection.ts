/**
 * The client's end of a connection: requests in, bytes out; bytes in, responses out as events. One
 * request at a time: this end does not pipeline (RFC 9112, 9.3.2 leaves it the choice).
 *
 * Bytes that belong to no request are never taken for a response (9.2): they end the connection.
 */

import { encodeUtf8 } from '@netlayers/bytes';
import type { SendResult } from '../exchange/send-result.js';
import { HttpProtocolError, localError, type RemoteErrorCode } from '../grammar/errors.js';
import { DEFAULT_RESPONSE_LIMITS, type ResponseLimits } from '../grammar/limits.js';
import { PARSE_ERRORS } from '../grammar/parse-error.js';
import type { TextEncoder } from '../grammar/text-codec.js';
import { isStream } from '../message/content.js';
import { CHUNKED } from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import type { ResponseHead } from '../message/message-head.js';
import { Method } from '../message/method.js';
import { checkTrailers } from '../message/trailers.js';
import type { Request } from '../one-shot/request.js';
import type { ParserEvent } from '../parse/message-parser.js';
import { ResponseParser } from '../parse/response-parser.js';
import { BodyWriter, sendWhole } from '../write/body-writer.js';
import type { ByteSink } from '../write/byte-sink.js';
import { HeadWriter } from '../write/head-writer.js';
import { RequestWriter } from '../write/request-writer.js';
import type { ClientConnectionHandler, ClientConnectionOptions } from './client-events.js';
import { Client, Server } from './exchange-states.js';
import { MessageConnection } from './message-connection.js';

const REASONS: Partial<Record<RemoteErrorCode, string>> = {
  incomplete: 'the connection ended inside a response',
  closed: 'the connection ended before a response',
  'too-many-interim-responses': 'interim responses without end',
  'unexpected-data': 'data that belongs to no request',
  'unexpected-switch': 'the server switched to a protocol it was not asked for',
};

/** The client's end of one connection. */
export class ClientConnection extends MessageConnection {
  protected override readonly parser: ResponseParser;
  readonly #handler: ClientConnectionHandler;
  readonly #head: RequestWriter;
  /** The content of an open request; `null` without one. */
  #body: BodyWriter | null = null;
  readonly #encodeText: TextEncoder;
  readonly #limits: ResponseLimits;
  #method: Method = Method.GET;
  /** Whether the connection goes on behind the running exchange. */
  #persists = true;
  /** Content waits for 100 (Continue), or for the caller to lose patience. */
  #awaitsContinue = false;
  #interim = false;
  /** Interim responses of the running exchange, and the bytes of their heads. */
  #interims = 0;
  #interimBytes = 0;
  #asksSwitch = false;

  constructor(
    sink: ByteSink,
    handler: ClientConnectionHandler,
    options: ClientConnectionOptions = {},
  ) {
    super(sink, options.heldBytes);
    this.#handler = handler;
    this.parser = new ResponseParser(options);
    this.#limits = { ...DEFAULT_RESPONSE_LIMITS, ...options.limits };
    this.#head = new RequestWriter(options.chunks ?? true);
    this.#encodeText = options.encodeText ?? encodeUtf8;
  }

  /** Whether a request can be sent now. */
  get canRequest(): boolean {
    const { client, server } = this.exchange;
    return client === 'IDLE' && server === 'IDLE' && !this.inputEnded;
  }

  /** Whether the running request waits for 100 (Continue) before its content. */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue;
  }

  override handleData(buf: Uint8Array, start: number, end: number): void {
    // 9.2: without a request nothing is a response; line ends are forgiven.
    if (this.exchange.server === 'IDLE' && isStray(buf, start, end)) this.#fail('unexpected-data');
    else super.handleData(buf, start, end);
  }

  /**
   * Sends a request: all of it in one write when its content is small and in memory. `Host` must
   * be there and goes first; `Content-Length` or `Transfer-Encoding` are added where they are missing,
   * as are the connection options that `TE` and `Upgrade` need.
   *
   * A stream as content is not read here, and content behind `Expect: 100-continue` waits: the
   * result is `open`, and the caller passes the content by `sendBody` and `endBody` (after
   * `handleInterim` with 100, or when it has waited long enough).
   *
   * @throws HttpProtocolError `wrong-state` while another request runs or behind a close;
   *   `missing-host`, `invalid-header-value` for a Host that is none, `invalid-framing`.
   */
  sendRequest(request: Request): SendResult {
    if (!this.canRequest) {
      throw localError('wrong-state', `no request while the client is ${this.clientState}`);
    }
    const { content } = request;
    const bytes = isStream(content)
      ? null
      : typeof content === 'string'
        ? this.#encodeText(content)
        : content;
    const streams = isStream(content);
    const length = streams ? -1 : (bytes?.length ?? 0);
    const writer = HeadWriter.acquire();
    try {
      this.#head.write(writer, request, length);
      this.#begin(request);
      const open = streams || (length > 0 && this.#awaitsContinue);
      if (open) this.#body = new BodyWriter(this.sink, this.#head.framing);
      const whole = length > 0 || this.#head.framing === CHUNKED;
      if (whole && !open) {
        sendWhole(this.sink, writer, this.#head.framing, bytes ?? '', request.trailers);
      } else this.sink.write(writer.buf, 0, writer.length);
      if (open) return 'open';
    } finally {
      writer.release();
    }
    this.#endRequest();
    return 'complete';
  }

  /**
   * Sends content of an open request; the bytes are taken before it returns.
   *
   * @returns false when the sink is full: wait for its drain.
   * @throws HttpProtocolError `wrong-state` without an open request, also when the exchange was ended
   *   by an early response; `length-mismatch`.
   */
  sendBody(buf: Uint8Array, start = 0, end = buf.length): boolean {
    this.exchange.clientDoes(Client.data);
    this.#awaitsContinue = false;
    return this.#body!.write(buf, start, end);
  }

  /**
   * Ends an open request.
   *
   * @param trailers fields behind a chunked body; left out where the body is not chunked.
   * @throws HttpProtocolError `length-mismatch` for less than `Content-Length` promised: now only the
   *   stream's `abort` is left; `invalid-trailer`; `wrong-state`.
   */
  endBody(trailers: Headers | null = null): void {
    this.exchange.clientDoes(Client.data);
    if (trailers !== null) checkTrailers(trailers);
    try {
      this.#body!.end(trailers);
    } catch (error) {
      this.exchange.clientDoes(Client.fail);
      throw error;
    }
    this.#endRequest();
  }

  protected override wantsInput(): boolean {
    const { server } = this.exchange;
    return server !== 'ERROR' && server !== 'MUST-CLOSE' && server !== 'CLOSED';
  }

  protected override canRead(): boolean {
    const { server } = this.exchange;
    return server === 'SEND-RESPONSE' || server === 'SEND-BODY' || server === 'IDLE';
  }

  protected override peerEnded(): void {}

  protected override settled(): void {}

  protected override takeEvent(event: ParserEvent): void {
    const { parser, exchange } = this;
    switch (event) {
      case 'head':
        this.#takeHead(parser.head!);
        break;
      case 'body':
        exchange.serverDoes(Server.data);
        this.#handler.handleBody(this.buf, parser.bodyStart, parser.bodyEnd);
        break;
      case 'end':
        if (this.#interim) {
          this.#interim = false;
          break;
        }
        exchange.serverDoes(Server.end);
        this.#handler.handleBodyEnd(parser.trailers);
        this.#finishExchange();
        break;
      default:
        this.#fail(parser.error ?? 'incomplete');
    }
  }

  protected override endInput(): void {
    if (this.exchange.server === 'IDLE') {
      this.#closeDown();
      this.#handler.handlePeerEnd?.();
      return;
    }
    if (this.exchange.server === 'SEND-RESPONSE' && !this.parser.isInside) {
      this.#fail('closed');
      return;
    }
    this.#persists = false;
    this.parser.finish();
    this.takeEvent(this.parser.event);
  }

  #takeHead(head: ResponseHead): void {
    const { exchange } = this;
    if (head.status < 200 && head.status !== 101) {
      this.#interimBytes += this.parser.sectionBytes;
      const { interimResponses, interimSections } = this.#limits;
      if (++this.#interims > interimResponses || this.#interimBytes > interimSections) {
        this.#fail('too-many-interim-responses');
        return;
      }
      exchange.serverDoes(Server.interim);
      this.#interim = true;
      if (head.status === 100) this.#awaitsContinue = false;
      this.#handler.handleInterim(head);
      return;
    }
    if (head.status === 101 || (this.#method === Method.CONNECT && head.status < 300)) {
      // RFC 9110, 7.8: to nothing that was not asked for, and only behind the whole request.
      if (!this.#asksSwitch || exchange.client !== 'DONE') {
        this.#fail('unexpected-switch');
        return;
      }
      exchange.serverDoes(Server.switch);
      exchange.clientDoes(Client.switch);
      this.#handler.handleResponse(head);
      return;
    }
    exchange.serverDoes(Server.response);
    if (!head.keepAlive) this.#persists = false;
    if (head.version === '1.0') this.#head.chunks = false;
    this.#handler.handleResponse(head);
  }

  #begin(request: Request): void {
    this.exchange.clientDoes(Client.request);
    this.exchange.serverDoes(Server.request);
    this.#method = request.method;
    this.#interims = 0;
    this.#interimBytes = 0;
    this.#persists = this.#head.persists;
    this.#asksSwitch = this.#head.asksSwitch;
    this.#awaitsContinue = this.#head.expectsContinue;
    this.parser.method = request.method;
  }

  #endRequest(): void {
    this.#body = null;
    this.exchange.clientDoes(Client.end);
    this.#awaitsContinue = false;
    if (this.exchange.server === 'DONE') this.#finishExchange();
  }

  #finishExchange(): void {
    // A server that answers before it has read the content may not read it any more; and content
    // that waited for a 100 will not be sent now (9.5; RFC 9110, 10.1.1).
    if (this.exchange.client === 'SEND-BODY' && this.#persists && !this.#awaitsContinue) return;
    if (this.exchange.client === 'SEND-BODY' || !this.#persists || this.#hasStrayBytes()) {
      this.#closeDown();
      this.#handler.handleExchangeEnd?.(false);
      return;
    }
    this.exchange.clientDoes(Client.next);
    this.exchange.serverDoes(Server.next);
    this.parser.forget();
    this.unpause();
    this.#handler.handleExchangeEnd?.(true);
    this.readOn();
  }

  /** 9.2: whether anything but line ends has come behind the response, before another request. */
  #hasStrayBytes(): boolean {
    if (isStray(this.buf, this.at, this.end)) return true;
    if (this.heldLength === 0) return false;
    const { buf, start, end } = this.held;
    return isStray(buf!, start, end);
  }

  #fail(code: RemoteErrorCode): void {
    this.exchange.serverDoes(Server.fail);
    this.dropHeld();
    const reason = REASONS[code] ?? PARSE_ERRORS[code as keyof typeof PARSE_ERRORS].reason;
    this.#handler.handleError(new HttpProtocolError('remote', 502, code, reason));
  }

  #closeDown(): void {
    this.exchange.clientDoes(Client.last);
    this.exchange.serverDoes(Server.last);
    this.dropHeld();
    this.sink.end();
    this.exchange.clientDoes(Client.close);
  }
}

function isStray(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (buf[at] !== 0x0d && buf[at] !== 0x0a) return true;
  return false;
}
