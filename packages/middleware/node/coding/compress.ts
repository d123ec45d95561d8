/**
 * Content coding of responses (RFC 9110, 8.4 and 12.5.3).
 *
 * What is in memory is coded as a whole, small content at once and other on Node's threads, and has a
 * length; streams are coded as they come. Never coded: what has a coding already, parts of content
 * (206), what says `no-transform`, and what carries a digest of its octets.
 */

import { Buffer } from 'node:buffer';
import { checkOptions, type OptionNames } from '@netlayers/host';
import {
  acceptedCodings,
  addVary,
  isStream,
  type Response,
  type StatusCode,
} from '@netlayers/http';
import { type Answer, errorResponse, type Middleware, type ServerRequest } from '@netlayers/server';
import { after } from '../../src/base/after.js';
import { CodedStream } from './coded-stream.js';
import { type Coding, type CodingLevels, type CodingName, codingsOf } from './codings.js';
import { isCompressible } from './compressible.js';
import { codedTag, takeCodedTags } from './entity-tags.js';

/** Settings of {@link compress}. */
export interface CompressOptions {
  /** Content in memory below this many bytes is sent as it is. @default 1024 */
  readonly threshold?: number;
  /**
   * The codings to offer; of those that a client likes equally the first. Those that this Node does not
   * have are left out. @default ['zstd', 'br', 'gzip']
   */
  readonly codings?: readonly Exclude<CodingName, 'deflate'>[];
  readonly levels?: CodingLevels;
  /** Whether content of a type, in lower case without parameters, is coded. @default text, JSON, XML, fonts and the like */
  readonly types?: (type: string) => boolean;
  /** A stream that is silent for so long sends what it has given, milliseconds; events do at once. @default 50 */
  readonly flushMs?: number;
}

const OPTIONS: OptionNames<CompressOptions> = {
  threshold: 'optional',
  codings: 'optional',
  levels: 'optional',
  types: 'optional',
  flushMs: 'optional',
};

const LEVELS: OptionNames<CodingLevels> = {
  gzip: 'optional',
  br: 'optional',
  zstd: 'optional',
};

/**
 * Content up to so many bytes is coded on this thread: up to here that takes a tenth of a millisecond,
 * and less of the machine than to ask another thread.
 */
const CODED_NOW = 16 * 1024;

/** Content in memory above it is coded piece by piece: a client that leaves ends the work. */
const CODED_WHOLE = 1024 * 1024;

/** Fields that are about the octets as the handler gave them (RFC 9530). */
const DIGESTS = ['Content-Digest', 'Repr-Digest', 'Digest', 'Content-MD5'];

/** Makes the middleware. @throws TypeError for an option that is none; RangeError without a coding. */
export function compress(options: CompressOptions = {}): Middleware {
  checkOptions('compress', options, OPTIONS);
  if (options.levels !== undefined) checkOptions('levels of compress', options.levels, LEVELS);
  const compressor = new Compressor(options);
  return (request, next) => compressor.around(request, next);
}

class Compressor {
  readonly #threshold: number;
  readonly #codings: ReadonlyMap<string, Coding>;
  readonly #offered: readonly CodingName[];
  readonly #types: (type: string) => boolean;
  readonly #flushMs: number;

  constructor(options: CompressOptions) {
    const { threshold = 1024, types = isCompressible, flushMs = 50 } = options;
    const codings = codingsOf(options.levels);
    this.#threshold = threshold;
    this.#types = types;
    this.#flushMs = flushMs;
    this.#codings = codings;
    this.#offered = (options.codings ?? (['zstd', 'br', 'gzip'] as const)).filter((name) =>
      codings.has(name),
    );
    if (this.#offered.length === 0) throw new RangeError('compress() has no coding to offer');
  }

  around(request: ServerRequest, next: () => Answer): Answer {
    const known = request.headers.has('if-none-match') || request.headers.has('if-match');
    const tags = known ? takeCodedTags(request, this.#offered) : null;
    return after(next(), (response) => this.#coded(request, response, tags));
  }

  #coded(
    request: ServerRequest,
    response: Response,
    tags: ReadonlyMap<string, string> | null,
  ): Answer {
    if (response.status === 304) return notModified(response, tags);
    const { headers, content } = response;
    if (!mayBeCoded(request, response)) return response;
    const accepted = acceptedCodings(request.headers.get('accept-encoding'), this.#offered);
    if (!this.#isWorth(response) && accepted.includes('identity')) return response;
    addVary(response.headers, 'Accept-Encoding');
    const [name] = accepted;
    // RFC 9110, 12.5.3: nothing is left that the client takes.
    if (name === undefined) return errorResponse(406, 'no such content coding');
    if (name === 'identity') return response;
    const tag = headers.get('etag');
    if (tag !== null) headers.set('ETag', codedTag(tag, name));
    headers.set('Content-Encoding', name);
    headers.delete('Content-Length');
    // Ranges are of the content as it is: RFC 9110, 14.2.
    headers.delete('Accept-Ranges');
    return this.#encode(request, response, this.#codings.get(name)!, content);
  }

  #encode(
    request: ServerRequest,
    response: Response,
    coding: Coding,
    content: Response['content'],
  ): Answer {
    const flush = { clock: request.clock, flushMs: this.#flushMs };
    if (content === null || isStream(content)) {
      if (typeOf(response) === 'text/event-stream') flush.flushMs = 0;
      return response.body(new CodedStream(content ?? NOTHING, coding.encoder, flush));
    }
    const bytes = octetsOf(content);
    if (bytes.length <= CODED_NOW) return response.body(coding.encodeNow(bytes));
    if (bytes.length <= CODED_WHOLE) {
      return coding.encode(bytes).then((coded) => response.body(coded));
    }
    return response.body(new CodedStream(slicesOf(bytes), coding.encoder, flush));
  }

  /** Whether a coding makes the content smaller. */
  #isWorth(response: Response): boolean {
    const { content } = response;
    if (!this.#types(typeOf(response))) return false;
    const announced = response.headers.get('content-length');
    if (content === null || isStream(content)) {
      return announced === null || Number(announced) >= this.#threshold;
    }
    return content.length >= this.#threshold;
  }
}

const typeOf = ({ headers }: Response): string =>
  (headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();

const octetsOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content) : content;

/** The content of an answer to HEAD, which is never read. */
const NOTHING: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ value: undefined, done: true }) }),
};

/** Statuses that have no content, or a part of it. */
const UNCODED: ReadonlySet<StatusCode> = new Set([101, 204, 205, 206, 304]);

function mayBeCoded(request: ServerRequest, { status, headers, content }: Response): boolean {
  // A handler may answer HEAD with a length and no content: its fields are those of GET all the same.
  const isHead = request.method === 'HEAD' && headers.has('content-length');
  if ((content === null && !isHead) || UNCODED.has(status) || status < 200) return false;
  if (headers.has('content-encoding') || headers.has('content-range')) return false;
  if (/(?:^|,)\s*no-transform\s*(?:,|$)/i.test(headers.get('cache-control') ?? '')) return false;
  return !DIGESTS.some((name) => headers.has(name));
}

/** RFC 9110, 15.4.5: a 304 carries the tag and the Vary of the 200 that it stands for. */
function notModified(response: Response, tags: ReadonlyMap<string, string> | null): Response {
  addVary(response.headers, 'Accept-Encoding');
  const tag = response.headers.get('etag');
  const known = tag === null ? undefined : tags?.get(tag);
  return known === undefined ? response : response.header('ETag', known);
}

const SLICE = 0x1_0000;

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE);
}

async function* slicesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* slices(bytes);
}
