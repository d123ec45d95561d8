/**
 * Static files for @netlayers/server: streaming, conditions, ranges, compressed copies, listings, no
 * way out of the root.
 *
 * @packageDocumentation
 */

export type { CacheControl } from './answers/cache-control.js';
export type { ServedFile } from './answers/served-file.js';
export type { ContentCoding } from './request/content-coding.js';
export { staticFiles } from './static-files.js';
export type { FallbackOptions, HeadersHook, StaticOptions } from './static-options.js';
