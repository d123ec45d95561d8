/**
 * A request as a handler sees it. What costs something to make (the parts of the target, a query,
 * a body) is made when it is asked for: a handler that answers from the path alone pays for
 * nothing else.
 */

import type { Clock } from '@netlayers/host';
import {
  type Headers,
  type HttpVersion,
  parseTarget,
  type RequestHead,
  type RequestTarget,
  type Response,
} from '@netlayers/http';
import { HttpError } from '../base/http-error.js';
import { IncomingBody, tolerated } from './incoming-body.js';
import type { Params } from './params.js';
import { collected } from './replaced-content.js';
import { type TakeStream, UpgradeResponse } from './upgrade-response.js';

/** The connection as a request sees it. */
export interface RequestOrigin {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Whether the connection is TLS, or comes from a gateway that speaks for one. */
  readonly secure: boolean;
  readonly bufferedBodyBytes: number;
  readonly clock: Clock;
  wantBody(): void;
  holdBody(): void;
  countHeld(octets: number): boolean;
  /** Make what tells that the server closes, until it is forgotten. */
  readonly drains: { make(): AbortController; forget(controller: AbortController): void };
  /** Sends an interim response, where one can be sent. */
  sendInterim(request: ServerRequest, response: Response): void;
}

const UTF_8 = new TextDecoder();

const NO_PARAMS: Params = Object.freeze(Object.create(null) as Record<string, string>);

/** Stands in for the body of a request without one: reading it is reading nothing. */
const NO_SOURCE = { wantBody(): void {}, holdBody(): void {}, countHeld: () => true };

/** Causes of causes that are looked at. */
const DEEPEST_CAUSE = 8;

/** A received request, and the way to its content. */
export class ServerRequest implements AsyncIterable<Uint8Array> {
  readonly method: string;
  /** The request target as it was sent. */
  readonly target: string;
  /** What the route's parameters and its `*` are bound to. */
  params: Params = NO_PARAMS;
  /**
   * The pattern that the path has matched, such as `/users/:id`, behind those that its application is
   * mounted under: one of few, whatever clients ask for. `null` before a route is found, and where
   * none is. Middleware knows it behind `next`.
   */
  route: string | null = null;
  readonly #head: RequestHead;
  readonly #origin: RequestOrigin;
  #parts: RequestTarget | null = null;
  #query: URLSearchParams | null = null;
  #state: Record<string, unknown> | null = null;
  #body: IncomingBody | null = null;
  /** What readers get in place of the body; `null` for the body itself. */
  #replaced: AsyncIterable<Uint8Array> | null = null;
  #abort: AbortController | null = null;
  #abortReason: unknown = null;
  #drain: AbortController | null = null;
  #isOver = false;

  /** @internal */
  constructor(head: RequestHead, origin: RequestOrigin) {
    this.method = head.method;
    this.target = head.target;
    this.#head = head;
    this.#origin = origin;
  }

  get version(): HttpVersion {
    return this.#head.version;
  }

  get headers(): Headers {
    return this.#head.headers;
  }

  /** The path as it was sent, not decoded; empty for `*` and for a CONNECT. */
  get path(): string {
    const target = this.target;
    // Most targets are a path and nothing else.
    if (target.charCodeAt(0) === 0x2f && !target.includes('?')) return target;
    return this.#target().path;
  }

