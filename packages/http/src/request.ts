/**
 * A request as a plain message (RFC 9110, 3.4; RFC 9112, 3): method, target, fields and content,
 * with no connection behind it. `parse` and `serialize` are its two ways to and from bytes.
 */

import type { Content } from './content.js';
import { localError } from './errors.js';
import { isToken } from './grammar.js';
import { Headers, type HeadersInit } from './headers.js';
import type { HttpVersion } from './message-head.js';
import type { ParserOptions } from './message-parser.js';
import type { Method } from './method.js';
import { parseRequest } from './one-shot.js';
import type { ParseResult } from './parse-result.js';
import { parseTarget } from './request-target.js';
import { serializeRequest } from './serialize.js';

/** A request message. */
export class Request {
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
    return parseRequest(bytes, options);
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
