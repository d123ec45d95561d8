/**
 * How a reverse proxy can be set up.
 */

import type { ResolveName } from '@netlayers/client';
import { type Clock, checkOptions, HostClock, type OptionNames } from '@netlayers/host';
import { type Headers, isHost, isToken, type Transport } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import type { ForwardedFields } from '../message/forwarded.js';
import type { RewritePath } from '../message/request-target.js';
import { type Balance, chooserOf } from '../upstream/balancer.js';
import type { PassiveHealth } from '../upstream/failure-window.js';
import type { ActiveHealth } from '../upstream/health-check.js';
import type { RetryOptions } from '../upstream/retry-budget.js';
import type { QueueOptions, UpstreamsSettings } from '../upstream/upstreams.js';

/** Waits for an upstream, in milliseconds; all but the first count only while nothing moves. */
export interface ProxyTimeouts {
  /** @default 5_000 */
  readonly connectMs?: number;
  /** From the end of a request to the head of its response. @default 60_000 */
  readonly headersMs?: number;
  /** @default 60_000 */
  readonly bodyMs?: number;
  /** For 100 (Continue) of an upstream; then the client is told to go on. @default 1_000 */
  readonly continueMs?: number;
  /** Of a tunnel without a byte in either direction. @default 3_600_000 */
  readonly tunnelIdleMs?: number;
  /** How long a connection is kept without a request. @default 4_000 */
  readonly idleMs?: number;
}

/** Settings of {@link proxy}. */
export interface ProxyOptions {
  /** Makes connections to upstreams; it is not closed with the proxy. */
  readonly transport: Transport;
  /** Makes those to upstreams of https. @default none */
  readonly secureTransport?: Transport;
  /** Finds the address of an upstream's name, where the transport cannot. */
  readonly resolve?: ResolveName;
  /** @default the host's */
  readonly clock?: Clock;
  /** Which upstream a request goes to. @default 'round-robin' */
  readonly balance?: Balance;
  /** `keep` sends the client's `Host`, `upstream` that of the URL, anything else is sent as it is. @default 'keep' */
  readonly host?: 'keep' | 'upstream' | (string & {});
  /** Changes the path. @default as it came */
  readonly rewrite?: RewritePath;
  /** What is told of the client: `Forwarded` (RFC 7239), `X-Forwarded-*`, both, or none. @default 'both' */
  readonly forwarded?: ForwardedFields;
  /** Whether what a peer, by its address, says of its own clients is believed. @default no peer is */
  readonly trusted?: (remoteAddress: string) => boolean;
  /** This proxy in `Via`, a token. @default 'netlayers' */
  readonly name?: string;
  /** Changes the fields of a request before it is sent on. */
  readonly editRequest?: (headers: Headers, request: ServerRequest) => void;
  /** Changes those of a final response before it is sent back. */
  readonly editResponse?: (headers: Headers, request: ServerRequest) => void;
  /** Protocols that a request may change to, and which are not looked at then. @default websocket */
  readonly upgrades?: readonly string[];
  readonly timeouts?: ProxyTimeouts;
  /** Bytes per second that an upstream has to keep to, in either direction. @default 240 */
  readonly minDataRate?: number;
  /** Repetition at another upstream. */
  readonly retry?: RetryOptions;
  /** Statuses of a response that are failures of the upstream: repeated where that is allowed. @default none */
  readonly failureStatuses?: readonly number[];
  readonly passive?: PassiveHealth;
  /** @default upstreams are not asked */
  readonly check?: ActiveHealth;
  /** For how long an upstream that is new or back gets less than its share. @default 0 */
  readonly slowStartMs?: number;
  /** Requests and tunnels at one upstream at once; further ones wait. @default 256 */
  readonly maxConnections?: number;
  readonly queue?: QueueOptions;
  /** Told of each failure of an upstream; the client learns no more than a status. */
  readonly onFailure?: (failure: { readonly upstream: string; readonly error: unknown }) => void;
}

const OPTIONS: OptionNames<ProxyOptions> = {
  transport: 'needed',
  secureTransport: 'optional',
  resolve: 'optional',
  clock: 'optional',
  balance: 'optional',
  host: 'optional',
  rewrite: 'optional',
  forwarded: 'optional',
  trusted: 'optional',
  name: 'optional',
  editRequest: 'optional',
  editResponse: 'optional',
  upgrades: 'optional',
  timeouts: 'optional',
  minDataRate: 'optional',
  retry: 'optional',
  failureStatuses: 'optional',
  passive: 'optional',
  check: 'optional',
  slowStartMs: 'optional',
  maxConnections: 'optional',
  queue: 'optional',
  onFailure: 'optional',
};

