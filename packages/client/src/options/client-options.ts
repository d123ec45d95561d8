/**
 * How a client, and each of its requests, can be set up. What a request leaves out, the client's
 * options decide; what those leave out, the defaults here.
 */

import type { Clock } from '@netlayers/host';
import type {
  AbortLike,
  ClientConnectionOptions,
  Headers,
  Request,
  ResponseHead,
  Transport,
} from '@netlayers/http';
import type { TellProgress } from '../body/progress.js';
import type { RequestBody } from '../body/request-body.js';
import type { ResolveName } from '../carrier/connector.js';
import type { ClientProtocol } from '../carrier/protocols.js';
import type { ContentDecoders } from '../content/content-coding.js';
import type { ProxyOption } from '../proxy/proxy-url.js';
import type { CookieStore } from './cookie-store.js';
import type { Interceptor } from './interceptor.js';
import type { RequestQuery } from './query.js';
import type { RequestHeaders } from './request-headers.js';
import type { Retry } from './retry-options.js';

/** Options that hold for all requests of a client, and that each of them may change. */
export interface RequestDefaults {
  /** Making a connection, with the resolution of the name. @default 10000 */
  readonly connectTimeoutMs?: number;
  /**
   * In line for a connection, when there are `maxConnectionsPerOrigin` and nothing moves on any of
   * them: responses that nobody reads, for one. @default 60000
   */
  readonly queueTimeoutMs?: number;
  /**
   * From the end of the request, as far as it is known that the server has it, to the head of the
   * response; interim responses do not prolong it. @default 60000
   */
  readonly headersTimeoutMs?: number;
  /** Without a byte moving, in either direction, while one is wanted. @default 60000 */
  readonly bodyTimeoutMs?: number;
  /**
   * Bytes per second that a peer may not stay below, in either direction: each byte that moves gives
   * it `1000 / minDataRate` milliseconds more, up to `bodyTimeoutMs`. 0 lets any byte start that
   * time-out over. @default 240
   */
  readonly minDataRate?: number;
  /** All of it, redirections and content included. @default Infinity */
  readonly totalTimeoutMs?: number;
  /** What to do with a redirection: go there, return it, or fail. @default 'follow' */
  readonly redirect?: 'follow' | 'manual' | 'error';
  /** @default 10 */
  readonly maxRedirects?: number;
  /**
   * Fields that go along when a redirection leads to another scheme, host or port. `Accept`,
   * `User-Agent`, `Content-Type` and others that tell nothing of who asks go anyway. @default none
   */
  readonly redirectHeaders?: readonly string[];
  /**
   * Whether a request that has failed, or that the server wants later, is sent again; a number is how
   * often. Only methods that may be sent twice are, with bodies that can be. @default false
   */
  readonly retry?: Retry;
  /** Bytes of content, as received and as decoded. @default Infinity */
  readonly maxResponseBytes?: number;
  /** Ask for compressed content, and decode it. @default false */
  readonly decompress?: boolean;
}

/** Options of one request. */
export interface RequestOptions extends RequestDefaults {
  /** @default 'GET' */
  readonly method?: string;
  /**
   * Go before the client's own; `Host` and `User-Agent` may be among them. `null` leaves a field out
   * that the client would add: `{ Accept: null }`.
   */
  readonly headers?: RequestHeaders;
  /** Pairs to add behind the query of the URL: `{ a: 1, b: ['x', 'y'] }` is `a=1&b=x&b=y`. */
  readonly query?: RequestQuery;
  /**
   * What is not a stream has a length; a stream, or what a function makes, is sent in chunks unless
   * `Content-Length` is given.
   */
  readonly body?: RequestBody;
  /** A value to send as JSON, in place of `body`. */
  readonly json?: unknown;
  /** Fields behind a chunked body, made when its content is sent. */
  readonly trailers?: () => Headers;
  /** Gives the request up, and its content too. */
  readonly signal?: AbortLike;
  /** Ask before sending the content, and wait this long for an answer; `true` is 1000 ms. @default false */
  readonly expectContinue?: boolean | number;
  /** The request target in place of the URL's path and query: `*`, for OPTIONS. */
  readonly target?: string;
  /** Told how far the content of the request is; again from the beginning when it is sent again. */
  readonly onUploadProgress?: TellProgress;
  /** Told how far the content of the response is, before it is decoded, as it is read. */
  readonly onDownloadProgress?: TellProgress;
  /** Told of interim responses (1xx). */
  readonly onInterim?: (response: ResponseHead) => void;
}

