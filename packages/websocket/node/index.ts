/**
 * Compression of WebSocket messages by Node's zlib.
 *
 * @packageDocumentation
 */

export { nodeDeflate } from './node-deflate.js';
