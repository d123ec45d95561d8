/**
 * Compression of WebSocket messages in plain JavaScript, for hosts without zlib. The package `pako` is to
 * be installed beside this one.
 *
 * @packageDocumentation
 */

export { type PakoDeflateOptions, pakoDeflate } from './pako-deflate.js';
