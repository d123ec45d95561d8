/**
 * The answer to a request for a file that is open: its conditions (RFC 9110, 13.2.2), its ranges
 * (14.2), its fields, its content.
 *
 * A range of an encoded representation counts bytes that only who has seen them can mean: a client
 * that decodes as it receives (curl, resuming) counts other ones. So it has to name the version by its
 * tag in If-Range, and gets everything otherwise, as 14.2 allows. Several ranges of one are never
 * sent: whether Content-Encoding speaks of the parts or of what is around them is said nowhere.
 */

import { addVary, formatHttpDate, Response } from '@netlayers/http';
import { errorResponse, type ServerRequest } from '@netlayers/server';
import { type ContentPart, FileContent, fitsOnePiece, readPiece } from '../files/file-content.js';
import type { Representation } from '../files/representation.js';
import { type ByteRange, lengthOf, parseRanges } from '../selection/byte-ranges.js';
import {
  evaluate,
  rangeApplies,
  type Validators,
  validatorsOf,
} from '../selection/preconditions.js';
import type { ServedFile } from '../settings/served-file.js';
import type { StaticSettings } from '../settings/static-options.js';
import { contentTypeOf } from './content-type.js';
import { contentRangeOf, multipartOf, randomBoundary } from './multipart.js';

/**
 * Answers with a file, and closes it: at once, or when its content was read.
 *
 * @param path of the file below the root, with slashes and without a coding's ending.
 */
export async function answerFile(
  request: ServerRequest,
  representation: Representation,
  path: string,
  settings: StaticSettings,
): Promise<Response> {
  const { handle } = representation.file;
  let isKept = false;
  try {
    const response = await new FileAnswer(request, representation, path, settings).make();
    isKept = response.content instanceof FileContent;
    return response;
  } finally {
    if (!isKept) await handle.close();
  }
}

class FileAnswer {
  readonly #request: ServerRequest;
  readonly #representation: Representation;
  readonly #settings: StaticSettings;
  readonly #served: ServedFile;
  readonly #own: Validators;
  readonly #type: string;

  constructor(
    request: ServerRequest,
    representation: Representation,
    path: string,
    settings: StaticSettings,
  ) {
    const { file, coding } = representation;
    this.#request = request;
    this.#representation = representation;
    this.#settings = settings;
    this.#own = validatorsOf(file.size, file.modifiedNs, coding);
    this.#served = { path, size: file.size, modifiedMs: this.#own.modifiedMs ?? 0, coding };
    this.#type = contentTypeOf(path);
  }

  /** The response; if its content is a stream, that closes the file. */
  async make(): Promise<Response> {
    const verdict = evaluate(this.#request.headers, this.#own, this.#settings.wallTime());
    if (verdict === 'failed') return errorResponse(412);
    if (verdict === 'not-modified') return this.#finish(this.#headOf(304));
    const ranges = this.#ranges();
    const { size } = this.#representation.file;
    if (ranges === 'unsatisfiable') {
      return errorResponse(416).header('Content-Range', `bytes */${size}`);
    }
    if (ranges === null) return this.#whole(size);
    return ranges.length === 1 ? this.#single(ranges[0]!, size) : this.#several(ranges, size);
  }

  /** What the Range field asks for; `null` where it does not count. */
  #ranges(): readonly ByteRange[] | null | 'unsatisfiable' {
    const { method, headers } = this.#request;
    const asked = headers.get('range');
    // Range means something to GET alone (RFC 9110, 14.2).
    if (asked === null || method !== 'GET') return null;
    const { wallTime, maxRanges } = this.#settings;
    if (!rangeApplies(headers, this.#own, wallTime())) return null;
    const { file, coding } = this.#representation;
    if (coding === null) return parseRanges(asked, file.size, maxRanges);
    const isNamed = headers.get('if-range')?.startsWith('"') === true;
    return isNamed ? parseRanges(asked, file.size, Math.min(1, maxRanges)) : null;
  }

  #whole(size: number): Promise<Response> {
    const response = this.#headOf(200)
      .header('Content-Type', this.#type)
      .header('Content-Length', String(size))
      .header('Accept-Ranges', this.#settings.maxRanges === 0 ? 'none' : 'bytes');
    return this.#fill(this.#finish(response), size, [{ first: 0, last: size - 1 }]);
  }

  #single(range: ByteRange, size: number): Promise<Response> {
    const length = lengthOf(range);
    const response = this.#headOf(206)
      .header('Content-Type', this.#type)
      .header('Content-Length', String(length))
      .header('Content-Range', contentRangeOf(range, size));
    return this.#fill(this.#finish(response), length, [range]);
  }

  #several(ranges: readonly ByteRange[], size: number): Promise<Response> {
    // The program speaks about the file: what it says of the type belongs into the parts.
    const response = this.#finish(this.#headOf(206).header('Content-Type', this.#type));
    const { headers } = response;
    const partType = headers.get('content-type') ?? 'application/octet-stream';
    const { type, length, parts } = multipartOf(ranges, partType, size, randomBoundary());
    response.header('Content-Type', type).header('Content-Length', String(length));
    return this.#fill(response, length, parts);
  }

  async #fill(
    response: Response,
    length: number,
    parts: readonly ContentPart[],
  ): Promise<Response> {
    if (this.#request.method === 'HEAD') return response;
    const { handle } = this.#representation.file;
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && 'first' in only && fitsOnePiece(length)) {
      return response.body(await readPiece(handle, only.first, length));
    }
    return response.body(new FileContent(handle, parts));
  }

  /** What 200, 206 and 304 have in common (RFC 9110, 15.3.7 and 15.4.5). */
  #headOf(status: number): Response {
    const { fields, cacheControl, codings } = this.#settings;
    const { coding } = this.#representation;
    const response = new Response(status, fields)
      .header('ETag', this.#own.etag)
      .header('Last-Modified', formatHttpDate(this.#served.modifiedMs));
    if (codings.length > 0) addVary(response.headers, 'Accept-Encoding');
    if (coding !== null && status !== 304) response.header('Content-Encoding', coding);
    const value = cacheControl(this.#served);
    if (value !== null) response.header('Cache-Control', value);
    return response;
  }

  /** Lets the program have the last word about the fields. */
  #finish(response: Response): Response {
    this.#settings.headers?.(response.headers, this.#served, this.#request);
    return response;
  }
}
