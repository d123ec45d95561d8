/**
 * What a server can be told, and what holds otherwise. Every wait and every buffer of the server is
 * bounded by one of these; `Infinity` switches a bound off.
 */

import { type Clock, HostClock, hostLatin1 } from '@netlayers/host';
import type { Limits, TextDecoder } from '@netlayers/http';

/** One answered request, as the access log gets it when the response has been handed over. */
export interface AccessRecord {
  readonly method: string;
  /** The target as it was sent; empty when the request did not parse. */
  readonly target: string;
  readonly status: number;
  /** Octets of the response's content, without head and framing. */
  readonly bytes: number;
  /** From the last byte of the head to the last byte of the response, milliseconds. */
  readonly durationMs: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** Which pages of other origins may read the answers (Fetch Standard, 3.2). */
export interface CorsOptions {
  /** `*`, or the origins that are allowed, each as `https://example.org`. */
  readonly origin: string | readonly string[];
}

/** Waits, in milliseconds, with a grain of at most a second: never short, up to two grains long. */
export interface ServerTimeouts {
  /** From the first byte of a request to the end of its head; then 408. @default 30_000 */
  readonly headMs: number;
  /** Between requests on a connection; then it is closed without a word. @default 75_000 */
  readonly idleMs: number;
  /** Without a byte of a body that the handler reads; then 408. @default 30_000 */
  readonly bodyMs: number;
  /** From the head of a request to the last byte of a body that the handler reads; then 408. @default 300_000 */
  readonly requestMs: number;
  /** From the head to the handler's response; then 503. @default Infinity */
  readonly handlerMs: number;
  /** Without progress on a response that the peer does not read; then a reset. @default 60_000 */
  readonly writeMs: number;
  /** For the peer to close after our last byte (RFC 9112, 9.6); then a reset. @default 2_000 */
  readonly lingerMs: number;
}

/** Bounds on what a peer can make the server keep. */
export interface ServerLimits {
  /** A request's body, streamed or not, in bytes; over it 413. @default Infinity */
  readonly bodyBytes: number;
  /** A body collected by `bytes()`, `text()`, `json()`, `formData()`; over it 413. @default 8 MiB */
  readonly bufferedBodyBytes: number;
  /** What is read of a body that no handler wanted, to keep the connection. @default 256 KiB */
  readonly drainBytes: number;
  /** Requests on one connection. @default Infinity */
  readonly requestsPerConnection: number;
  /** Connections at once; further ones are reset. @default Infinity */
  readonly connections: number;
}

/** Settings of a `Server`. */
export interface ServerOptions {
  /** Time and timers. @default the host's */
  readonly clock?: Clock;
  /** The `Server` field of responses; `null` leaves it out. @default 'netlayers' */
  readonly serverName?: string | null;
  readonly timeouts?: Partial<ServerTimeouts>;
  readonly limits?: Partial<ServerLimits>;
  /** Bounds on the head of a request. */
  readonly head?: Partial<Limits>;
  /** Turns the bytes of a head into text. @default the host's own way, else plain TypeScript */
  readonly decodeText?: TextDecoder;
  /** Answers a body without an announced length, a chunked one, with 411 (RFC 9112, 6.3). @default false */
  readonly requireContentLength?: boolean;
  readonly cors?: CorsOptions;
  /** Called once for every response. Without it, no request reads the clock. */
  readonly onAccess?: (record: AccessRecord) => void;
  /**
   * What handlers threw, and responses that could not be completed. The peer never learns of it.
   * @default written to the console
   */
  readonly onError?: (error: unknown) => void;
}

/** The options with every default filled in. */
export interface ServerSettings {
  readonly clock: Clock;
  readonly serverName: string | null;
  readonly timeouts: ServerTimeouts;
  readonly limits: ServerLimits;
  readonly head: Partial<Limits>;
  readonly decodeText: TextDecoder | null;
  readonly requireContentLength: boolean;
  readonly cors: CorsOptions | null;
  readonly onAccess: ((record: AccessRecord) => void) | null;
  readonly onError: (error: unknown) => void;
}

const TIMEOUTS: ServerTimeouts = {
  headMs: 30_000,
  idleMs: 75_000,
  bodyMs: 30_000,
  requestMs: 300_000,
  handlerMs: Number.POSITIVE_INFINITY,
  writeMs: 60_000,
  lingerMs: 2_000,
};

const LIMITS: ServerLimits = {
  bodyBytes: Number.POSITIVE_INFINITY,
  bufferedBodyBytes: 8 * 1024 * 1024,
  drainBytes: 256 * 1024,
  requestsPerConnection: Number.POSITIVE_INFINITY,
  connections: Number.POSITIVE_INFINITY,
};

/** Fills defaults in and refuses what is not a bound. */
function bounds<T extends object>(defaults: T, given: Partial<T> | undefined): T {
  const result = { ...defaults, ...given };
  for (const [name, value] of Object.entries(result)) {
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new RangeError(`${name} is a number that is not negative`);
    }
  }
  return result;
}

/**
 * Completes options.
 *
 * @throws RangeError for a bound that is negative or no number.
 */
export function settingsOf(options: ServerOptions): ServerSettings {
  return {
    clock: options.clock ?? new HostClock(),
    serverName: options.serverName === undefined ? 'netlayers' : options.serverName,
    timeouts: bounds(TIMEOUTS, options.timeouts),
    limits: bounds(LIMITS, options.limits),
    head: options.head ?? {},
    decodeText: options.decodeText ?? hostLatin1(),
    requireContentLength: options.requireContentLength ?? false,
    cors: options.cors ?? null,
    onAccess: options.onAccess ?? null,
    onError: options.onError ?? ((error) => console.error(error)),
  };
}
