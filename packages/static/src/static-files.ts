/**
 * Files of a folder as a handler: GET and HEAD, conditional requests and single ranges
 * (RFC 9110, 13 and 14), content streamed from the file with backpressure.
 *
 * What may not be served looks like what does not exist: 404. Deliberately absent: listings,
 * several ranges in one response, compression.
 */

import { realpathSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { formatHttpDate, Response } from '@netlayers/http';
import { errorResponse, type Handler, type ServerRequest } from '@netlayers/server';
import mime from 'mime';
import { type ByteRange, parseRange } from './byte-range.js';
import { FileContent, fitsOnePiece, readPiece } from './file-content.js';
import { type OpenFile, openFile } from './open-file.js';
import { evaluate, rangeApplies, type Validators, validatorsOf } from './preconditions.js';
import { hasDotfile, resolveTargetPath } from './target-path.js';

/** Settings of {@link staticFiles}. */
export interface StaticOptions {
  /** The folder; it must exist when the handler is made. */
  readonly root: string;
  /**
   * Serves only these files, by their path relative to the root, matched whole after decoding:
   * anything else is 403. There is no index and no redirection then.
   */
  readonly allow?: readonly string[];
  /** The file that stands for its folder. @default 'index.html' */
  readonly index?: string;
  /** Whether names with a leading dot exist for clients. @default 'ignore' */
  readonly dotfiles?: 'ignore' | 'allow';
  /** Value of Access-Control-Allow-Origin. @default none */
  readonly cors?: string;
  /** Value of Cache-Control. @default none: clients revalidate by ETag and Last-Modified */
  readonly cacheControl?: string;
  /** Milliseconds since 1970. @default Date.now */
  readonly wallTime?: () => number;
}

/** A file to be opened, or the answer that takes its place. */
type Lookup = { readonly segments: readonly string[]; readonly directory: boolean } | Response;

/**
 * Makes a handler that serves a folder: for the rest of a route's path (`/assets/*`), or for the
 * whole path where the route has no `*`.
 *
 * @throws Error (`ENOENT`, `EACCES`) when there is no such folder; TypeError when it is none, or
 *   when an allowed file would lie outside of it.
 */
export function staticFiles(options: StaticOptions): Handler {
  const files = new StaticFiles(options);
  return (request) => files.answer(request);
}

class StaticFiles {
  readonly #root: string;
  readonly #allowed: ReadonlySet<string> | null;
  readonly #index: string;
  readonly #showDotfiles: boolean;
  readonly #fields: [name: string, value: string][] = [['X-Content-Type-Options', 'nosniff']];
  readonly #wallTime: () => number;

  constructor(options: StaticOptions) {
    this.#root = realpathSync(options.root);
    if (!statSync(this.#root).isDirectory()) throw new TypeError(`${options.root} is no folder`);
    this.#allowed = options.allow === undefined ? null : allowedPaths(this.#root, options.allow);
    this.#index = options.index ?? 'index.html';
    // What is allowed by name was meant, dot or not.
    this.#showDotfiles = options.dotfiles === 'allow' || this.#allowed !== null;
    this.#wallTime = options.wallTime ?? Date.now;
    if (options.cors !== undefined) {
      this.#fields.push(['Access-Control-Allow-Origin', options.cors]);
    }
    if (options.cacheControl !== undefined) {
      this.#fields.push(['Cache-Control', options.cacheControl]);
    }
  }

  answer(request: ServerRequest): Response | Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return errorResponse(405).header('Allow', 'GET, HEAD');
    }
    const rest = request.params['*'];
    const target = this.#lookUp(rest === undefined ? request.path : `/${rest}`);
    if (target instanceof Response) return target;
    return this.#serve(request, target.segments, target.directory);
  }

  #lookUp(path: string): Lookup {
    const target = resolveTargetPath(path, process.platform);
    if (this.#allowed !== null) {
      const isAllowed =
        typeof target === 'object' &&
        !target.directory &&
        this.#allowed.has(target.segments.join('/'));
      return isAllowed ? target : errorResponse(403);
    }
    if (target === 'malformed') return errorResponse(400, 'malformed path');
    if (target === 'refused') return errorResponse(404);
    if (!this.#showDotfiles && hasDotfile(target.segments)) return errorResponse(404);
    return target;
  }

  async #serve(
    request: ServerRequest,
    segments: readonly string[],
    directory: boolean,
  ): Promise<Response> {
    const name = directory ? [...segments, this.#index] : segments;
    const file = await openFile(this.#root, name, this.#showDotfiles);
    if (file === 'not-found' || (file === 'directory' && (directory || this.#allowed !== null))) {
      return errorResponse(404);
    }
    if (file === 'directory') return redirectToFolder(request);
    let isKept = false;
    try {
      const response = await this.#describe(request, file, name.at(-1)!);
      isKept = response.content instanceof FileContent;
      return response;
    } finally {
      if (!isKept) await file.handle.close();
    }
  }

  /** The response to an open file; if it streams, the stream closes the file. */
  async #describe(request: ServerRequest, file: OpenFile, name: string): Promise<Response> {
    const own = validatorsOf(file.size, file.modifiedNs);
    const now = this.#wallTime();
    const { headers } = request;
    const verdict = evaluate(headers, own, now);
    if (verdict === 'failed') return errorResponse(412);
    if (verdict === 'not-modified') return this.#headOf(304, own);
    let range: ByteRange | null = null;
    const asked = headers.get('range');
    // Range means something to GET alone (RFC 9110, 14.2).
    if (asked !== null && request.method === 'GET' && rangeApplies(headers, own, now)) {
      const found = parseRange(asked, file.size);
      if (found === 'unsatisfiable') {
        return errorResponse(416).header('Content-Range', `bytes */${file.size}`);
      }
      range = found;
    }
    const start = range?.first ?? 0;
    const length = range === null ? file.size : range.last - range.first + 1;
    const response = this.#headOf(range === null ? 200 : 206, own)
      .header('Content-Type', typeOf(name))
      .header('Content-Length', String(length));
    if (range === null) response.header('Accept-Ranges', 'bytes');
    else response.header('Content-Range', `bytes ${range.first}-${range.last}/${file.size}`);
    if (request.method === 'HEAD') return response;
    return response.body(
      fitsOnePiece(length)
        ? await readPiece(file.handle, start, length)
        : new FileContent(file.handle, start, length),
    );
  }

  #headOf(status: number, own: Validators): Response {
    return new Response(status, this.#fields)
      .header('ETag', own.etag)
      .header('Last-Modified', formatHttpDate(own.modifiedMs));
  }
}

/** The table of an allow-list: paths relative to the root, with slashes. */
function allowedPaths(root: string, files: readonly string[]): ReadonlySet<string> {
  return new Set(
    files.map((file) => {
      const path = relative(root, resolve(root, file)).split(sep);
      if (path[0] === '' || path[0] === '..') {
        throw new TypeError(`${file} is not a file below ${root}`);
      }
      return path.join('/');
    }),
  );
}

/** 301 to the same path with a slash, so that relative links in the index work. */
function redirectToFolder(request: ServerRequest): Response {
  const { path, target } = request;
  const query = target.indexOf('?');
  // Never `//` in front, which would name another host (RFC 3986, 4.2): no empty segment gets here.
  return Response.redirect(`${path}/${query < 0 ? '' : target.slice(query)}`, 301);
}

function typeOf(name: string): string {
  const type = mime.getType(name) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
