/**
 * Files of a folder as a handler: from a request to the file that answers it, or to what takes its
 * place: a redirect, a listing, the fallback, an error.
 *
 * What may not be served looks like what does not exist: 404.
 */

import { acceptedCodings, addVary, type Response } from '@netlayers/http';
import { errorResponse, type Handler, type ServerRequest } from '@netlayers/server';
import { answerFile } from '../answers/file-answer.js';
import {
  answerMethod,
  notAcceptable,
  outOfFiles,
  redirectToFolder,
} from '../answers/plain-answers.js';
import { isExhausted } from '../files/below-root.js';
import { type OpenFile, openFile } from '../files/open-file.js';
import { type Representation, selectRepresentation } from '../files/representation.js';
import { answerListing } from '../listing/listing-answer.js';
import { wantsPage } from '../request/media-range.js';
import { hasDotfile, resolveTargetPath, type TargetPath } from '../request/target-path.js';
import { type StaticOptions, type StaticSettings, settingsOf } from '../settings/static-options.js';

/**
 * Makes a handler that serves a folder: for the rest of a route's path (`/assets/*`), or for the
 * whole path where the route has no `*`.
 *
 * @throws Error (`ENOENT`, `EACCES`) when there is no such folder; TypeError when it is none, when
 *   a file would lie outside of it, or when options contradict each other.
 */
export function staticFiles(options: StaticOptions): Handler {
  const files = new StaticFiles(settingsOf(options));
  return (request) => files.answer(request);
}

class StaticFiles {
  readonly #settings: StaticSettings;

  constructor(settings: StaticSettings) {
    this.#settings = settings;
  }

  async answer(request: ServerRequest): Promise<Response> {
    const { cors } = this.#settings;
    const response = await this.#answer(request);
    // Errors too: a page of another origin has to see that there is nothing.
    return cors === null ? response : response.header('Access-Control-Allow-Origin', cors);
  }

  async #answer(request: ServerRequest): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answerMethod(request, this.#settings.cors);
    }
    const target = this.#targetOf(request);
    if ('status' in target) return target;
    try {
      return (await this.#find(request, target)) ?? (await this.#answerMissing(request, target));
    } catch (error) {
      if (isExhausted(error)) return outOfFiles();
      throw error;
    }
  }

  #targetOf({ params, path }: ServerRequest): TargetPath | Response {
    const rest = params['*'];
    if (rest === undefined) return this.#resolve(path);
    const target = this.#resolve(`/${rest}`);
    // The folder itself, called without the slash behind the path that it is mounted at.
    const isBare = rest === '' && !path.endsWith('/') && !('status' in target);
    return isBare ? { segments: [], directory: false } : target;
  }

  /** The file name that a path means, or the answer to one that means none. */
  #resolve(path: string): TargetPath | Response {
    const { allowed, showDotfiles } = this.#settings;
    const target = resolveTargetPath(path, process.platform);
    if (allowed !== null) {
      const isAllowed =
        typeof target === 'object' && !target.directory && allowed.has(target.segments.join('/'));
      return isAllowed ? target : errorResponse(403);
    }
    if (target === 'malformed') return errorResponse(400, 'malformed path');
    if (target === 'refused') return errorResponse(404);
    if (!showDotfiles && hasDotfile(target.segments)) return errorResponse(404);
    return target;
  }

  /** The answer of what is there; `null` when there is nothing. */
  async #find(
    request: ServerRequest,
    { segments, directory }: TargetPath,
  ): Promise<Response | null> {
    const { allowed, listing } = this.#settings;
    if (!directory) {
      const file = await this.#open(segments);
      if (typeof file === 'object') return this.#serve(request, file, segments);
      if (file === 'not-found' || allowed !== null) return null;
      return (await this.#hasPage(segments)) ? redirectToFolder(request) : null;
    }
    for (const name of this.#settings.index) {
      const path = [...segments, name];
      const file = await this.#open(path);
      if (typeof file === 'object') return this.#serve(request, file, path);
    }
    return listing ? answerListing(request, segments, this.#settings) : null;
  }

  /** Whether a folder has something to show: only then it is worth a redirection. */
  async #hasPage(segments: readonly string[]): Promise<boolean> {
    if (this.#settings.listing) return true;
    for (const name of this.#settings.index) {
      const file = await this.#open([...segments, name]);
      if (typeof file !== 'object') continue;
      await file.handle.close();
      return true;
    }
    return false;
  }

  /** The fallback for a navigation, or 404. */
  async #answerMissing(request: ServerRequest, { segments }: TargetPath): Promise<Response> {
    const { fallback } = this.#settings;
    const isPage = fallback?.extensions || !(segments.at(-1) ?? '').includes('.');
    if (fallback === null || !isPage) return errorResponse(404);
    let response: Response | null = null;
    if (wantsPage(request.headers.get('accept'))) {
      const file = await this.#open(fallback.segments);
      if (typeof file === 'object') {
        response = await this.#serve(request, file, fallback.segments);
      }
    }
    response ??= errorResponse(404);
    // Whether there is a page depends on who asks (RFC 9110, 12.5.5).
    addVary(response.headers, 'Accept');
    return response;
  }

  #open(segments: readonly string[]): Promise<OpenFile | 'not-found' | 'directory'> {
    return openFile(this.#settings.root, segments, this.#settings.showDotfiles);
  }

  /** Answers with an open file, which is closed in every case. */
  async #serve(
    request: ServerRequest,
    file: OpenFile,
    segments: readonly string[],
  ): Promise<Response> {
    let isTaken = false;
    try {
      const representation = await this.#select(request, file, segments);
      if (representation === null) return notAcceptable();
      isTaken = true;
      return await answerFile(request, representation, segments.join('/'), this.#settings);
    } finally {
      if (!isTaken) await file.handle.close();
    }
  }

  async #select(
    request: ServerRequest,
    file: OpenFile,
    segments: readonly string[],
  ): Promise<Representation | null> {
    const { root, codings, showDotfiles } = this.#settings;
    if (codings.length === 0) return { file, coding: null };
    const choices = acceptedCodings(request.headers.get('accept-encoding'), codings);
    return selectRepresentation(root, segments, file, choices, showDotfiles);
  }
}
