/**
 * What HTTP/2 at a client can be told, and what holds otherwise. Time-outs are those of the client.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { checkBounds } from './h2-options.js';

/** Settings of HTTP/2 at a client. */
export interface Http2ClientOptions {
  /** Requests at once on one connection, if the server allows as many (RFC 9113, 5.1.2). @default 100 */
  readonly maxConcurrentStreams?: number;
  /**
   * Octets of a response's content that may come before somebody reads it; Node holds them for each of
   * `maxConcurrentStreams`. A server sends no more than this in a round trip: for large content from far
   * away it may be more. @default 1,048,576
   */
  readonly streamWindow?: number;
  /** Memory that one connection may hold in Node's own code, in MB. @default 10 */
  readonly maxSessionMemory?: number;
  /** Whether servers without TLS are spoken to in HTTP/2 at once, unasked (RFC 9113, 3.3). @default false */
  readonly priorKnowledge?: boolean;
}

const OPTIONS: OptionNames<Http2ClientOptions> = {
  maxConcurrentStreams: 'optional',
  streamWindow: 'optional',
  maxSessionMemory: 'optional',
  priorKnowledge: 'optional',
};

const DEFAULTS: Required<Http2ClientOptions> = {
  maxConcurrentStreams: 100,
  streamWindow: 0x10_0000,
  maxSessionMemory: 10,
  priorKnowledge: false,
};

/**
 * Completes options.
 *
 * @throws RangeError for a bound that is none; TypeError for a name that is no option.
 */
export function h2ClientSettingsOf(options: Http2ClientOptions): Required<Http2ClientOptions> {
  checkOptions('http2Client', options, OPTIONS);
  return checkBounds({ ...DEFAULTS, ...options });
}
