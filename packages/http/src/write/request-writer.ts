/**
 * Writes the head of a request (RFC 9112, 3 and 6; RFC 9110, 7.2): `Host` first, then the program's
 * fields, then what it left out of the framing and of the connection options.
 */

import { localError } from '../grammar/errors.js';
import { listHas } from '../grammar/tokens.js';
import { hostOf } from '../message/authority.js';
import { CHUNKED, faultOfTransferEncoding, parseContentLength } from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import type { RequestMessage } from '../message/message.js';
import { Method } from '../message/method.js';
import { checkTrailers, trailerNames } from '../message/trailers.js';
import { type HeadWriter, headBytes } from './head-writer.js';

const CHUNKED_LINE = headBytes('Transfer-Encoding: chunked\r\n');

/** Methods for which content is expected, so that its absence is said (RFC 9110, 8.6). */
const EXPECT_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Writes heads; the outcome of the last one is in its fields. */
export class RequestWriter {
  /** Length of the body to follow, or `CHUNKED`. */
  framing = 0;
  /** Whether the connection may go on behind the response. */
  persists = true;
  expectsContinue = false;
  /** Whether the request asks for another protocol, or for a tunnel. */
  asksSwitch = false;
  /** Whether the server is known to understand chunks. */
  chunks: boolean;

  constructor(chunks: boolean) {
    this.chunks = chunks;
  }

  /** Writes the head of a request whose content has a length; -1 for a stream. */
  write(writer: HeadWriter, request: RequestMessage, contentLength: number): void {
    const { method, headers } = request;
    if (request.trailers !== null) checkTrailers(request.trailers);
    this.#connection(method, headers);
    this.framing = this.#frame(request, contentLength);
    if (this.expectsContinue && this.framing === 0) {
      throw localError('invalid-framing', 'Expect: 100-continue without content');
    }
    writer.text(`${method} ${request.target} HTTP/1.1\r\n`);
    writer.field('Host', hostOf(headers));
    for (let at = 0; at < headers.size; at++) {
      const name = headers.nameAt(at);
      if (!isOurs(name)) writer.field(name, headers.valueAt(at));
    }
    const options = headers.get('connection') ?? '';
    // RFC 9110, 7.8 and 10.1.4: both fields are for the next hop only, and must say so.
    if (headers.has('te') && !listHas(options, 'te')) writer.field('Connection', 'TE');
    if (headers.has('upgrade') && !listHas(options, 'upgrade')) {
      writer.field('Connection', 'Upgrade');
    }
    if (this.framing === CHUNKED) {
      if (request.trailers !== null && !headers.has('trailer')) {
        writer.field('Trailer', trailerNames(request.trailers));
      }
      writer.bytes(CHUNKED_LINE);
    } else if (this.framing > 0 || EXPECT_CONTENT.has(method) || headers.has('content-length')) {
      writer.field('Content-Length', String(this.framing));
    }
    writer.lineEnd();
  }

  #connection(method: Method, headers: Headers): void {
    this.persists = !listHas(headers.get('connection') ?? '', 'close');
    this.asksSwitch = method === Method.CONNECT || headers.has('upgrade');
    this.expectsContinue = listHas(headers.get('expect') ?? '', '100-continue');
  }

  #frame(request: RequestMessage, contentLength: number): number {
    const { method, headers } = request;
    const coding = headers.get('transfer-encoding');
    if (coding !== null && faultOfTransferEncoding(coding) !== null) {
      throw localError('invalid-framing', `cannot apply the transfer coding "${coding}"`);
    }
    const wantsChunks = coding !== null || (request.trailers !== null && contentLength !== 0);
    const declared = declaredLength(headers);
    if (declared >= 0 && (wantsChunks || (contentLength >= 0 && declared !== contentLength))) {
      throw localError('invalid-framing', 'a Content-Length that is not that of the content');
    }
    // RFC 9110, 9.3.6 and 9.3.8
    if ((method === Method.CONNECT || method === Method.TRACE) && contentLength !== 0) {
      throw localError('invalid-framing', `${method} with content`);
    }
    if (declared >= 0) return declared;
    if (contentLength === 0 || (contentLength > 0 && !wantsChunks)) return contentLength;
    if (!this.chunks) {
      throw localError('invalid-framing', 'content of unknown length to a server of HTTP/1.0');
    }
    return CHUNKED;
  }
}

/** Fields that are written by their own rules. */
const isOurs = (name: string): boolean => {
  const { length } = name;
  if (length !== 4 && length !== 14 && length !== 17) return false;
  const lower = name.toLowerCase();
  return lower === 'host' || lower === 'content-length' || lower === 'transfer-encoding';
};

function declaredLength(headers: Headers): number {
  const value = headers.get('content-length');
  if (value === null) return -1;
  const length = parseContentLength(value);
  if (length < 0 || !Number.isFinite(length)) {
    throw localError('invalid-framing', `not a Content-Length: "${value}"`);
  }
  return length;
}
