/**
 * An HTTP/1.1 server on any Transport: routes, limits, time-outs.
 *
 * It is handed a transport and never chooses one: the kernel's TCP, our own, a pipe in memory.
 *
 * @packageDocumentation
 */

export { type CloseOptions, Server } from './app/server.js';
export { HttpError } from './base/http-error.js';
export type { PeerProgress } from './base/peer-progress.js';
export type {
  AccessRecord,
  CorsOptions,
  ServerLimits,
  ServerOptions,
  ServerSettings,
  ServerTimeouts,
} from './base/server-options.js';
export type { Ticker } from './base/ticker.js';
export type { ServerCounters } from './connection/served-connections.js';
export type {
  CarrierConnection,
  ExchangeHost,
  ExchangeServer,
  ServerProtocol,
} from './exchange/protocol.js';
export type { Params } from './request/params.js';
export { ServerRequest } from './request/server-request.js';
export { type TakeStream, UpgradeResponse } from './request/upgrade-response.js';
export type { ErrorPage, PageError } from './response/error-page.js';
export { ErrorResponse, errorResponse } from './response/error-response.js';
export { escapeHtml } from './response/escape-html.js';
export { Application } from './routing/application.js';
export { type FetchHandler, fetchHandler } from './routing/fetch-handler.js';
export type { Answer, ErrorHandler, Handler, Middleware } from './routing/handler.js';
