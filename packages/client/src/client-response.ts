/**
 * A response as the program gets it: the head is there, the content comes as it is read.
 *
 * Whoever wants no content calls `discard`: a response that is neither read nor discarded keeps its
 * connection.
 */

import { decodeUtf8 } from '@netlayers/bytes';
import type { ByteStream, Headers, HttpVersion, ResponseHead, StatusCode } from '@netlayers/http';
import { ClientError } from './errors.js';
import type { Exchange } from './exchange.js';

/** How much unwanted content is read to keep a connection; beyond it, a new one is cheaper. */
const DISCARD_BYTES = 0x1_0000;

/** What a response is made of. */
export interface ResponseParts {
  readonly head: ResponseHead;
  readonly method: string;
  readonly url: URL;
  readonly redirects: readonly URL[];
  readonly exchange: Exchange;
  /** The content as the program is to see it. */
  readonly content: AsyncIterable<Uint8Array>;
  readonly decoded: boolean;
  /** Takes the connection out of the client. */
  detach(): { readonly stream: ByteStream; readonly remaining: Uint8Array };
}

/** The answer to a request. */
export class ClientResponse implements AsyncIterable<Uint8Array> {
  readonly status: StatusCode;
  readonly reason: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
  /** The method that was answered, which redirections may have changed. */
  readonly method: string;
  /** The URL that answered. */
  readonly url: URL;
  /** The URLs that redirected here, in order. */
  readonly redirects: readonly URL[];
  /** Bytes of content by its head; -1 where only its end will tell. */
  readonly bodyLength: number;
  /** Whether the content is decoded: then it is not what `Content-Length` and `Content-Encoding` say. */
  readonly decoded: boolean;
  readonly #parts: ResponseParts;
  #used = false;

  constructor(parts: ResponseParts) {
    const { head } = parts;
    this.status = head.status;
    this.reason = head.reason;
    this.version = head.version;
    this.headers = head.headers;
    this.method = parts.method;
    this.url = parts.url;
    this.redirects = parts.redirects;
    this.bodyLength = head.bodyLength;
    this.decoded = parts.decoded;
    this.#parts = parts;
  }

  /** Whether the status is one of success, 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  /** Fields behind a chunked body; `null` without any, and before they have come. */
  get trailers(): Headers | null {
    return this.#parts.exchange.trailers;
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
    return this.#parts.content;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.body[Symbol.asyncIterator]();
  }

  /** Reads the content to its end. */
  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.body) {
      chunks.push(chunk);
      size += chunk.length;
    }
    const only = chunks[0];
    if (chunks.length === 1 && only !== undefined) return only;
    const whole = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  /** Reads the content as UTF-8, without a byte order mark. */
  async text(): Promise<string> {
    const text = decodeUtf8(await this.bytes());
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  /**
   * Reads the content as JSON.
   *
   * @throws SyntaxError for what is no JSON.
   */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /**
   * Does without the content. A little of it is read, so that the connection can be used again; of
   * more the connection is closed.
   */
  async discard(): Promise<void> {
    this.#used = true;
    const { body } = this.#parts.exchange;
    if (this.bodyLength > DISCARD_BYTES) {
      await body.return();
      return;
    }
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > DISCARD_BYTES) break;
      }
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
  takeStream(): { readonly stream: ByteStream; readonly remaining: Uint8Array } {
    if (this.#parts.exchange.carrier.http.clientState !== 'SWITCHED') {
      throw new TypeError('the server has not switched protocols');
    }
    return this.#parts.detach();
  }
}
