/**
 * Static files for @netlayers/server: streaming, MIME types, no way out of the root.
 *
 * @packageDocumentation
 */

export { type StaticOptions, staticFiles } from './static-files.js';
