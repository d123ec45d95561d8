/**
 * One-shot parsing: a whole message from the start of some bytes, over the incremental parsers.
 * Content is copied, so the message stays good when the bytes change.
 */

import type { Headers } from './headers.js';
import type { MessageParser, ParserOptions } from './message-parser.js';
import type { Method } from './method.js';
import { PARSE_ERRORS } from './parse-error.js';
import type { ParseResult } from './parse-result.js';
import { Request } from './request.js';
import { RequestParser } from './request-parser.js';
import { Response } from './response.js';
import { ResponseParser } from './response-parser.js';

/** Options of a one-shot parse of a response, whose framing depends on more than itself. */
export interface ResponseParseOptions extends ParserOptions {
  /** The method of the request that is answered (RFC 9112, 6.3). @default 'GET' */
  readonly method?: Method;
  /** Whether the connection has ended behind these bytes. @default false */
  readonly ended?: boolean;
}

interface WholeMessage<Head> {
  readonly status: 'complete';
  readonly head: Head;
  readonly content: Uint8Array | null;
  readonly trailers: Headers | null;
  readonly consumed: number;
}

type Unfinished = Exclude<ParseResult<never>, { status: 'complete' }>;

const PARTIAL: Unfinished = { status: 'partial' };

/** Parses one request. */
export function parseRequest(bytes: Uint8Array, options?: ParserOptions): ParseResult<Request> {
  const parsed = readWhole(new RequestParser(options), bytes, false, 0);
  if (parsed.status !== 'complete') return parsed;
  const { head } = parsed;
  const message = new Request(head.method, head.target, head.headers);
  return complete(message, parsed, head.version);
}

/** Parses one response. */
export function parseResponse(
  bytes: Uint8Array,
  options: ResponseParseOptions = {},
): ParseResult<Response> {
  const parser = new ResponseParser(options);
  parser.method = options.method ?? 'GET';
  // A refused response is the fault of the server behind a gateway: 502 (RFC 9112, 6.3).
  const parsed = readWhole(parser, bytes, options.ended ?? false, 502);
  if (parsed.status !== 'complete') return parsed;
  const { head } = parsed;
  const message = new Response(head.status, head.headers, head.reason);
  return complete(message, parsed, head.version);
}

function complete<T extends Request | Response>(
  message: T,
  parsed: WholeMessage<unknown>,
  version: T['version'],
): ParseResult<T> {
  message.version = version;
  message.content = parsed.content;
  message.trailers = parsed.trailers;
  return { status: 'complete', message, consumed: parsed.consumed };
}

function readWhole<Head>(
  parser: MessageParser<Head>,
  bytes: Uint8Array,
  ended: boolean,
  refusal: number,
): WholeMessage<Head> | Unfinished {
  const runs: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const before = at;
    at = parser.read(bytes, at, bytes.length);
    if (parser.event === 'body') {
      runs.push(bytes.subarray(parser.bodyStart, parser.bodyEnd));
    } else if (parser.event === 'partial') {
      if (!ended || (at === before && !parser.isInside)) return PARTIAL;
      parser.finish();
    }
    if (parser.event === 'end') {
      const { head, trailers } = parser;
      return { status: 'complete', head: head!, content: joined(runs), trailers, consumed: at };
    }
    if (parser.event === 'error') {
      const refused = parser.error === null ? null : PARSE_ERRORS[parser.error];
      return {
        status: 'error',
        statusCode: refusal || (refused?.statusCode ?? 400),
        reason: refused?.reason ?? 'the connection ended inside the message',
      };
    }
  }
}

function joined(runs: readonly Uint8Array[]): Uint8Array | null {
  const length = runs.reduce((sum, run) => sum + run.length, 0);
  if (length === 0) return null;
  const content = new Uint8Array(length);
  let at = 0;
  for (const run of runs) {
    content.set(run, at);
    at += run.length;
  }
  return content;
}
