/**
 * Parses responses (RFC 9112, 4 and 6.3). How long a response is depends on the request that it
 * answers, so the method of that request is told before each one.
 *
 * More is forgiven than in requests, where RFC 9112 asks it of a user agent or where browsers and curl
 * read it and nobody can read it in two ways: folded lines, blanks before a colon (but not of a field
 * that frames), a status line without its last space, a repeated equal Content-Length, blanks behind
 * a chunk size, `identity` as a coding. A line still ends with CR LF: RFC 9112, 2.2 leaves LF alone to
 * the recipient, and a field that a proxy takes for one line and we for two is an injection.
 */

import type { ParseErrorCode } from '../grammar/parse-error.js';
import { DIGIT, isAll } from '../grammar/tokens.js';
import { type FieldSection, Known } from '../message/field-section.js';
import {
  CHUNKED,
  faultOfTransferEncoding,
  INVALID_LENGTH,
  parseRepeatedContentLength,
  UNTIL_CLOSE,
} from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import { type HttpVersion, type ResponseHead, UNKNOWN_LENGTH } from '../message/message-head.js';
import { Method } from '../message/method.js';
import type { StatusCode } from '../message/status-code.js';
import { MessageParser, type ParserOptions } from './message-parser.js';
import { persists, versionAt } from './request-parser.js';
import type { SectionReader } from './section-reader.js';

class ReceivedResponse implements ResponseHead {
  readonly status: StatusCode;
  readonly reason: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
  bodyLength = 0;
  keepAlive: boolean;

  constructor(status: StatusCode, reason: string, version: HttpVersion, headers: Headers) {
    this.status = status;
    this.reason = reason;
    this.version = version;
    this.headers = headers;
    this.keepAlive = persists(version, headers.get('connection') ?? '');
  }
}

/** Parses the responses of one connection. */
export class ResponseParser extends MessageParser<ResponseHead> {
  /** The method of the request that the next response answers. */
  method: Method = Method.GET;
  #framing = 0;

  constructor(options?: ParserOptions) {
    super('response', options);
  }

  protected override makeHead(sections: SectionReader): ParseErrorCode | null {
    // 4: status-line = HTTP-version SP status-code SP [ reason-phrase ]
    const end = sections.scanner.startLineEnd;
    const { buf, start } = sections;
    const text = sections.decode(buf, start, start + end);
    if (end < 12 || text[8] !== ' ' || (end > 12 && text[12] !== ' ')) return 'bad-start-line';
    const version = versionAt(buf, start);
    if (version === null) return 'bad-version';
    if (version === 'other') return 'unsupported-version';
    const status = Number(text.slice(9, 12));
    if (!isAll(text, DIGIT, 9, 12) || status < 100) return 'bad-start-line';
    const head = new ReceivedResponse(
      status,
      text.slice(13, Math.max(13, end)),
      version,
      sections.takeHeaders(),
    );
    this.head = head;
    const fault = this.#frame(head, sections.fields!);
    head.bodyLength = this.#framing < 0 ? UNKNOWN_LENGTH : this.#framing;
    // 9.3: a message that only the close ends cannot be followed by another.
    if (this.#framing === UNTIL_CLOSE) head.keepAlive = false;
    return fault;
  }

  protected override bodyFraming(): number {
    return this.#framing;
  }

  /** 6.3, in its order. */
  #frame(head: ResponseHead, fields: FieldSection): ParseErrorCode | null {
    const { status, headers } = head;
    this.#framing = 0;
    if (this.method === Method.HEAD || status < 200 || status === 204 || status === 304)
      return null;
    if (this.method === Method.CONNECT && status < 300) return null;
    const hasLength = fields.lineOf[Known.ContentLength]! >= 0;
    if (fields.lineOf[Known.TransferEncoding]! >= 0) {
      // Both at once is how responses are split; in a message of 1.0 the framing is faulty (6.1).
      if (hasLength) return 'conflicting-framing';
      if (head.version === '1.0') return 'bad-transfer-encoding';
      const coding = headers.get('transfer-encoding') ?? '';
      if (coding.toLowerCase() === 'identity') {
        // Long gone from the standard; not chunked at the end is read until the close (6.3).
        this.#framing = UNTIL_CLOSE;
        return null;
      }
      const fault = faultOfTransferEncoding(coding);
      // Not ending in chunked would be read until the close, but no other coding is understood.
      if (fault !== null) return fault;
      this.#framing = CHUNKED;
    } else if (hasLength) {
      const length = parseRepeatedContentLength(headers.get('content-length') ?? '');
      if (length === INVALID_LENGTH) return 'bad-content-length';
      if (length === Number.POSITIVE_INFINITY) return 'content-too-large';
      this.#framing = length;
    } else {
      this.#framing = UNTIL_CLOSE;
    }
    return null;
  }
}
