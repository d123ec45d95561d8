/**
 * What a program says about a folder that it serves, and what that means.
 */

import { realpathSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { checkOptions, type OptionNames } from '@netlayers/host';
import type { Headers } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { ALL_CODINGS, type ContentCoding } from '../request/content-coding.js';
import { type CacheControl, cacheControlRule } from './cache-control.js';
import type { ServedFile } from './served-file.js';

/** What answers navigations to pages that only a program in the browser knows. */
export interface FallbackOptions {
  /** The page, by its path relative to the root. */
  readonly file: string;
  /** Whether it also answers paths whose last segment has a dot: `/users/jane.doe`. @default false */
  readonly extensions?: boolean;
}

/** The program's say about the fields of a 200, 206 or 304: it may set, append and delete. */
export type HeadersHook = (headers: Headers, file: ServedFile, request: ServerRequest) => void;

/** Settings of `staticFiles`. */
export interface StaticOptions {
  /** The folder; it must exist when the handler is made. */
  readonly root: string;
  /**
   * Serves only these files, by their path relative to the root, matched whole after decoding:
   * anything else is 403. There is no index, redirection, listing or fallback then.
   */
  readonly allow?: readonly string[];
  /** The files that stand for their folder, the first that exists; `false` for none. @default 'index.html' */
  readonly index?: string | readonly string[] | false;
  /** Lists folders without an index, as HTML, or as JSON for clients that prefer it. @default false */
  readonly listing?: boolean;
  /**
   * A page for what is not there, where a client asks for HTML by name (`Accept: text/html`) and
   * the path has no extension. @default none: 404
   */
  readonly fallback?: string | FallbackOptions;
  /**
   * Sends `app.js.br`, `.zst` or `.gz` in place of `app.js` to clients that take it, unless it is
   * older; `true` for all, or codings in order of preference. @default false
   */
  readonly precompressed?: boolean | readonly ContentCoding[];
  /** Whether names with a leading dot exist for clients. @default 'ignore' */
  readonly dotfiles?: 'ignore' | 'allow';
  /** Most ranges of one request; beyond it the whole file is sent. 0: no ranges. @default 32 */
  readonly maxRanges?: number;
  /** Value of Access-Control-Allow-Origin; preflights are answered then. @default none */
  readonly cors?: string;
  /** Value of Cache-Control. @default none: clients revalidate by ETag and Last-Modified */
  readonly cacheControl?: CacheControl;
  /** Changes the fields of a response about a file, after everything else. */
  readonly headers?: HeadersHook;
  /** Milliseconds since 1970. @default Date.now */
  readonly wallTime?: () => number;
}

/** The options with what they mean when they are left out. */
export interface StaticSettings {
  /** The real path of the folder. */
  readonly root: string;
  readonly allowed: ReadonlySet<string> | null;
  readonly index: readonly string[];
  readonly listing: boolean;
  readonly fallback: { readonly segments: readonly string[]; readonly extensions: boolean } | null;
  readonly codings: readonly ContentCoding[];
  readonly showDotfiles: boolean;
  readonly maxRanges: number;
  readonly cors: string | null;
  readonly cacheControl: (file: ServedFile) => string | null;
  readonly headers: HeadersHook | null;
  /** Fields of every response with content. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly wallTime: () => number;
}

const OPTIONS: OptionNames<StaticOptions> = {
  root: 'needed',
  allow: 'optional',
  index: 'optional',
  listing: 'optional',
  fallback: 'optional',
  precompressed: 'optional',
  dotfiles: 'optional',
  maxRanges: 'optional',
  cors: 'optional',
  cacheControl: 'optional',
  headers: 'optional',
  wallTime: 'optional',
};

const FALLBACK: OptionNames<FallbackOptions> = {
  file: 'needed',
  extensions: 'optional',
};

const MAX_RANGES = 32;
// Types are told, and right: nothing is won by guessing, and a text could be taken for a script.
const FIELDS: StaticSettings['fields'] = [['X-Content-Type-Options', 'nosniff']];

/**
 * Reads the options.
 *
 * @throws Error (`ENOENT`, `EACCES`) when there is no such folder; TypeError when it is none, when
 *   a file would lie outside of it, or when options contradict each other.
 */
export function settingsOf(options: StaticOptions): StaticSettings {
  checkOptions('staticFiles', options, OPTIONS);
  const { fallback: page } = options;
  if (typeof page === 'object') checkOptions('fallback of staticFiles', page, FALLBACK);
  const root = realpathSync(options.root);
  if (!statSync(root).isDirectory()) throw new TypeError(`${options.root} is no folder`);
  const { allow, listing = false, maxRanges = MAX_RANGES } = options;
  if (allow !== undefined && (listing || options.fallback !== undefined)) {
    throw new TypeError('allow names all there is: it goes without listing and fallback');
  }
  if (!Number.isInteger(maxRanges) || maxRanges < 0) {
    throw new TypeError('maxRanges is a whole number, 0 or more');
  }
  return {
    root,
    allowed: allow === undefined ? null : new Set(allow.map((file) => pathBelow(root, file))),
    index: indexOf(options.index),
    listing,
    fallback: fallbackOf(root, options.fallback),
    codings: codingsOf(options.precompressed),
    // What is allowed by name was meant, dot or not.
    showDotfiles: options.dotfiles === 'allow' || allow !== undefined,
    maxRanges,
    cors: options.cors ?? null,
    cacheControl: cacheControlRule(options.cacheControl),
    headers: options.headers ?? null,
    fields: FIELDS,
    wallTime: options.wallTime ?? Date.now,
  };
}

/** A path relative to the root, with slashes. */
function pathBelow(root: string, file: string): string {
  const path = relative(root, resolve(root, file)).split(sep);
  if (path[0] === '' || path[0] === '..') {
    throw new TypeError(`${file} is not a file below ${root}`);
  }
  return path.join('/');
}

function indexOf(given: StaticOptions['index']): readonly string[] {
  if (given === false) return [];
  const names = given === undefined ? ['index.html'] : typeof given === 'string' ? [given] : given;
  const wrong = names.find((name) => name === '' || /[/\\]|^\.\.?$/.test(name));
  if (wrong !== undefined) throw new TypeError(`an index is the name of a file, not ${wrong}`);
  return names;
}

function fallbackOf(root: string, given: StaticOptions['fallback']): StaticSettings['fallback'] {
  if (given === undefined) return null;
  const { file, extensions = false } = typeof given === 'string' ? { file: given } : given;
  return { segments: pathBelow(root, file).split('/'), extensions };
}

function codingsOf(given: StaticOptions['precompressed']): readonly ContentCoding[] {
  if (given === undefined || given === false) return [];
  if (given === true) return ALL_CODINGS;
  const wrong = given.find((coding) => !ALL_CODINGS.includes(coding));
  if (wrong !== undefined) throw new TypeError(`no content coding of files: ${wrong}`);
  return given;
}
