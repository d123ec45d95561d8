/**
 * An HTTP/1.1 server on any Transport: routes, limits, time-outs.
 *
 * It is handed a transport and never chooses one: the kernel's TCP, our own, a pipe in memory.
 *
 * @packageDocumentation
 */

export { type CloseOptions, Server } from './app/server.js';
export { HttpError } from './base/http-error.js';
export type {
  AccessRecord,
  CorsOptions,
  ServerLimits,
  ServerOptions,
  ServerTimeouts,
} from './base/server-options.js';
export type { ServerCounters } from './connection/served-connections.js';
export type { Params } from './request/params.js';
export { ServerRequest } from './request/server-request.js';
export type { SwitchedProtocol } from './request/switched-protocol.js';
export { errorResponse } from './response/error-response.js';
export { type FetchHandler, fetchHandler } from './routing/fetch-handler.js';
export type { Handler, SwitchHandler } from './routing/handler.js';
