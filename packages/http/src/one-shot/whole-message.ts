/**
 * One-shot parsing: a whole message from the start of some bytes, over the incremental parsers.
 * Content is copied, so the message stays good when the bytes change.
 */

import { PARSE_ERRORS } from '../grammar/parse-error.js';
import type { Message } from '../message/message.js';
import type { HttpVersion } from '../message/message-head.js';
import type { MessageParser } from '../parse/message-parser.js';
import type { ParseResult } from './parse-result.js';

/** A message that can still be filled. */
type Fillable = { -readonly [Key in keyof Message]: Message[Key] };

const PARTIAL: ParseResult<never> = { status: 'partial' };

/**
 * Parses one message with a new parser.
 *
 * @param make the message of a head: version, content and trailers are filled in here.
 * @param options.ended whether the connection has ended behind these bytes. @default false
 * @param options.refusal the status of every refusal; 0 for the one of its reason. @default 0
 */
export function parseWhole<Head extends { readonly version: HttpVersion }, T extends Fillable>(
  parser: MessageParser<Head>,
  bytes: Uint8Array,
  make: (head: Head) => T,
  { ended = false, refusal = 0 }: { readonly ended?: boolean; readonly refusal?: number } = {},
): ParseResult<T> {
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
      const head = parser.head!;
      const message = make(head);
      message.version = head.version;
      message.content = joined(runs);
      message.trailers = parser.trailers;
      return { status: 'complete', message, consumed: at };
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
