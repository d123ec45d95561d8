/**
 * Compression of WebSocket messages by Node's zlib.
 *
 * @packageDocumentation
 */

export { type NodeDeflateOptions, nodeDeflate } from './node-deflate.js';
