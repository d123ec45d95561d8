/**
 * Heads of messages at a client: a request as HTTP/2 sends it (RFC 9113, 8.3.1), a response as programs
 * know it from HTTP/1.1.
 */

import { type OutgoingHttpHeaders, sensitiveHeaders } from 'node:http2';
import {
  bytesOf,
  checkTrailers,
  Headers,
  HttpProtocolError,
  hostOf,
  isStream,
  listHas,
  localError,
  Method,
  PARSE_ERRORS,
  type ParseErrorCode,
  type Request,
  type ResponseHead,
  type ResponseLimits,
  UNKNOWN_LENGTH,
} from '@netlayers/http';
import { declaredLength, fieldsOf, sizeOfFields } from './h2-fields.js';

/** A request to be sent. */
export interface OutgoingHead {
  readonly fields: OutgoingHttpHeaders;
  /** Content that is in memory; `null` for a stream. */
  readonly bytes: Uint8Array | null;
  /** Octets of content that are promised; -1 for a stream of any length. */
  readonly length: number;
  /** Whether the content waits for 100 (Continue). */
  readonly awaitsContinue: boolean;
}

/** Methods for which content is expected, so that its absence is said (RFC 9110, 8.6). */
const EXPECT_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Cookies shorter than this can be guessed from how well they compress (RFC 7541, 7.1.3). */
const SHORT_COOKIE = 20;

/**
 * Makes the head of a request.
 *
 * @throws HttpProtocolError for what must not be sent.
 */
export function outgoingHead(request: Request, scheme: string): OutgoingHead {
  const { method, target, headers, content, trailers } = request;
  if (trailers !== null) checkTrailers(trailers);
  const authority = hostOf(headers);
  const bytes = isStream(content) ? null : bytesOf(content);
  const length = lengthOf(request, bytes?.length ?? UNKNOWN_LENGTH);
  const awaitsContinue = listHas(headers.get('expect') ?? '', '100-continue');
  if (awaitsContinue && length === 0) {
    throw localError('invalid-framing', 'Expect: 100-continue without content');
  }
  const fields = fieldsOf(headers);
  delete fields.host;
  // RFC 9113, 8.2.2: nothing else may be in it.
  if (listHas(headers.get('te') ?? '', 'trailers')) fields.te = 'trailers';
  const cookies = headers.getAll('cookie').flatMap((line) => line.split(/; */));
  // RFC 9113, 8.2.3: those that stay the same need not be sent again because of those that change.
  if (cookies.length > 0) fields.cookie = cookies.filter((cookie) => cookie !== '');
  if (length > 0 || EXPECT_CONTENT.has(method)) {
    if (length >= 0) fields['content-length'] = String(length);
  }
  const isTunnel = method === Method.CONNECT;
  const pseudo = isTunnel
    ? { ':method': method, ':authority': target }
    : { ':method': method, ':scheme': scheme, ':authority': authority, ':path': target };
  const all: OutgoingHttpHeaders = Object.assign(Object.create(null), pseudo, fields);
  const secrets = ['authorization', 'proxy-authorization'].filter((name) => name in fields);
  if (cookies.some((cookie) => cookie.length < SHORT_COOKIE)) secrets.push('cookie');
  if (secrets.length > 0) Object.assign(all, { [sensitiveHeaders]: secrets });
  return { fields: all, bytes, length, awaitsContinue };
}

function lengthOf({ method, headers }: Request, contentLength: number): number {
  // RFC 9110, 9.3.6 and 9.3.8
  if ((method === Method.CONNECT || method === Method.TRACE) && contentLength !== 0) {
    throw localError('invalid-framing', `${method} with content`);
  }
  const declared = declaredLength(headers);
  if (declared >= 0 && contentLength >= 0 && declared !== contentLength) {
    throw localError('invalid-framing', 'a Content-Length that is not that of the content');
  }
  return declared >= 0 ? declared : contentLength;
}

const fault = (code: ParseErrorCode): HttpProtocolError =>
  new HttpProtocolError('remote', 502, code, PARSE_ERRORS[code].reason);

/** What a head is read by. */
export interface IncomingContext {
  readonly method: string;
  /** Whether nothing follows it. */
  readonly isWhole: boolean;
  readonly limits: ResponseLimits;
}

/**
 * Reads a head, which nghttp2 has found well-formed.
 *
 * @param raw names and values by turns, in their order.
 */
export function incomingHead(
  raw: readonly string[],
  { method, isWhole, limits }: IncomingContext,
): ResponseHead | HttpProtocolError {
  if (raw.length / 2 > limits.fieldCount) return fault('too-many-fields');
  if (sizeOfFields(raw) > limits.headerSection) return fault('header-section-too-large');
  const headers = new Headers();
  let status = 0;
  try {
    for (let at = 0; at < raw.length; at += 2) {
      const [name, value] = [raw[at] as string, raw[at + 1] as string];
      if (name === ':status') status = Number(value);
      else headers.append(name, value);
    }
  } catch (error) {
    const isName = (error as HttpProtocolError).code === 'invalid-header-name';
    return fault(isName ? 'bad-field-name' : 'bad-field-value');
  }
  const hasNone = isWhole || method === Method.HEAD || status === 204 || status === 304;
  const declared = headers.get('content-length');
  const length = declared === null ? UNKNOWN_LENGTH : Number(declared);
  const bodyLength = hasNone || status < 200 ? 0 : length;
  return { status, reason: '', version: '2.0', headers, bodyLength, keepAlive: true };
}
