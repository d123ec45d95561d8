/**
 * Every reason for which a parser refuses a message, with the status a server answers (RFC 9110,
 * 15.5 and 15.6). A parser reports a code; text and status are looked up only when somebody asks.
 */

interface Refusal {
  readonly statusCode: number;
  readonly reason: string;
}

const refuse = (statusCode: number, reason: string): Refusal => ({ statusCode, reason });

/** Status and reason by code. */
export const PARSE_ERRORS = {
  'bad-start-line': refuse(400, 'malformed start line'),
  'bad-method': refuse(400, 'the method is not a token'),
  'method-too-long': refuse(501, 'the method is longer than any that is known'),
  'bad-target': refuse(400, 'invalid request target'),
  'start-line-too-long': refuse(414, 'the start line is too long'),
  'bad-version': refuse(400, 'malformed protocol version'),
  'unsupported-version': refuse(505, 'only major version 1 of HTTP is spoken here'),
  'too-many-empty-lines': refuse(400, 'too many empty lines before the start line'),
  'bare-line-feed': refuse(400, 'a line ends with LF instead of CR LF'),
  'bare-carriage-return': refuse(400, 'CR without LF'),
  'line-folding': refuse(400, 'obsolete line folding or white space before a field'),
  'bad-field-name': refuse(400, 'a field name is not a token directly followed by a colon'),
  'bad-field-value': refuse(400, 'a field value contains a control character'),
  'header-section-too-large': refuse(431, 'the header section is too large'),
  'too-many-fields': refuse(431, 'too many header fields'),
  'missing-host': refuse(400, 'a request of HTTP/1.1 needs a Host field'),
  'duplicate-host': refuse(400, 'more than one Host field'),
  'bad-host': refuse(400, 'invalid Host field'),
  'bad-content-length': refuse(400, 'invalid or repeated Content-Length'),
  'content-too-large': refuse(413, 'the content is too large'),
  'bad-transfer-encoding': refuse(400, 'invalid Transfer-Encoding'),
  'unsupported-transfer-coding': refuse(501, 'a transfer coding other than chunked'),
  'conflicting-framing': refuse(400, 'both Transfer-Encoding and Content-Length'),
  'unexpected-content': refuse(400, 'a CONNECT request has no content'),
  'bad-chunk-size': refuse(400, 'malformed chunk size'),
  'bad-chunk-extension': refuse(400, 'malformed chunk extension'),
  'chunk-extensions-too-large': refuse(413, 'chunk extensions are too large'),
  'bad-chunk-end': refuse(400, 'chunk data is not followed by CR LF'),
  'trailer-section-too-large': refuse(431, 'the trailer section is too large'),
} as const satisfies Record<string, Refusal>;

/** Names a reason of refusal. */
export type ParseErrorCode = keyof typeof PARSE_ERRORS;
