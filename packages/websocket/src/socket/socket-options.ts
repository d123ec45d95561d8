/**
 * What a socket can be told, and what holds otherwise. Every wait on a peer is bounded by one of these;
 * `Infinity` switches a bound off.
 */

import {
  type AbortLike,
  type Clock,
  HostClock,
  hostRandom,
  type OptionNames,
} from '@netlayers/host';
import { type Limits, limitsOf } from '../base/limits.js';

/** Settings of a {@link WebSocketStream}. */
export interface SocketOptions {
  /** Time and timers. @default the host's */
  readonly clock?: Clock;
  /** Uint32s that nobody can guess, for the keys of a client. @default the host's */
  readonly random?: () => number;
  /** Bounds on what the peer sends. */
  readonly limits?: Partial<Limits>;
  /** Octets of messages that nobody has read yet, above which the peer is held back. @default 65536 */
  readonly queueBytes?: number;
  /** Silence of the peer after which it is sent a ping, milliseconds. @default 30_000 */
  readonly keepAliveMs?: number;
  /**
   * From that ping to any sign of life, milliseconds; then the connection is reset. Octets that come,
   * and octets of ours that are acknowledged, are signs. @default 30_000
   */
  readonly pongTimeoutMs?: number;
  /**
   * For a peer that does not take what was sent, milliseconds; then the connection is reset.
   * Acknowledged octets start it anew. @default 60_000
   */
  readonly sendTimeoutMs?: number;
  /**
   * For the rest of a closing handshake, milliseconds; then the connection is reset. Acknowledged
   * octets start it anew. @default 10_000
   */
  readonly closeTimeoutMs?: number;
  /** Resets the connection when it is aborted. */
  readonly signal?: AbortLike;
}

/** The names of them, for whoever has others beside them. */
export const SOCKET_OPTIONS: OptionNames<SocketOptions> = {
  clock: 'optional',
  random: 'optional',
  limits: 'optional',
  queueBytes: 'optional',
  keepAliveMs: 'optional',
  pongTimeoutMs: 'optional',
  sendTimeoutMs: 'optional',
  closeTimeoutMs: 'optional',
  signal: 'optional',
};

/** The options with every default filled in. */
export interface SocketSettings {
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: Limits;
  readonly queueBytes: number;
  readonly keepAliveMs: number;
  readonly pongTimeoutMs: number;
  readonly sendTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly signal: AbortLike | null;
}

/** The host's generator, made when it is first asked: servers never do. */
function hostRandomWhenAsked(): () => number {
  let random: (() => number) | null = null;
  return () => {
    random ??= hostRandom();
    return random();
  };
}

/** Refuses what is no number of milliseconds or octets. */
export function bound(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new RangeError(`${name} is a number that is not negative`);
}

/**
 * Completes options.
 *
 * @throws RangeError for a bound that is negative or no number.
 */
export function socketSettingsOf(options: SocketOptions): SocketSettings {
  return {
    clock: options.clock ?? new HostClock(),
    random: options.random ?? hostRandomWhenAsked(),
    limits: limitsOf(options.limits),
    queueBytes: bound('queueBytes', options.queueBytes ?? 65_536),
    keepAliveMs: bound('keepAliveMs', options.keepAliveMs ?? 30_000),
    pongTimeoutMs: bound('pongTimeoutMs', options.pongTimeoutMs ?? 30_000),
    sendTimeoutMs: bound('sendTimeoutMs', options.sendTimeoutMs ?? 60_000),
    closeTimeoutMs: bound('closeTimeoutMs', options.closeTimeoutMs ?? 10_000),
    signal: options.signal ?? null,
  };
}
