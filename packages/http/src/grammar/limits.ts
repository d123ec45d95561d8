/**
 * How much of a message a parser is willing to keep. Every buffer of this package is bounded by one
 * of these numbers; content is not kept here at all, so its size is the business of the caller.
 */

/** Bounds of one message, all in bytes unless said otherwise. */
export interface Limits {
  /** The request or status line without its end; over it a request is answered 414. RFC 9112, 3 asks for 8000 or more. @default 8192 */
  readonly startLine: number;
  /** The header section without its start line; over it 431. The same 16 KiB that Node and others allow. @default 16384 */
  readonly headerSection: number;
  /** Field lines in a header or trailer section; over it 431. @default 100 */
  readonly fieldCount: number;
  /** The trailer section of a chunked body; over it 431. @default 8192 */
  readonly trailerSection: number;
  /** All chunk extensions of a request's body together, over it 413 (RFC 9112, 7.1.1); of a response those of one chunk. @default 16384 */
  readonly chunkExtensions: number;
  /** Empty lines ignored before a start line (RFC 9112, 2.2); over it 400. @default 4 */
  readonly emptyLines: number;
}

/**
 * Bounds of a response. A client reads what others wrote, and they write more than anybody asks for:
 * the numbers are those of curl.
 */
export interface ResponseLimits extends Limits {
  /** The header section. @default 307200 */
  readonly headerSection: number;
  /** Field lines in a header or trailer section. @default 5000 */
  readonly fieldCount: number;
  /** The trailer section. @default 307200 */
  readonly trailerSection: number;
  /** Interim responses (1xx) before one final response. @default 128 */
  readonly interimResponses: number;
  /** The heads of those together. @default 307200 */
  readonly interimSections: number;
}

/** The limits of a request that hold where an option gives no other. */
export const DEFAULT_LIMITS: Limits = {
  startLine: 8192,
  headerSection: 16384,
  fieldCount: 100,
  trailerSection: 8192,
  chunkExtensions: 16384,
  emptyLines: 4,
};

const CURL_HEAD = 300 * 1024;

/** The limits of a response that hold where an option gives no other. */
export const DEFAULT_RESPONSE_LIMITS: ResponseLimits = {
  ...DEFAULT_LIMITS,
  headerSection: CURL_HEAD,
  fieldCount: 5000,
  trailerSection: CURL_HEAD,
  interimResponses: 128,
  interimSections: CURL_HEAD,
};
