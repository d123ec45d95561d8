/**
 * An HTTP/1.1 client on any `Transport`: the kernel's TCP, our own, or a pipe in memory. It keeps
 * connections, follows redirections, streams both ways with backpressure, and takes its time from
 * a clock that it is handed.
 *
 * @packageDocumentation
 */

export { Client } from './client.js';
export type {
  ClientActivity,
  ClientOptions,
  RequestDefaults,
  RequestOptions,
} from './client-options.js';
export { ClientResponse } from './client-response.js';
export type { ResolveName } from './connection-pool.js';
export type { ContentDecoder, ContentDecoders } from './content-coding.js';
export { ClientError, type ClientErrorCode } from './errors.js';
export type { RequestBody } from './request-body.js';