const TIMEOUTS: OptionNames<ProxyTimeouts> = {
  connectMs: 'optional',
  headersMs: 'optional',
  bodyMs: 'optional',
  continueMs: 'optional',
  tunnelIdleMs: 'optional',
  idleMs: 'optional',
};

const RETRY: OptionNames<RetryOptions> = {
  times: 'optional',
  ratio: 'optional',
  burst: 'optional',
};

const PASSIVE: OptionNames<PassiveHealth> = {
  failures: 'optional',
  windowMs: 'optional',
  outMs: 'optional',
  maxOutMs: 'optional',
};

const CHECK: OptionNames<ActiveHealth> = {
  path: 'needed',
  intervalMs: 'optional',
  timeoutMs: 'optional',
  rise: 'optional',
  fall: 'optional',
  expect: 'optional',
};

const QUEUE: OptionNames<QueueOptions> = {
  limit: 'optional',
  timeoutMs: 'optional',
};

/** @throws TypeError for an option that is none. */
function checkNames(options: ProxyOptions): void {
  checkOptions('proxy', options, OPTIONS);
  const { timeouts = {}, retry = {}, passive = {}, check, queue = {} } = options;
  checkOptions('timeouts of proxy', timeouts, TIMEOUTS);
  checkOptions('retry of proxy', retry, RETRY);
  checkOptions('passive of proxy', passive, PASSIVE);
  if (check !== undefined) checkOptions('check of proxy', check, CHECK);
  checkOptions('queue of proxy', queue, QUEUE);
}

/** The options with defaults, as an exchange reads them. */
export interface ProxySettings {
  readonly clock: Clock;
  readonly host: string;
  readonly rewrite: RewritePath | null;
  readonly forwarded: ForwardedFields;
  readonly trusted: (remoteAddress: string) => boolean;
  readonly name: string;
  readonly editRequest: ((headers: Headers, request: ServerRequest) => void) | null;
  readonly editResponse: ((headers: Headers, request: ServerRequest) => void) | null;
  readonly upgrades: ReadonlySet<string>;
  readonly continueMs: number;
  readonly tunnelIdleMs: number;
  readonly failureStatuses: ReadonlySet<number>;
  readonly onFailure: (failure: { readonly upstream: string; readonly error: unknown }) => void;
}

/** @throws TypeError for an option that is none, or of the wrong kind. */
export function settingsOf(options: ProxyOptions): ProxySettings {
  checkNames(options);
  const { name = 'netlayers', host = 'keep', timeouts = {} } = options;
  if (!isToken(name))
    throw new TypeError(`the name of a proxy is a token: ${JSON.stringify(name)}`);
  if (host !== 'keep' && host !== 'upstream' && (host === '' || !isHost(host))) {
    throw new TypeError(`not a Host: ${JSON.stringify(host)}`);
  }
  return {
    clock: options.clock ?? new HostClock(),
    host,
    rewrite: options.rewrite ?? null,
    forwarded: options.forwarded ?? 'both',
    trusted: options.trusted ?? (() => false),
    name,
    editRequest: options.editRequest ?? null,
    editResponse: options.editResponse ?? null,
    upgrades: new Set((options.upgrades ?? ['websocket']).map((name) => name.toLowerCase())),
    continueMs: timeouts.continueMs ?? 1000,
    tunnelIdleMs: timeouts.tunnelIdleMs ?? 3_600_000,
    failureStatuses: new Set(options.failureStatuses),
    onFailure: options.onFailure ?? (() => {}),
  };
}

/** What the upstreams are told. */
export function upstreamsSettingsOf(options: ProxyOptions, clock: Clock): UpstreamsSettings {
  const { timeouts = {}, secureTransport, resolve } = options;
  return {
    clock,
    client: {
      transport: options.transport,
      ...(secureTransport === undefined ? {} : { secureTransport }),
      ...(resolve === undefined ? {} : { resolve }),
      clock,
      connectTimeoutMs: timeouts.connectMs ?? 5000,
      headersTimeoutMs: timeouts.headersMs ?? 60_000,
      bodyTimeoutMs: timeouts.bodyMs ?? 60_000,
      idleTimeoutMs: timeouts.idleMs ?? 4000,
      minDataRate: options.minDataRate ?? 240,
      redirect: 'manual',
      // Bounded by the proxy itself, which knows of tunnels too.
      maxConnectionsPerOrigin: Number.POSITIVE_INFINITY,
    },
    passive: options.passive ?? {},
    slowStartMs: options.slowStartMs ?? 0,
    maxConnections: options.maxConnections ?? 256,
    choose: chooserOf(options.balance ?? 'round-robin'),
    queue: options.queue ?? {},
    check: options.check ?? null,
  };
}
