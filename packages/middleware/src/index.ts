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
