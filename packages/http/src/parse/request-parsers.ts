/**
 * Parsers of requests that connections take turns with. A parser is some 750 octets, and one has work only
 * while a request comes in: ten thousand connections that wait for the next one need none.
 *
 * The invariant: who holds a parser gives it back between two messages or not at all, so that nobody finds
 * the beginning of a request of somebody else in it.
 */

import type { ParserOptions } from './message-parser.js';
import { RequestParser } from './request-parser.js';

/** Parsers beyond those that are kept for nothing, after many requests at once. */
const MOST_SPARE = 64;

/** Lends parsers that are all set up alike. */
export class RequestParsers {
  readonly #options: ParserOptions;
  readonly #spare: RequestParser[] = [];

  constructor(options: ParserOptions = {}) {
    this.#options = options;
  }

  /** A parser that stands in front of a request. */
  take(): RequestParser {
    return this.#spare.pop() ?? new RequestParser(this.#options);
  }

  /** Takes a parser back, which is at rest: see {@link RequestParser.isAtRest}. */
  give(parser: RequestParser): void {
    parser.forget();
    if (this.#spare.length < MOST_SPARE) this.#spare.push(parser);
  }
}
