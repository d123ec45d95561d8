/**
 * What a server can be told, and what holds otherwise. Every wait and every buffer of the server is
 * bounded by one of these; `Infinity` switches a bound off.
 */

import { type Clock, checkOptions, HostClock, hostLatin1, type OptionNames } from '@netlayers/host';
import { DEFAULT_LIMITS, type Limits, type RequestHead, type TextDecoder } from '@netlayers/http';

/** One answered request, as the access log gets it when the response has been handed over. */
export interface AccessRecord {
  readonly method: string;
  /** The target as it was sent; empty when the request did not parse. */
  readonly target: string;
  /** `ServerRequest.route`: the pattern that the path has matched; `null` for none. */
  readonly route: string | null;
  readonly status: number;
  /** Octets of the response's content, without head and framing. */
  readonly bytes: number;
  /** From the last byte of the head to the last byte of the response, milliseconds. */
  readonly durationMs: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** What was asked, with its version and fields; `null` when it did not parse. */
  readonly head: RequestHead | null;
}

/** Which pages of other origins may read the answers (Fetch Standard, 3.2). */
export interface CorsOptions {
  /** `*`, or the origins that are allowed, each as `https://example.org`. */
  readonly origin: string | readonly string[];
  /**
   * Whether pages may send cookies and other credentials along, and read what is answered to them (Fetch
   * Standard, 3.2.5). Not with `*`: browsers refuse that. @default false
   */
  readonly credentials?: boolean;
  /** Fields of answers that pages may read, beside the few that they always may. @default none */
  readonly exposeHeaders?: readonly string[];
  /** For how long a browser may remember the answer to a preflight, seconds. @default 600 */
  readonly maxAgeSeconds?: number;
}

/**
 * Waits, in milliseconds, with a grain of at most a second: never short, up to two grains long.
 *
 * Those for a peer that is to send or to take octets count only while nothing moves: every octet
 * earns a little of the time back, so that a peer which keeps to `minDataRate` is never cut off.
 */
export interface ServerTimeouts {
  /** From the first byte of a request to the end of its head; then 408. @default 30_000 */
  readonly headMs: number;
  /** Between requests on a connection; then it is closed without a word. @default 75_000 */
  readonly idleMs: number;
  /** Without progress of a body that the handler reads; then 408. @default 30_000 */
  readonly bodyMs: number;
  /** From the head of a request to the last byte of a body that the handler reads, however steadily it comes; then 408. @default Infinity */
  readonly requestMs: number;
  /** From the end of a request to the handler's response, and for what the handler does before it reads on; then 503. @default Infinity */
  readonly handlerMs: number;
  /** Without progress on a response that the peer does not read; then a reset. @default 60_000 */
  readonly writeMs: number;
  /**
   * For the peer to close after it has acknowledged our last byte (RFC 9112, 9.6); until then `writeMs`
   * counts. Then nothing of it is taken any more. @default 2_000
   */
  readonly lingerMs: number;
  /**
   * Without progress of a response whose client has ended its half of the connection and so has
   * probably gone; then a reset. @default 60_000
   */
  readonly goneMs: number;
}

/** Bounds on what a peer can make the server keep. */
export interface ServerLimits {
  /** A request's body, streamed or not, in bytes; over it 413. @default Infinity */
  readonly bodyBytes: number;
  /** A body collected by `bytes()`, `text()`, `json()`, `formData()`; over it 413. @default 8 MiB */
  readonly bufferedBodyBytes: number;
  /** Octets of bodies that wait in memory, of all connections: then others wait, or get 503. @default 256 MiB */
  readonly heldBodyBytes: number;
  /**
   * Octets of streamed responses that wait in memory for clients to take them, of all connections.
   * Above it, who has taken nothing for five seconds is given up. @default 256 MiB
   */
  readonly heldContentBytes: number;
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
  /**
   * Octets per second, in either direction, that a peer has to keep to; one below it is given up when
   * its time-out has run out. 0 lets any octet start the time-out over. @default 240
   */
  readonly minDataRate?: number;
  readonly limits?: Partial<ServerLimits>;
  /** Bounds on the head of a request. */
  readonly head?: Partial<Limits>;
  /** Turns the bytes of a head into text. @default the host's own way, else plain TypeScript */
  readonly decodeText?: TextDecoder;
  /** Answers a body without an announced length, a chunked one, with 411 (RFC 9112, 6.3). @default false */
  readonly requireContentLength?: boolean;
  readonly cors?: CorsOptions;
  /**
   * Whether clients end their half of a connection and still wait for the answer, as `nc -N` does.
   * Otherwise an end aborts `request.signal`: most clients that end are gone. The answer is sent in
   * either case. @default false
   */
  readonly halfOpen?: boolean;
  /**
   * Whether a peer, by its address, is a gateway that may ask for `https` targets on behalf of its own
   * clients (RFC 9110, 7.4). Others get 421 without TLS. @default no peer is
   */
  readonly trustedGateway?: (remoteAddress: string) => boolean;
  /** Called once for every response. Without it, no request reads the clock. */
  readonly onAccess?: (record: AccessRecord) => void;
  /**
   * What handlers threw, and responses that could not be completed. The peer never learns of it.
   *
   * @param head of the request that was being answered; `null` for bytes that did not become one.
   * @default written to the console
   */
  readonly onError?: (error: unknown, head: RequestHead | null) => void;
}

