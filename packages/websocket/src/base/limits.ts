/**
 * Bounds on what a peer can make us keep and do. `Infinity` switches one off.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';

/** Bounds of one connection. */
export interface Limits {
  /** Octets of a message, decompressed; over it the connection is closed with 1009. @default 16 MiB */
  readonly messageBytes: number;
  /** Octets of one frame's payload, as sent; over it 1009. @default `messageBytes` and a little */
  readonly frameBytes: number;
  /** Frames of one message; over it 1008. @default 131072 */
  readonly fragments: number;
  /**
   * Pings of one delivery of the stream that are answered each. Of further ones, and of those that
   * come while the peer does not read, the latest is (RFC 6455, 5.5.3). @default 32
   */
  readonly pongs: number;
}

/** The bounds where nothing else is said. */
export const DEFAULT_LIMITS: Limits = {
  messageBytes: 16 * 1024 * 1024,
  frameBytes: Number.POSITIVE_INFINITY,
  fragments: 131_072,
  pongs: 32,
};

const NAMES: OptionNames<Partial<Limits>> = {
  messageBytes: 'optional',
  frameBytes: 'optional',
  fragments: 'optional',
  pongs: 'optional',
};

/**
 * Completes bounds.
 *
 * @throws RangeError for one that is negative or no number; TypeError for a name that is none.
 */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  checkOptions('limits of a WebSocket', given, NAMES);
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new RangeError(`${name} is a number that is not negative`);
    }
  }
  return limits;
}