/** What {@link ClientOptions.observe} is told; for logs, not for logic. */
export type ClientActivity =
  | {
      readonly type: 'connection';
      readonly authority: string;
      readonly address: string;
      readonly port: number;
      readonly localAddress: string;
      readonly localPort: number;
      /** What it speaks, by its name in ALPN: `http/1.1`, `h2`. */
      readonly protocol: string;
      readonly reused: boolean;
    }
  | { readonly type: 'request'; readonly request: Request }
  | { readonly type: 'response'; readonly response: ResponseHead }
  | { readonly type: 'redirect'; readonly url: URL }
  | {
      readonly type: 'repeat';
      readonly because: string;
      /** The pause before it, milliseconds. */
      readonly delayMs: number;
    };

/** Options of a client. */
export interface ClientOptions extends RequestDefaults {
  /** Makes connections; it is not closed with the client. */
  readonly transport: Transport;
  /**
   * What URLs of requests are relative to, by the rules of the URL Standard, 4.4, as those of links in
   * a page at that address: with `https://a.test/v1/` the URL `users` is `https://a.test/v1/users`, and
   * `/users` is `https://a.test/users`; without the slash at its end `v1` would be replaced. URLs that
   * are absolute go where they say. @default none: URLs have to be absolute
   */
  readonly baseUrl?: string | URL;
  /**
   * Makes connections for https, or puts TLS on a transport: with a `proxy` only the latter.
   * @default none: https is an error
   */
  readonly secureTransport?: Transport | ((inner: Transport) => Transport);
  /**
   * The proxy, or what chooses one by the URL: `http://user:password@host:port`, which is sent requests
   * for http and asked for tunnels for https, or `socks5://host`. @default none
   */
  readonly proxy?: ProxyOption;
  /**
   * Protocols beside HTTP/1.1, the dearest first: `http2Client()` of `@netlayers/node`, for one. They are
   * offered by connections for https, where the `secureTransport` can do that (`tlsTransport` can), and
   * spoken where the server agrees. @default none
   */
  readonly protocols?: readonly ClientProtocol[];
  /** @default the host's */
  readonly clock?: Clock;
  /** Uniform uint32s, for what is left to chance: part of the pause before a retry. @default the host's */
  readonly random?: () => number;
  /** Finds the address of a name, where the transport cannot. `Host` always carries the name. */
  readonly resolve?: ResolveName;
  /** Sent, or with `null` left out, with every request that does not name them itself. */
  readonly headers?: RequestHeaders;
  /** Connections to one origin; further requests wait. @default 16 */
  readonly maxConnectionsPerOrigin?: number;
  /** How long a connection is kept without a request; 0 keeps none. @default 4000 */
  readonly idleTimeoutMs?: number;
  /** Decoders beyond those of the platform. */
  readonly decoders?: ContentDecoders;
  /** Limits and text codecs of the HTTP machine. */
  readonly http?: ClientConnectionOptions;
  /**
   * Layers around every request, the first outermost: between redirections, which come back to them,
   * and retries, which do not. @default none
   */
  readonly interceptors?: readonly Interceptor[];
  /** Keeps cookies: a `CookieJar` of tough-cookie, for one. @default none are kept */
  readonly cookies?: CookieStore;
  /** Told what the client does. */
  readonly observe?: (activity: ClientActivity) => void;
}

/** The defaults of {@link RequestDefaults}. */
export const DEFAULTS: Required<RequestDefaults> = {
  connectTimeoutMs: 10_000,
  queueTimeoutMs: 60_000,
  headersTimeoutMs: 60_000,
  bodyTimeoutMs: 60_000,
  minDataRate: 240,
  totalTimeoutMs: Number.POSITIVE_INFINITY,
  redirect: 'follow',
  maxRedirects: 10,
  redirectHeaders: [],
  retry: false,
  maxResponseBytes: Number.POSITIVE_INFINITY,
  decompress: false,
};

/** Options over defaults; what is `undefined` counts as left out. */
export function mergeDefaults(
  defaults: Required<RequestDefaults>,
  options: RequestDefaults,
): Required<RequestDefaults> {
  return {
    connectTimeoutMs: options.connectTimeoutMs ?? defaults.connectTimeoutMs,
    queueTimeoutMs: options.queueTimeoutMs ?? defaults.queueTimeoutMs,
    headersTimeoutMs: options.headersTimeoutMs ?? defaults.headersTimeoutMs,
    bodyTimeoutMs: options.bodyTimeoutMs ?? defaults.bodyTimeoutMs,
    minDataRate: options.minDataRate ?? defaults.minDataRate,
    totalTimeoutMs: options.totalTimeoutMs ?? defaults.totalTimeoutMs,
    redirect: options.redirect ?? defaults.redirect,
    maxRedirects: options.maxRedirects ?? defaults.maxRedirects,
    redirectHeaders: options.redirectHeaders ?? defaults.redirectHeaders,
    retry: options.retry ?? defaults.retry,
    maxResponseBytes: options.maxResponseBytes ?? defaults.maxResponseBytes,
    decompress: options.decompress ?? defaults.decompress,
  };
}