/** The options with every default filled in. */
export interface ServerSettings {
  readonly clock: Clock;
  readonly serverName: string | null;
  readonly timeouts: ServerTimeouts;
  readonly minDataRate: number;
  readonly limits: ServerLimits;
  readonly head: Partial<Limits>;
  readonly decodeText: TextDecoder | null;
  readonly requireContentLength: boolean;
  readonly cors: CorsOptions | null;
  readonly halfOpen: boolean;
  readonly trustedGateway: (remoteAddress: string) => boolean;
  readonly onAccess: ((record: AccessRecord) => void) | null;
  readonly onError: (error: unknown, head: RequestHead | null) => void;
}

const TIMEOUTS: ServerTimeouts = {
  headMs: 30_000,
  idleMs: 75_000,
  bodyMs: 30_000,
  requestMs: Number.POSITIVE_INFINITY,
  handlerMs: Number.POSITIVE_INFINITY,
  writeMs: 60_000,
  lingerMs: 2_000,
  goneMs: 60_000,
};

const LIMITS: ServerLimits = {
  bodyBytes: Number.POSITIVE_INFINITY,
  bufferedBodyBytes: 8 * 1024 * 1024,
  heldBodyBytes: 256 * 1024 * 1024,
  heldContentBytes: 256 * 1024 * 1024,
  drainBytes: 256 * 1024,
  requestsPerConnection: Number.POSITIVE_INFINITY,
  connections: Number.POSITIVE_INFINITY,
};

const OPTIONS: OptionNames<ServerOptions> = {
  clock: 'optional',
  serverName: 'optional',
  timeouts: 'optional',
  minDataRate: 'optional',
  limits: 'optional',
  head: 'optional',
  decodeText: 'optional',
  requireContentLength: 'optional',
  cors: 'optional',
  halfOpen: 'optional',
  trustedGateway: 'optional',
  onAccess: 'optional',
  onError: 'optional',
};

const optional = <T extends object>(defaults: T): OptionNames<T> =>
  Object.fromEntries(Object.keys(defaults).map((name) => [name, 'optional'])) as OptionNames<T>;

/** Fills defaults in and refuses what is not a bound. */
function bounds<T extends object>(what: string, defaults: T, given: Partial<T> | undefined): T {
  checkOptions(what, given ?? {}, optional(defaults) as OptionNames<Partial<T>>);
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
 * @throws RangeError for a bound that is negative or no number; TypeError for a name that is no option.
 */
export function settingsOf(options: ServerOptions): ServerSettings {
  checkOptions('Server', options, OPTIONS);
  checkOptions('head', options.head ?? {}, optional<Partial<Limits>>(DEFAULT_LIMITS));
  return {
    clock: options.clock ?? new HostClock(),
    serverName: options.serverName === undefined ? 'netlayers' : options.serverName,
    timeouts: bounds('timeouts', TIMEOUTS, options.timeouts),
    minDataRate: bounds('Server', { minDataRate: 240 }, { minDataRate: options.minDataRate ?? 240 })
      .minDataRate,
    limits: bounds('limits', LIMITS, options.limits),
    head: options.head ?? {},
    decodeText: options.decodeText ?? hostLatin1(),
    requireContentLength: options.requireContentLength ?? false,
    cors: options.cors ?? null,
    halfOpen: options.halfOpen ?? false,
    trustedGateway: options.trustedGateway ?? (() => false),
    onAccess: options.onAccess ?? null,
    onError: options.onError ?? ((error) => console.error(error)),
  };
}