  /** What stands behind the question mark, decoded as a form; empty without one. */
  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#target().query ?? '');
    return this.#query;
  }

  /** What middleware leaves for what stands inside of it; empty at first, one object per request. */
  get state(): Record<string, unknown> {
    this.#state ??= Object.create(null) as Record<string, unknown>;
    return this.#state;
  }

  /** `host[:port]` that the client asked for: of an absolute target, else of the Host field. */
  get authority(): string {
    const given = this.#target().authority;
    return given === '' ? (this.headers.get('host') ?? '') : given;
  }

  get localAddress(): string {
    return this.#origin.localAddress;
  }

  get localPort(): number {
    return this.#origin.localPort;
  }

  get remoteAddress(): string {
    return this.#origin.remoteAddress;
  }

  get remotePort(): number {
    return this.#origin.remotePort;
  }

  /** Whether nobody between the client and here can read or change the exchange (RFC 9110, 4.2.2). */
  get secure(): boolean {
    return this.#origin.secure;
  }

  /** The server's time, which is virtual in a simulation. */
  get clock(): Clock {
    return this.#origin.clock;
  }

  /** Whether a body was announced, of whatever length. */
  get hasBody(): boolean {
    return this.#head.bodyLength !== 0;
  }

  /** Announced length of the content in bytes: 0 for none, -1 for a chunked or a replaced one. */
  get bodyLength(): number {
    if (this.#replaced !== null) return -1;
    return this.#head.bodyLength;
  }

  /** Whether the client asks to leave HTTP: by `Upgrade`, or as a CONNECT. */
  get wantsSwitch(): boolean {
    return this.#head.wantsSwitch;
  }

  /** Fields behind a chunked body; `null` without any, and until the body was read to its end. */
  get trailers(): Headers | null {
    return this.#body?.trailers ?? null;
  }

  /** Aborted when nobody waits for the response any more. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.#abortReason !== null) this.#abort.abort(this.#abortReason);
    }
    return this.#abort.signal;
  }

  /**
   * Aborted when the server begins to close: what has no end of its own, such as a stream of events,
   * is to come to one. Nothing is told once the response is over; of a request that has left HTTP,
   * once the promise is settled that the one who took the stream has returned.
   */
  get draining(): AbortSignal {
    if (this.#drain === null) {
      this.#drain = this.#isOver ? new AbortController() : this.#origin.drains.make();
    }
    return this.#drain.signal;
  }

  /**
   * Sends an interim response ahead of the final one, such as 103 with links to preload (RFC 8297).
   * Does nothing once the response has begun, and for a client of HTTP/1.0, which knows none.
   *
   * @throws HttpProtocolError `invalid-status` for what is not 1xx or is 101.
   */
  inform(response: Response): void {
    this.#origin.sendInterim(this, response);
  }

  /**
   * Agrees to leave HTTP (RFC 9110, 7.8): a handler returns what this returns.
   *
   * @param response 101 with `Upgrade` to an upgrade, 2xx to a CONNECT.
   */
  upgrade(response: Response, take: TakeStream): UpgradeResponse {
    return new UpgradeResponse(response.status, response.headers, take);
  }

  /**
   * Lets whoever reads from here on get other content: what middleware makes of the body, such as
   * the same without its coding.
   *
   * @param make gets what would have been read, opens it when it is read itself, or never.
   */
  replaceContent(make: (content: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>): void {
    const before = this.#replaced ?? { [Symbol.asyncIterator]: () => this.body.iterate() };
    this.#replaced = make(before);
  }

  /**
   * Reads the whole body.
   *
   * @param limit the most that it may have, in bytes. @default ServerLimits.bufferedBodyBytes
   * @throws rejects with HttpError: 413 when it is too large, 408 when it does not come, 400 when
   *   it is malformed or cut short; with TypeError when it is being read already.
   */
  bytes(limit: number = this.#origin.bufferedBodyBytes): Promise<Uint8Array> {
    if (this.#replaced === null) return this.body.collect(limit);
    return tolerated(collected(this.#replaced, limit));
  }

  /** Reads the whole body as UTF-8, a byte order mark removed. */
  text(): Promise<string> {
    return tolerated(this.bytes().then((bytes) => UTF_8.decode(bytes)));
  }

  /** Reads the whole body as JSON. Rejects with HttpError 400 for what is none. */
  json(): Promise<unknown> {
    return tolerated(this.text().then(parseJson));
  }

  /**
   * Reads the whole body as `multipart/form-data` or `application/x-www-form-urlencoded`. Rejects
   * with HttpError 415 for another type, 400 for a malformed one.
   */
  formData(): Promise<FormData> {
    return tolerated(this.#readForm());
  }

  async #readForm(): Promise<FormData> {
    const type = this.headers.get('content-type') ?? '';
    if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)\s*(;|$)/i.test(type)) {
      throw new HttpError(415, 'the content is not a form');
    }
    const bytes = await this.bytes();
    // The platform reads forms as part of a response of its own.
    const form = new globalThis.Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': type },
    });
    try {
      return await form.formData();
    } catch {
      throw new HttpError(400, 'the content is not a well-formed form');
    }
  }

  /** Reads the body in pieces, as they arrive; while nobody asks for more, the peer waits. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#replaced?.[Symbol.asyncIterator]() ?? this.body.iterate();
  }

  /** The head as the carrier has given it. @internal */
  get head(): RequestHead {
    return this.#head;
  }

  /** @internal */
  get body(): IncomingBody {
    if (this.#body === null) {
      const source = this.hasBody ? this.#origin : NO_SOURCE;
      this.#body = new IncomingBody(source, this.#head.bodyLength);
      if (!this.hasBody) this.#body.finish(null);
    }
    return this.#body;
  }

  /** The body if anything has touched it. @internal */
  get openedBody(): IncomingBody | null {
    return this.#body;
  }

  /** Nobody waits for the response any more. @internal */
  handleAbort(reason: unknown): void {
    this.#abortReason = reason;
    this.#body?.fail(reason);
    this.#abort?.abort(reason);
  }

  /** The exchange is over. @internal */
  handleOver(): void {
    this.#isOver = true;
    if (this.#drain !== null) this.#origin.drains.forget(this.#drain);
  }

  /** The client has ended its half, and has probably gone; what it has sent can still be read. @internal */
  handlePeerGone(reason: unknown): void {
    this.#abortReason ??= reason;
    this.#abort?.abort(reason);
  }

  /** Whether an error says, at whatever depth, what the client did or did not do. @internal */
  isPeersFault(error: unknown): boolean {
    const failure = this.#body?.failure ?? null;
    for (let cause = error, depth = 0; depth < DEEPEST_CAUSE; depth++) {
      if (cause === null || cause === undefined) return false;
      if (cause === this.#abortReason || cause === failure) return true;
      cause = (cause as { cause?: unknown }).cause;
    }
    return false;
  }

  #target(): RequestTarget {
    // The parser has checked the target: it has a form.
    this.#parts ??= parseTarget(this.method, this.target) as RequestTarget;
    return this.#parts;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'the content is not JSON');
  }
}
