/**
 * Middleware for `@netlayers/server` that runs wherever it does: Node, browsers, Deno and Bun. What needs
 * Node is in `@netlayers/middleware/node`.
 *
 * @packageDocumentation
 */

export { StateKey } from './base/state-key.js';
export {
  type BodyLimits,
  type FormLimits,
  readForm,
  readJson,
  readText,
} from './bodies/read-body.js';
export {
  type CookieAttributes,
  clearCookie,
  cookiesOf,
  parseCookies,
  serializeCookie,
  setCookie,
} from './cookies/cookie.js';
export { CookieSigner, type SignedValue } from './cookies/cookie-signer.js';
export { EventChannel, type EventChannelOptions } from './events/event-channel.js';
export { type EventStream, type EventStreamOptions, eventStream } from './events/event-stream.js';
export type { ServerSentEvent } from './events/event-text.js';
export { clientAddress, type Gateways, networkOf } from './limits/client-address.js';
export { type RateLimitOptions, rateLimit } from './limits/rate-limit.js';
export { type ShedLoadOptions, shedLoad } from './limits/shed-load.js';
export {
  AccessLog,
  type AccessLogOptions,
  LOG_FORMATS,
  type LogFormat,
} from './operation/access-log.js';
export {
  alive,
  Readiness,
  type ReadinessCheck,
  type ReadinessOptions,
} from './operation/health.js';
export { type MetricSource, Metrics, type TlsCounts } from './operation/metrics.js';
export { type MetricFamily, type MetricSample, openMetricsText } from './operation/open-metrics.js';
export {
  type OpenTelemetryApi,
  type OpenTelemetryOptions,
  openTelemetry,
} from './operation/open-telemetry.js';
export { type RequestIdOptions, requestId, requestIdOf } from './operation/request-id.js';
export {
  type BasicAuthOptions,
  basicAuth,
  credentialsOf,
  type PasswordCheck,
  userOf,
} from './security/basic-auth.js';
export { isSameSecret } from './security/constant-time.js';
export { type SecureHeadersOptions, secureHeaders } from './security/secure-headers.js';
export {
  type RedisCommand,
  RedisSessionStore,
  type RedisSessionStoreOptions,
} from './sessions/redis-session-store.js';
export type { Session } from './sessions/session.js';
export {
  MemorySessionStore,
  type MemorySessionStoreOptions,
  type SessionStore,
} from './sessions/session-store.js';
export { type SessionOptions, sessionOf, sessions } from './sessions/sessions.js';
export { type Checks, type Valid, validate } from './validation/validate.js';
