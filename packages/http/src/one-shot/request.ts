/**
 * A request as a plain message (RFC 9110, 3.4; RFC 9112, 3): method, target, fields and content,
 * with no connection behind it. `parse` and `serialize` are its two ways to and from bytes.
 */

import { localError } from '../grammar/errors.js';
import { parseTarget } from '../grammar/request-target.js';
import { isToken } from '../grammar/tokens.js';
import type { Content } from '../message/content.js';
import { Headers, type HeadersInit } from '../message/headers.js';
import type { RequestMessage } from '../message/message.js';
import type { HttpVersion } from '../message/message-head.js';
import type { Method } from '../message/method.js';
import type { ParserOptions } from '../parse/message-parser.js';
import { RequestParser } from '../parse/request-parser.js';
import type { ParseResult } from './parse-result.js';
import { serializeRequest } from './serialize.js';
import { parseWhole } from './whole-message.js';

/** A request message. */
export class Request implements RequestMessage {
  readonly method: Method;
  /** The request target as it stands in the request line: `/path?query`, for one. */
  readonly target: string;
  /** The version received; what is sent is always HTTP/1.1. */
  version: HttpVersion = '1.1';
  headers: Headers;
  content: Content = null;
  /** Fields behind a chunked body; `null` without any. */
  trailers: Headers | null = null;

  /**
   * @throws HttpProtocolError `invalid-method` or `invalid-target` (RFC 9112, 3.1 and 3.2).
   */
  constructor(method: Method, target: string, headers?: HeadersInit) {
    if (!isToken(method)) {
      throw localError('invalid-method', `not a method: ${JSON.stringify(method)}`);
    }
    if (parseTarget(method, target) === null) {
      throw localError('invalid-target', `not a target of ${method}: ${JSON.stringify(target)}`);
    }
    this.method = method;
    this.target = target;
    this.headers = headers instanceof Headers ? headers : new Headers(headers);
  }

  /** Sets a field, replacing lines of the same name. */
  header(name: string, value: string): this {
    this.headers.set(name, value);
    return this;
  }

  /** Sets the content. */
  body(content: Content): this {
    this.content = content;
    return this;
  }

  /**
   * Parses one request from the start of some bytes, in one go. Whoever receives a request in
   * pieces uses {@link RequestParser}, which keeps its place.
   */
  static parse(bytes: Uint8Array, options?: ParserOptions): ParseResult<Request> {
    return parseWhole(
      new RequestParser(options),
      bytes,
      ({ method, target, headers }) => new Request(method, target, headers),
    );
  }

  /**
   * The message as bytes: `Host` first, `Content-Length` added unless it is there.
   *
   * @throws HttpProtocolError `missing-host`; `invalid-framing` for a `Content-Length` that is not
   *   that of the content; TypeError for content that is a stream.
   */
  serialize(): Uint8Array {
    return serializeRequest(this);
  }
}
