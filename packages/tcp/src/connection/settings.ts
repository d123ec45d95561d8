/**
 * Every knob of TCP, for a stack as a whole or for one listener or connection.
 */

import type { CongestionControlFactory } from '../congestion/congestion-control.js';
import { cubic } from '../congestion/cubic.js';

/** Settings of TCP; times in milliseconds, sizes in bytes. */
export interface TcpSettings {
  /**
   * The most octets received but not delivered to the application: the largest window offered, and
   * what the window scale is chosen for. With `autotune` a bound, without it the size. @default 16 MiB
   */
  readonly receiveBuffer: number;
  /**
   * Octets queued for sending from which on `write` returns false; `handleDrain` comes once 64 KiB
   * below it are free, or half of a smaller one. With `autotune` a bound, without it the size.
   * @default 16 MiB
   */
  readonly sendBuffer: number;
  /**
   * Octets written and never sent from which on `write` returns false, beside `sendBuffer`;
   * `handleDrain` comes below half of it (Linux: `TCP_NOTSENT_LOWAT`). What is written late can still
   * be changed, at the price of more calls. @default Infinity
   */
  readonly notSentLowWater: number;
  /**
   * Both buffers follow what the path and the application make of them, within their bounds: that of
   * receiving begins with 128 KiB, that of sending with 256 KiB. @default true
   */
  readonly autotune: boolean;
  /** Sends small segments at once instead of waiting for an ACK (RFC 9293, 3.7.4: Nagle off). @default false */
  readonly noDelay: boolean;
  /** How long an ACK may wait for data to ride on (RFC 9293, 3.8.6.3: below 500); 0 = not at all. @default 40 */
  readonly delayedAckMs: number;
  /** 2 MSL: how long TIME-WAIT lasts (RFC 9293, 3.6.1). @default 60,000 */
  readonly timeWaitMs: number;
  /** RTO before the first measurement (RFC 6298, (2.1)). @default 1,000 */
  readonly initialRtoMs: number;
  /** Lower bound of the RTO. @default 200 */
  readonly minRtoMs: number;
  /** Upper bound of the RTO, back-off included (RFC 6298, (2.5): at least 60,000). @default 60,000 */
  readonly maxRtoMs: number;
  /** How often a SYN is repeated before a connect fails (RFC 9293, 3.8.3: for at least 3 minutes). @default 7: 183 s */
  readonly synRetries: number;
  /** How often a SYN-ACK is repeated before a half-open connection is forgotten. @default 5: 63 s */
  readonly synAckRetries: number;
  /**
   * How long a peer may be silent that owes us an answer before the connection fails: the user
   * time-out of RFC 5482 and of Linux's `TCP_USER_TIMEOUT`. 0 = what each timer has by default: 120 s
   * for data (RFC 9293, 3.8.3: R2), `keepAliveProbes` for an idle connection. @default 0
   */
  readonly userTimeoutMs: number;
  /** Probes a connection on which nothing happens (RFC 9293, 3.8.4). @default false (MUST-25) */
  readonly keepAlive: boolean;
  /** For how long nothing has come from the peer when the first probe leaves. @default 7,200,000: two hours (MUST-28) */
  readonly keepAliveIdleMs: number;
  /** From one probe to the next while none is answered. @default 75,000 */
  readonly keepAliveIntervalMs: number;
  /** How many probes in a row may go unanswered; with 1 a single lost answer ends a connection. @default 9 */
  readonly keepAliveProbes: number;
  /** A probe carries one garbage octet, for peers that answer no other (RFC 9293, MAY-6). @default false */
  readonly keepAliveOctet: boolean;
  /** How long FIN-WAIT-2 lasts once the application has closed both directions. @default 60,000 */
  readonly finWait2Ms: number;
  /** The largest segment we ask the peer for; 0 = what the path's MTU allows. @default 0 */
  readonly mss: number;
  /** Negotiates window scaling (RFC 7323, 2). @default true */
  readonly windowScaling: boolean;
  /** Negotiates timestamps (RFC 7323, 3). @default true */
  readonly timestamps: boolean;
  /** Negotiates selective acknowledgment (RFC 2018). @default true */
  readonly sack: boolean;
  /**
   * Whether a listener answers SYNs with cookies (RFC 4987): once its half-open queue is full, to
   * every SYN, or never; then one SYN more evicts the oldest half-open connection. @default 'auto'
   */
  readonly synCookies: 'auto' | 'always' | 'never';
  /**
   * The smallest path MTU that a report alone brings about; below it takes time-outs, too
   * (RFC 5927, 7). @default 552
   */
  readonly minPathMtu: number;
  /** How long a smaller path MTU is believed before the path is tried anew (RFC 1191, 6.3). @default 600,000 */
  readonly pathMtuLifetimeMs: number;
  /** Explicit congestion notification (RFC 3168): `request` it in our SYNs, `accept` it when the peer asks, or `never`. @default 'accept' */
  readonly ecn: 'request' | 'accept' | 'never';
  /** Spreads segments over the round trip as fast as the congestion control says, if it says so. @default true */
  readonly pacing: boolean;
  /**
   * Octets a second at which text may leave at most, whatever the congestion control says and with
   * `pacing` off, too (Linux: `SO_MAX_PACING_RATE`). @default Infinity
   */
  readonly maxPacingRate: number;
  /** `cubic`, `newReno`, `bbr`, or one's own. @default CUBIC (RFC 9438) with HyStart++ (RFC 9406) */
  readonly congestionControl: CongestionControlFactory;
}

