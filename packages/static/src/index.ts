/**
 * Static files for @netlayers/server: streaming, conditions, ranges, compressed copies, listings, no
 * way out of the root.
 *
 * @packageDocumentation
 */

export { staticFiles } from './app/static-files.js';
export type { ContentCoding } from './request/content-coding.js';
export type { CacheControl } from './settings/cache-control.js';
export type { ServedFile } from './settings/served-file.js';
export type { FallbackOptions, HeadersHook, StaticOptions } from './settings/static-options.js';
