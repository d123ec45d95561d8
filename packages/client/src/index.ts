/**
 * An HTTP client on any `Transport`: the kernel's TCP, our own, or a pipe in memory. It keeps
 * connections, follows redirections, streams both ways with backpressure, and takes its time from
 * a clock that it is handed.
 *
 * @packageDocumentation
 */

export { basicAuthentication } from './authentication/basic.js';
export type { Credentials } from './authentication/credentials.js';
export {
  type DigestOptions,
  digestAuthentication,
  type HashOctets,
} from './authentication/digest.js';
export { ClientError, type ClientErrorCode } from './base/errors.js';
export type { Origin } from './base/origin.js';
export { Multipart, type PartOptions } from './body/multipart.js';
export type { MakeBody } from './body/prepared-body.js';
export type { TellProgress } from './body/progress.js';
export type { RequestBody } from './body/request-body.js';
export { type CacheOptions, cache } from './cache/cache.js';
export type { CacheStore, StoredResponse } from './cache/cache-store.js';
export { type MemoryCacheOptions, MemoryCacheStore } from './cache/memory-cache-store.js';
export type { Carrier, CarrierOwner, CarrierSettings, MakeCarrier } from './carrier/carrier.js';
export type { ResolveName } from './carrier/connector.js';
export type { ClientProtocol } from './carrier/protocols.js';
export { Client } from './client/client.js';
export type { ContentDecoder, ContentDecoders } from './content/content-coding.js';
export type { ServerSentEvent } from './events/event-parser.js';
export {
  type EventRequester,
  type EventSourceOptions,
  eventSource,
} from './events/event-source.js';
export type {
  ClientActivity,
  ClientOptions,
  RequestDefaults,
  RequestOptions,
} from './options/client-options.js';
export type { CookieStore } from './options/cookie-store.js';
export type { ClientRequest, Interceptor, SendRequest } from './options/interceptor.js';
export type { QueryValue, RequestQuery } from './options/query.js';
export type { RequestHeaders } from './options/request-headers.js';
export type { Retry, RetryOptions } from './options/retry-options.js';
export { proxyFromEnvironment } from './proxy/proxy-from-environment.js';
export type { ProxyOption, ProxyRule } from './proxy/proxy-url.js';
export { throughProxy } from './proxy/through-proxy.js';
export { ClientResponse, type ResponseInit } from './response/client-response.js';