/** What the fastest path is taken to carry in a millisecond of its round trip: 20 Gbit/s. */
const FASTEST_PER_MS = 2_500_000;
/** What a buffer may always grow to. */
const ALWAYS_ALLOWED = 1024 * 1024;

/**
 * The most octets that may be on their way at once where the round trip is `rttMs`. Without a loss a
 * sender on a short path would go on beyond it, into queues, and everything would be cold when it is
 * copied.
 */
export const mostInFlight = (rttMs: number): number =>
  Math.max(ALWAYS_ALLOWED, rttMs * FASTEST_PER_MS);

/** Octets that a receive buffer begins with where it may grow. */
export const INITIAL_BUFFER = 128 * 1024;

/** The defaults that stand at each setting. */
export const defaultTcpSettings: TcpSettings = {
  receiveBuffer: 16 * 1024 * 1024,
  sendBuffer: 16 * 1024 * 1024,
  notSentLowWater: Number.POSITIVE_INFINITY,
  autotune: true,
  noDelay: false,
  delayedAckMs: 40,
  timeWaitMs: 60_000,
  initialRtoMs: 1000,
  minRtoMs: 200,
  maxRtoMs: 60_000,
  synRetries: 7,
  synAckRetries: 5,
  userTimeoutMs: 0,
  keepAlive: false,
  keepAliveIdleMs: 7_200_000,
  keepAliveIntervalMs: 75_000,
  keepAliveProbes: 9,
  keepAliveOctet: false,
  finWait2Ms: 60_000,
  mss: 0,
  windowScaling: true,
  timestamps: true,
  sack: true,
  synCookies: 'auto',
  minPathMtu: 552,
  pathMtuLifetimeMs: 600_000,
  ecn: 'accept',
  pacing: true,
  maxPacingRate: Number.POSITIVE_INFINITY,
  congestionControl: cubic,
};

/** The largest window that 16 bits and the largest shift can say (RFC 7323, 2.3). */
const LARGEST_WINDOW = 65535 * 2 ** 14;

/** 2 MSL that fits the record which TIME-WAIT leaves of a connection. */
export const LONGEST_TIME_WAIT_MS = 2 ** 27 - 1;

/**
 * Fills in what is not given from `base`.
 *
 * @throws TypeError for a setting that does not exist or is of another type; RangeError for a value
 *   that TCP cannot work with.
 */
export function resolveTcpSettings(
  given: Partial<TcpSettings>,
  base: TcpSettings = defaultTcpSettings,
): TcpSettings {
  checkTypes(given);
  const settings = { ...base, ...given };
  check(settings.receiveBuffer >= 256, 'receiveBuffer', 'at least 256 bytes');
  check(settings.receiveBuffer <= LARGEST_WINDOW, 'receiveBuffer', 'below 1 GiB');
  check(settings.sendBuffer >= 1, 'sendBuffer', 'at least 1 byte');
  check(settings.delayedAckMs >= 0 && settings.delayedAckMs < 500, 'delayedAckMs', '0 to 499');
  check(settings.notSentLowWater >= 1, 'notSentLowWater', 'at least 1 byte');
  check(settings.maxPacingRate > 0, 'maxPacingRate', 'positive, in bytes a second');
  const { timeWaitMs } = settings;
  check(timeWaitMs >= 0 && timeWaitMs <= LONGEST_TIME_WAIT_MS, 'timeWaitMs', '0 to 37 hours');
  const { synCookies } = settings;
  check(['auto', 'always', 'never'].includes(synCookies), 'synCookies', 'auto, always or never');
  check(settings.minRtoMs > 0, 'minRtoMs', 'positive');
  check(settings.initialRtoMs > 0, 'initialRtoMs', 'positive');
  check(settings.maxRtoMs >= settings.minRtoMs, 'maxRtoMs', 'at least minRtoMs');
  check(settings.userTimeoutMs >= 0, 'userTimeoutMs', 'not negative');
  check(settings.keepAliveIdleMs > 0, 'keepAliveIdleMs', 'positive');
  check(settings.keepAliveIntervalMs > 0, 'keepAliveIntervalMs', 'positive');
  check(settings.keepAliveProbes >= 1, 'keepAliveProbes', 'at least 1');
  check(settings.finWait2Ms >= 0, 'finWait2Ms', 'not negative');
  check(settings.mss === 0 || settings.mss >= 48, 'mss', '0 or at least 48 bytes');
  check(settings.mss <= 65495, 'mss', 'at most 65,495 bytes');
  check(['request', 'accept', 'never'].includes(settings.ecn), 'ecn', 'request, accept or never');
  return settings;
}

function checkTypes(given: Partial<TcpSettings>): void {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultTcpSettings, name)) {
      throw new TypeError(`${name} is no setting of TCP`);
    }
    const type = typeof defaultTcpSettings[name as keyof TcpSettings];
    if (typeof value !== type) throw new TypeError(`${name} has to be a ${type}`);
  }
}

function check(holds: boolean, name: string, rule: string): void {
  if (!holds) throw new RangeError(`${name} has to be ${rule}`);
}
