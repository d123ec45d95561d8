/**
 * What HTTP/2 can be told, and what holds otherwise. Time-outs are those of the server.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';

/** Settings of HTTP/2. */
export interface Http2Options {
  /** Requests at once on one connection (RFC 9113, 5.1.2). @default 100 */
  readonly maxConcurrentStreams?: number;
  /**
   * The fields of a request, in octets as RFC 9113, 6.5.2 counts them. Over it the stream is reset
   * (`ENHANCE_YOUR_CALM`), and 431 for a client that has not acknowledged our settings. @default 65,536
   */
  readonly maxHeaderListSize?: number;
  /**
   * Octets of a request's content that may come before somebody reads it. All requests of a connection
   * together have 1 MiB, or this where it is more: when it is full of what nobody reads, none of them
   * gets any further. @default 131,072
   */
  readonly streamWindow?: number;
  /** Memory that one connection may hold in Node's own code, in MB. @default 10 */
  readonly maxSessionMemory?: number;
  /**
   * Whether it is also spoken without TLS, to clients that begin with it (RFC 9113, 3.3); others get
   * HTTP/1.1 on the same port. @default false
   */
  readonly h2c?: boolean;
}

const OPTIONS: OptionNames<Http2Options> = {
  maxConcurrentStreams: 'optional',
  maxHeaderListSize: 'optional',
  streamWindow: 'optional',
  maxSessionMemory: 'optional',
  h2c: 'optional',
};

/** The largest window there is (RFC 9113, 6.9.1). */
const LARGEST_WINDOW = 0x7fffffff;

const DEFAULTS: Required<Http2Options> = {
  maxConcurrentStreams: 100,
  maxHeaderListSize: 0x1_0000,
  streamWindow: 0x2_0000,
  maxSessionMemory: 10,
  h2c: false,
};

/**
 * Completes options.
 *
 * @throws RangeError for a bound that is none; TypeError for a name that is no option.
 */
export function h2SettingsOf(options: Http2Options): Required<Http2Options> {
  checkOptions('http2', options, OPTIONS);
  return checkBounds({ ...DEFAULTS, ...options });
}

/** @throws RangeError for a number that is no bound. */
export function checkBounds<T extends object>(settings: T): T {
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'boolean') continue;
    if (!(Number.isInteger(value) && value > 0 && value <= LARGEST_WINDOW)) {
      throw new RangeError(`${name} is a number from 1 to 2^31 - 1, not ${value}`);
    }
  }
  return settings;
}
