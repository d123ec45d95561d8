/**
 * Parses requests (RFC 9112, 3 and 6.3; RFC 9110, 7.2): from a scanned section to a head that can
 * be trusted. Everything that decides where the request ends and whom it is for is checked here.
 */

import type { ParseErrorCode } from '../grammar/parse-error.js';
import { isHost, parseTarget } from '../grammar/request-target.js';
import { equalsIgnoringCase, listHas } from '../grammar/tokens.js';
import { type FieldSection, Known, SPAN } from '../message/field-section.js';
import {
  CHUNKED,
  faultOfTransferEncoding,
  INVALID_LENGTH,
  parseContentLength,
} from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import { type HttpVersion, type RequestHead, UNKNOWN_LENGTH } from '../message/message-head.js';
import { Method } from '../message/method.js';
import { MessageParser, type ParserOptions } from './message-parser.js';
import type { SectionReader } from './section-reader.js';
import { isText, ShortTexts } from './short-texts.js';

/** The registered methods by their length, usual ones first: a name is compared with few others. */
const METHODS_BY_LENGTH: readonly (readonly string[])[] = Array.from({ length: 18 }, (_, length) =>
  [...new Set(['GET', 'HEAD', 'POST', 'PUT', ...Object.values(Method)])].filter(
    (name) => name.length === length,
  ),
);

const targets = new ShortTexts();

class ReceivedRequest implements RequestHead {
  readonly method: Method;
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
  bodyLength = 0;
  keepAlive: boolean;
  expectsContinue = false;
  wantsSwitch = false;

  constructor(method: Method, target: string, version: HttpVersion, headers: Headers) {
    this.method = method;
    this.target = target;
    this.version = version;
    this.headers = headers;
    this.keepAlive = version === '1.1';
  }
}

/** Parses the requests of one connection. */
export class RequestParser extends MessageParser<RequestHead> {
  constructor(options?: ParserOptions) {
    super('request', options);
  }

  protected override makeHead(sections: SectionReader): ParseErrorCode | null {
    const { scanner, buf, start } = sections;
    // 2.3: HTTP-version = "HTTP" "/" DIGIT "." DIGIT, case-sensitive
    const versionStart = scanner.targetEnd + 1;
    if (scanner.startLineEnd - versionStart !== 8) return 'bad-version';
    const version = versionAt(buf, start + versionStart);
    if (version === null) return 'bad-version';
    if (version === 'other') return 'unsupported-version';

    const methodEnd = start + scanner.methodEnd;
    const method = methodOf(buf, start, methodEnd) ?? sections.decode(buf, start, methodEnd);
    const targetEnd = start + scanner.targetEnd;
    const target =
      targetEnd > methodEnd + 1 ? targets.of(buf, methodEnd + 1, targetEnd, sections.decode) : '';
    if (target.charCodeAt(0) !== 0x2f || method === Method.CONNECT) {
      if (parseTarget(method, target) === null) return 'bad-target';
    }
    const fields = sections.fields!;
    const head = new ReceivedRequest(method, target, version, sections.takeHeaders());
    this.head = head;
    return faultOfHost(head, fields) ?? applyFraming(head, fields) ?? applyConnection(head, fields);
  }

  protected override bodyFraming(): number {
    const length = this.head!.bodyLength;
    return length === UNKNOWN_LENGTH ? CHUNKED : length;
  }
}

/** Reads a version where eight bytes are; `other` for a major version but 1. */
export function versionAt(buf: Uint8Array, at: number): HttpVersion | 'other' | null {
  if (!isText(buf, at, 'HTTP/') || buf[at + 6] !== 0x2e) return null;
  const major = buf[at + 5]! - 0x30;
  const minor = buf[at + 7]! - 0x30;
  if (!(major >= 0 && major <= 9 && minor >= 0 && minor <= 9)) return null;
  if (major !== 1) return 'other';
  return minor === 0 ? '1.0' : '1.1';
}

/** The registered method in `buf[start..end)`; `null` for another one. */
function methodOf(buf: Uint8Array, start: number, end: number): Method | null {
  const candidates = METHODS_BY_LENGTH[end - start];
  if (candidates === undefined) return null;
  for (const name of candidates) if (isText(buf, start, name)) return name;
  return null;
}

/** 3.2: exactly one Host in a request of 1.1, at most one in any, and a valid one. */
function faultOfHost(head: RequestHead, fields: FieldSection): ParseErrorCode | null {
  const line = fields.lineOf[Known.Host]!;
  if (line < 0) return head.version === '1.1' ? 'missing-host' : null;
  if (fields.isRepeated(Known.Host)) return 'duplicate-host';
  if (fields.isKept) return null;
  const { text, spans } = fields;
  return isHost(text, spans[line * SPAN + 2], spans[line * SPAN + 3]) ? null : 'bad-host';
}

/** 6.1 to 6.3: how long the content is, or why that cannot be said. */
function applyFraming(head: ReceivedRequest, fields: FieldSection): ParseErrorCode | null {
  const lengthLine = fields.lineOf[Known.ContentLength]!;
  const codingLine = fields.lineOf[Known.TransferEncoding]!;
  if (lengthLine < 0 && codingLine < 0) return null;
  if (codingLine >= 0) {
    if (lengthLine >= 0) return 'conflicting-framing';
    // 6.1: in a message of 1.0 the framing is faulty whatever else it says.
    if (head.version === '1.0') return 'bad-transfer-encoding';
    const fault = faultOfTransferEncoding(head.headers.get('transfer-encoding') ?? '');
    if (fault !== null) return fault;
    head.bodyLength = UNKNOWN_LENGTH;
  } else {
    if (fields.isRepeated(Known.ContentLength)) return 'bad-content-length';
    const length = parseContentLength(head.headers.valueAt(lengthLine));
    if (length === INVALID_LENGTH) return 'bad-content-length';
    if (length === Number.POSITIVE_INFINITY) return 'content-too-large';
    head.bodyLength = length;
  }
  // RFC 9110, 9.3.6: what follows a CONNECT belongs to the tunnel.
  return head.method === Method.CONNECT && head.bodyLength !== 0 ? 'unexpected-content' : null;
}

/** 9.3: who wishes to persist; RFC 9110, 7.8 and 10.1.1: what else is wished of the connection. */
function applyConnection(head: ReceivedRequest, fields: FieldSection): null {
  const line = fields.lineOf[Known.Connection]!;
  if (line >= 0) {
    const repeated = fields.isRepeated(Known.Connection);
    const options = repeated ? (head.headers.get('connection') ?? '') : head.headers.valueAt(line);
    head.keepAlive = persists(head.version, options);
    if (fields.lineOf[Known.Upgrade]! >= 0 && head.version === '1.1') {
      head.wantsSwitch = listHas(options, 'upgrade');
    }
  }
  if (head.method === Method.CONNECT) head.wantsSwitch = true;
  if (fields.lineOf[Known.Expect]! >= 0 && head.version === '1.1' && head.bodyLength !== 0) {
    head.expectsContinue = listHas(head.headers.get('expect') ?? '', '100-continue');
  }
  return null;
}

/** RFC 9112, 9.3: whether a message with these connection options lets the connection persist. */
export function persists(version: HttpVersion, options: string): boolean {
  if (options.length === 10 && equalsIgnoringCase(options, 0, 'keep-alive')) return true;
  if (listHas(options, 'close')) return false;
  return version === '1.1' || listHas(options, 'keep-alive');
}
