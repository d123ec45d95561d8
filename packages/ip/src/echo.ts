/**
 * Echo requests and what comes back on them (RFC 792; RFC 4443, 4): the same in both versions.
 */

import type { IpAddress } from './address.js';
import type { IpError } from './ip-error.js';
import type { IpHeader } from './upper-protocol.js';

/** What an echo request says besides its destination. */
export interface EchoRequest {
  /** Tells the requests of one sender from those of another, 0 to 65,535. */
  readonly identifier: number;
  /** 0 to 65,535. */
  readonly sequence: number;
  /** Data to be echoed, at most 65,507 bytes. @default none */
  readonly payload?: Uint8Array;
  /** 1 to 255. @default the layer's */
  readonly ttl?: number;
  /** One of our addresses. @default the route's */
  readonly source?: IpAddress;
  /** Refuse to fragment, here and on the way. @default false */
  readonly dontFragment?: boolean;
}

/** Takes what comes back on echo requests. */
export interface EchoHandler {
  /**
   * Takes a reply; `buf[start..end)` is the data that was echoed.
   *
   * @param header of the reply: who answered, and with which TTL it arrived.
   */
  handleEchoReply(
    header: IpHeader,
    identifier: number,
    sequence: number,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): void;
  /** Takes an error about a request. The error object is overwritten by the next one. */
  handleEchoError(error: IpError, identifier: number, sequence: number, now: number): void;
}
