/** One-shot parsing: a message from the start of some bytes, over the incremental parsers. */

import type { Limits } from './limits.js';
import type { Method } from './method.js';
import type { ParseResult } from './parse-result.js';
import type { Request } from './request.js';
import type { Response } from './response.js';
import type { TextDecoder } from './text-decoder.js';

/** Options of a one-shot parse. */
export interface ParseOptions {
  /** Bounds of the message. */
  readonly limits?: Partial<Limits>;
  /** Turns bytes of a head into text. @default one in plain TypeScript */
  readonly decodeText?: TextDecoder;
}

/** Options of a one-shot parse of a response, whose framing depends on more than itself. */
export interface ResponseParseOptions extends ParseOptions {
  /** The method of the request that is answered (RFC 9112, 6.3). @default 'GET' */
  readonly method?: Method;
  /** Whether the connection has ended behind these bytes. @default false */
  readonly ended?: boolean;
}

/** Parses one request. */
export function parseRequest(_bytes: Uint8Array, _options?: ParseOptions): ParseResult<Request> {
  throw new Error('not there yet');
}
/** Parses one response. */
export function parseResponse(
  _bytes: Uint8Array,
  _options?: ResponseParseOptions,
): ParseResult<Response> {
  throw new Error('not there yet');
}
