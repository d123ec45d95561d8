/**
 * Middleware that needs Node: its zlib, its streams, its event loop.
 *
 * @packageDocumentation
 */

export { type FormPart, type MultipartLimits, multipart } from './bodies/multipart.js';
export type { CodingLevels, CodingName } from './coding/codings.js';
export { type CompressOptions, compress } from './coding/compress.js';
export { type DecompressOptions, decompressBody } from './coding/decompress-body.js';
export { type EventLoopDelayOptions, eventLoopDelay } from './limits/event-loop-delay.js';
export { diagnostics } from './operation/diagnostics.js';
export { processMetrics } from './operation/process-metrics.js';
