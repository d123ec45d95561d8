/**
 * Middleware for `@netlayers/server` that runs wherever it does: Node, browsers, Deno and Bun. What needs
 * Node is in `@netlayers/middleware/node`.
 *
 * @packageDocumentation
 */

export { StateKey } from './base/state-key.js';
export { EventChannel, type EventChannelOptions } from './events/event-channel.js';
export { type EventStream, type EventStreamOptions, eventStream } from './events/event-stream.js';
export type { ServerSentEvent } from './events/event-text.js';
