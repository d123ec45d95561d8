/**
 * What a protocol above IP is for the layer below it: registered under its protocol number, it is
 * handed whole datagrams and the errors about what it has sent.
 */

import type { ChecksumState } from '@netlayers/link';
import type { IpAddress } from './address.js';
import type { IpError } from './ip-error.js';

/** Numbers of the protocols that this project speaks (IANA "Assigned Internet Protocol Numbers"). */
export const IpProtocol = { ICMP: 1, TCP: 6, UDP: 17 } as const;

export type IpProtocol = (typeof IpProtocol)[keyof typeof IpProtocol];

/** What a protocol sees of the header of a received datagram. */
export interface IpHeader {
  readonly source: IpAddress;
  /** An address of ours, or a broadcast address for a protocol that takes broadcasts. */
  readonly destination: IpAddress;
  /** Type of service, or traffic class: DSCP in the high six bits, ECN in the low two. */
  readonly tos: number;
  /** Time to live, or hop limit, with which it has arrived. */
  readonly ttl: number;
}

/** A protocol above IP. */
export interface UpperProtocol {
  /** Whether it is handed what was sent to everybody on the subnet. @default false */
  readonly takesBroadcast?: boolean;
  /**
   * Takes the payload `buf[start..end)` of one datagram, whole and addressed to us. Its IP header
   * lies in front of it in `buf`, options included (RFC 1122, 3.2.1.8).
   *
   * @param header belongs to the layer, and so do its addresses: both are overwritten by the next
   *   packet.
   * @param segmentSize payload bytes of each merged TCP segment; 0 = an ordinary packet.
   * @param now monotonic milliseconds.
   */
  handleSegment(
    header: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
    now: number,
  ): void;
  /**
   * Takes an error about a datagram that this protocol has sent. `buf[start..end)` are the bytes of
   * its payload that the error quotes, at least 8.
   *
   * @param error belongs to the layer, as a header does.
   */
  handleIpError(error: IpError, buf: Uint8Array, start: number, end: number, now: number): void;
}
