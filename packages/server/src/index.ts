/**
 * An HTTP/1.1 server on any Transport: routes, limits, time-outs.
 *
 * It is handed a transport and never chooses one: the kernel's TCP, our own, a pipe in memory.
 *
 * @packageDocumentation
 */

export type { ServerCounters } from './connection-pool.js';
export { errorResponse } from './error-response.js';
export { type FetchHandler, fetchHandler } from './fetch-handler.js';
export type { Handler, SwitchedProtocol, SwitchHandler } from './handler.js';
export { HttpError } from './http-error.js';
export type { Params } from './router.js';
export { Server } from './server.js';
export type {
  AccessRecord,
  CorsOptions,
  ServerLimits,
  ServerOptions,
  ServerTimeouts,
} from './server-options.js';
export { ServerRequest } from './server-request.js';
