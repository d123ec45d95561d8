/**
 * A response as the program gets it: the head is there, the content comes as it is read.
 *
 * Whoever wants no content calls `discard`: a response that is neither read nor discarded keeps its
 * connection.
 */

import { decodeUtf8, OctetQueue } from '@netlayers/bytes';
import {
  bytesOf,
  type Content,
  Headers,
  type HeadersInit,
  type HttpVersion,
  isStream,
  type Method,
  reasonPhrase,
  StatusCode,
  type TakenStream,
} from '@netlayers/http';
import { argumentFailure, ClientError } from '../base/errors.js';
import { parseUrl } from '../base/origin.js';

/** Where the content of a response comes from. */
export interface ResponseSource {
  /** The content as the program is to see it; asked for once. */
  readonly content: AsyncIterable<Uint8Array>;
  readonly trailers: Headers | null;
  /** Does without the content. */
  discard(): Promise<void>;
  /** @throws TypeError when there is no stream behind the response. */
  takeStream(): TakenStream;
}

/** What a response says beside its content. */
export interface ResponseFacts {
  readonly status: StatusCode;
  readonly reason: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
  readonly bodyLength: number;
  readonly method: Method;
  readonly url: URL;
  readonly redirects: readonly URL[];
  readonly decoded: boolean;
}

/** What {@link ClientResponse.of} makes a response of. */
export interface ResponseInit {
  /** @default 200 */
  readonly status?: StatusCode;
  /** @default the registered phrase of the status */
  readonly reason?: string;
  readonly headers?: HeadersInit;
  /** @default none */
  readonly body?: Content;
  readonly trailers?: Headers | null;
  /** The URL that answers. */
  readonly url: string | URL;
  /** The method that is answered. @default 'GET' */
  readonly method?: Method;
  /** The URLs that redirected here. @default none */
  readonly redirects?: readonly URL[];
  /** Whether the body is what `Content-Encoding` stands for, rather than what it says. @default false */
  readonly decoded?: boolean;
}

/** The answer to a request. */
export class ClientResponse implements AsyncIterable<Uint8Array>, ResponseFacts {
  readonly status: StatusCode;
  readonly reason: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
  /** The method that was answered, which redirections may have changed. */
  readonly method: Method;
  /** The URL that answered. */
  readonly url: URL;
  /** The URLs that redirected here, in order. */
  readonly redirects: readonly URL[];
  /** Bytes of content by its head; -1 where only its end will tell. */
  readonly bodyLength: number;
  /** Whether the content is decoded: then it is not what `Content-Length` and `Content-Encoding` say. */
  readonly decoded: boolean;
  readonly #source: ResponseSource;
  #used = false;

  constructor(facts: ResponseFacts, source: ResponseSource) {
    this.status = facts.status;
    this.reason = facts.reason;
    this.version = facts.version;
    this.headers = facts.headers;
    this.method = facts.method;
    this.url = facts.url;
    this.redirects = facts.redirects;
    this.bodyLength = facts.bodyLength;
    this.decoded = facts.decoded;
    this.#source = source;
  }

  /**
   * Makes a response that no connection has brought: one of a cache, or of a test.
   *
   * @throws ClientError `invalid-url`, `invalid-header-name` or `invalid-header-value`,
   *   `invalid-argument`.
   */
  static of(init: ResponseInit): ClientResponse {
    try {
      return responseOf(init);
    } catch (error) {
      throw argumentFailure(error);
    }
  }

  /** Whether the status is one of success, 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  /** Fields behind a chunked body; `null` without any, and before they have come. */
  get trailers(): Headers | null {
    return this.#source.trailers;
  }

  /**
   * The content, once. Nothing is received that is not asked for, but for a buffer; leaving a
   * `for await` early gives up the rest, and the connection.
   *
   * @throws ClientError `body-used` when it is asked for a second time.
   */
  get body(): AsyncIterable<Uint8Array> {
    if (this.#used) {
      throw new ClientError('body-used', 'the content of this response was read already: keep it');
    }
    this.#used = true;
    return this.#source.content;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.body[Symbol.asyncIterator]();
  }

  /** Reads the content to its end; the memory is the caller's. */
  async bytes(): Promise<Uint8Array> {
    const gathered = new OctetQueue();
    for await (const chunk of this.body) gathered.adopt(chunk);
    return gathered.takeAll();
  }

  /** Reads the content as UTF-8, without a byte order mark. */
  async text(): Promise<string> {
    const text = decodeUtf8(await this.bytes());
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  /**
   * Reads the content as JSON.
   *
   * @throws ClientError `invalid-json` for what is none, with the SyntaxError as its cause.
   */
  async json(): Promise<unknown> {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch (error) {
      const type = this.headers.get('content-type') ?? 'no type';
      const said = `${this.url.host}: the content (${this.status}, ${type}) is not JSON`;
      throw new ClientError('invalid-json', said, error);
    }
  }

  /**
   * Does without the content. A little of it (64 KiB) is read for a moment (a second), so that the
   * connection can be used again; with more to come the connection is closed. Resolves when that is
   * decided; nobody has to wait for it, and it does not reject.
   */
  async discard(): Promise<void> {
    this.#used = true;
    try {
      await this.#source.discard();
    } catch {
      // Nobody misses what is lost.
    }
  }

  /**
   * Takes the connection, after 101 or after success of a CONNECT: its stream, which wants a
   * handler, and the bytes that came behind the head.
   *
   * @throws TypeError when the server has not switched protocols.
   */
  takeStream(): TakenStream {
    return this.#source.takeStream();
  }
}

/** The work of {@link ClientResponse.of}. */
function responseOf(init: ResponseInit): ClientResponse {
  const { status = StatusCode.Ok, body = null, decoded = false } = init;
  const content = isStream(body) ? body : bytesOf(body);
  const facts: ResponseFacts = {
    status,
    reason: init.reason ?? reasonPhrase(status),
    version: '1.1',
    headers: new Headers(init.headers),
    bodyLength: content instanceof Uint8Array ? content.length : -1,
    method: init.method ?? 'GET',
    url: parseUrl(init.url),
    redirects: init.redirects ?? [],
    decoded,
  };
  return new ClientResponse(facts, madeSource(content, init.trailers ?? null));
}

/** The source of content that nobody has to be waited for. */
function madeSource(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  trailers: Headers | null,
): ResponseSource {
  return {
    content: content instanceof Uint8Array ? piece(content) : content,
    trailers,
    discard: async () => {
      if (!(content instanceof Uint8Array)) await content[Symbol.asyncIterator]().return?.();
    },
    takeStream: () => {
      throw new TypeError('no connection has brought this response');
    },
  };
}

async function* piece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (bytes.length > 0) yield bytes;
}
