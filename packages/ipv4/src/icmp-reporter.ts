/**
 * Sending of ICMP errors: when one may be sent at all (RFC 1122, 3.2.2), how often (RFC 1812,
 * 4.3.2.8), and how much of the offending datagram it quotes (RFC 1812, 4.3.2.3).
 *
 * The rules exist so that no packet, however it is made, sets off a storm or a loop: nothing is
 * ever said about an error, a later fragment, or a datagram from or to more than one host.
 */

import { IpProtocol } from '@netlayers/ip';
import type { AddressPolicy } from './address-policy.js';
import type { Ipv4Counters } from './counters.js';
import type { DatagramSender } from './datagram-sender.js';
import { IPV4_HEADER_LENGTH, type Ipv4Header } from './header.js';
import { emitIcmpHeader, ICMP_HEADER_LENGTH, isIcmpQuery } from './icmp-message.js';
import { TokenBucket } from './token-bucket.js';

/** What every host can take (RFC 791, 3.1): the limit of a whole error message. */
const MAX_ERROR_LENGTH = 576;
const MAX_QUOTE_LENGTH = MAX_ERROR_LENGTH - IPV4_HEADER_LENGTH - ICMP_HEADER_LENGTH;

/** How many ICMP errors may be sent. */
export interface IcmpRateLimit {
  /** Errors per second on average. @default 1000 */
  readonly perSecond?: number;
  /** Errors at once, at most; how many exactly is drawn above three quarters of it. @default 50 */
  readonly burst?: number;
}

/** Sends the ICMP errors of one stack. */
export class IcmpReporter {
  readonly #sender: DatagramSender;
  readonly #policy: AddressPolicy;
  readonly #counters: Ipv4Counters;
  readonly #bucket: TokenBucket;
  readonly #forwards: boolean;
  readonly #message = new Uint8Array(ICMP_HEADER_LENGTH + MAX_QUOTE_LENGTH);

  /**
   * @param forwards datagrams to others may be reported, too.
   * @throws RangeError for a negative rate or burst.
   */
  constructor(
    sender: DatagramSender,
    policy: AddressPolicy,
    counters: Ipv4Counters,
    limit: IcmpRateLimit,
    randomU32: () => number,
    forwards: boolean,
  ) {
    const perSecond = limit.perSecond ?? 1000;
    const burst = limit.burst ?? 50;
    if (!(perSecond >= 0) || !(burst >= 0)) throw new RangeError('a negative ICMP rate limit');
    this.#sender = sender;
    this.#policy = policy;
    this.#counters = counters;
    this.#forwards = forwards;
    this.#bucket = new TokenBucket(perSecond, burst, randomU32);
  }

  /**
   * Reports to the source of the datagram `buf[start..end)`, header included and padding excluded,
   * what happened to it; does nothing where that is forbidden or too often.
   *
   * @param rest second four bytes of the message: a pointer in the first, an MTU in the last two.
   */
  report(
    type: number,
    code: number,
    rest: number,
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): void {
    if (this.#isForbidden(header, buf, start, end)) {
      this.#counters.icmpErrorsSuppressed++;
      return;
    }
    if (!this.#bucket.take(now)) {
      this.#counters.icmpErrorsRateLimited++;
      return;
    }
    const message = this.#message;
    const quoted = Math.min(end - start, MAX_QUOTE_LENGTH);
    const length = ICMP_HEADER_LENGTH + quoted;
    message.set(buf.subarray(start, start + quoted), ICMP_HEADER_LENGTH);
    emitIcmpHeader(message, 0, length, type, code, rest);
    // From the address that was meant, if it is ours; TOS stays 0 (RFC 1122, 3.2.2).
    const { source: destination, destination: meant } = header;
    const protocol = IpProtocol.ICMP;
    const datagram = this.#policy.isOurs(meant)
      ? { source: meant, destination, protocol }
      : { destination, protocol };
    const failure = this.#sender.send(datagram, message, 0, length);
    if (failure === null) this.#counters.icmpErrorsSent++;
  }

  #isForbidden(header: Ipv4Header, buf: Uint8Array, start: number, end: number): boolean {
    if (header.fragmentOffset !== 0) return true;
    // What is local has come from ourselves: from the device it is refused.
    const { source, destination } = header;
    if (!this.#policy.isForeignHost(source) && !this.#policy.isLocal(source)) return true;
    if (!this.#policy.isOurs(destination)) {
      if (!this.#forwards || !this.#policy.isForeignHost(destination)) return true;
    }
    if (header.protocol !== IpProtocol.ICMP) return false;
    const icmp = start + header.headerLength;
    return icmp >= end || !isIcmpQuery(buf[icmp]!);
  }
}
