/**
 * A response as a plain message (RFC 9110, 3.4; RFC 9112, 4): status, fields and content, with no
 * connection behind it. `Date`, `Server` and `Connection` belong to the connection that sends it.
 */

import { encodeUtf8 } from '@netlayers/bytes';
import { localError } from '../grammar/errors.js';
import { isFieldValue } from '../grammar/tokens.js';
import type { Content } from '../message/content.js';
import { Headers, type HeadersInit } from '../message/headers.js';
import type { ResponseMessage } from '../message/message.js';
import type { HttpVersion } from '../message/message-head.js';
import type { Method } from '../message/method.js';
import { reasonPhrase, StatusCode } from '../message/status-code.js';
import type { ParserOptions } from '../parse/message-parser.js';
import { ResponseParser } from '../parse/response-parser.js';
import type { ParseResult } from './parse-result.js';
import { serializeResponse } from './serialize.js';
import { parseWhole } from './whole-message.js';

/** Options of a one-shot parse of a response, whose framing depends on more than itself. */
export interface ResponseParseOptions extends ParserOptions {
  /** The method of the request that is answered (RFC 9112, 6.3). @default 'GET' */
  readonly method?: Method;
  /** Whether the connection has ended behind these bytes. @default false */
  readonly ended?: boolean;
}

/** A response message. */
export class Response implements ResponseMessage {
  readonly status: StatusCode;
  /** The reason phrase; it may be empty and means nothing (RFC 9112, 4). */
  readonly reason: string;
  /** The version received; what is sent is always HTTP/1.1. */
  version: HttpVersion = '1.1';
  headers: Headers;
  content: Content = null;
  /** Fields behind a chunked body; `null` without any. */
  trailers: Headers | null = null;

  /**
   * @param reason the registered phrase of the status where it is left out.
   * @throws HttpProtocolError `invalid-status` for a status that is not an integer from 100 to 999
   *   or a reason with control characters.
   */
  constructor(status: StatusCode = StatusCode.Ok, headers?: HeadersInit, reason?: string) {
    if (!Number.isInteger(status) || status < 100 || status > 999) {
      throw localError('invalid-status', `not a status code: ${status}`);
    }
    if (reason !== undefined && !isFieldValue(reason)) {
      throw localError('invalid-status', 'a reason phrase has a character that cannot be sent');
    }
    this.status = status;
    this.reason = reason ?? reasonPhrase(status);
    this.headers = headers instanceof Headers ? headers : new Headers(headers);
  }

  /** Makes a response of a value as JSON. */
  static json(value: unknown, status: StatusCode = StatusCode.Ok): Response {
    return ofType('application/json', JSON.stringify(value) ?? 'null', status);
  }

  /** Makes a response of plain text. */
  static text(text: string, status: StatusCode = StatusCode.Ok): Response {
    return ofType('text/plain; charset=utf-8', text, status);
  }

  /** Makes a response of HTML. */
  static html(markup: string, status: StatusCode = StatusCode.Ok): Response {
    return ofType('text/html; charset=utf-8', markup, status);
  }

  /**
   * Makes a redirection. What a URI cannot have, such as blanks and letters beyond ASCII, is sent
   * percent-encoded as UTF-8 (RFC 3986, 2.1; RFC 9110, 10.2.2); all else as it is given.
   */
  static redirect(location: string, status: StatusCode = StatusCode.Found): Response {
    return new Response(status).header('Location', escapedReference(location));
  }

  /** Sets a field, replacing lines of the same name; of `Set-Cookie` it adds a line. */
  header(name: string, value: string): this {
    if (name.length === 10 && name.toLowerCase() === 'set-cookie') {
      this.headers.append(name, value);
    } else {
      this.headers.set(name, value);
    }
    return this;
  }

  /** Sets the content. */
  body(content: Content): this {
    this.content = content;
    return this;
  }

  /**
   * Parses one response from the start of some bytes, in one go. Whoever receives a response in
   * pieces uses {@link ResponseParser}, which keeps its place.
   */
  static parse(bytes: Uint8Array, options: ResponseParseOptions = {}): ParseResult<Response> {
    const parser = new ResponseParser(options);
    parser.method = options.method ?? 'GET';
    // A refused response is the fault of the server behind a gateway: 502 (RFC 9112, 6.3).
    return parseWhole(
      parser,
      bytes,
      ({ status, headers, reason }) => new Response(status, headers, reason),
      { ended: options.ended ?? false, refusal: 502 },
    );
  }

  /**
   * The message as bytes, as an answer to a GET of HTTP/1.1: `Content-Length` is added unless the
   * status forbids it or it is there. No `Date`, `Server` or `Connection` is added.
   *
   * @throws HttpProtocolError `invalid-framing` for fields that contradict the content; TypeError
   *   for content that is a stream.
   */
  serialize(): Uint8Array {
    return serializeResponse(this);
  }
}

/** A reference without what no URI can have; what is percent-encoded stays so. */
const escapedReference = (reference: string): string =>
  /^[!-~]*$/.test(reference) ? reference : reference.replace(/[^!-~]+/gu, escaped);

function escaped(text: string): string {
  let out = '';
  for (const octet of encodeUtf8(text))
    out += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  return out;
}

function ofType(type: string, text: string, status: StatusCode): Response {
  return new Response(status, Headers.ofLine('Content-Type', type)).body(text);
}
