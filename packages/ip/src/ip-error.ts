/**
 * An error of the network about a datagram of ours, in the words of no version: the layer that
 * received it has translated the types and codes of ICMP (RFC 792) or ICMPv6 (RFC 4443). What is to
 * be ignored (source quench, RFC 6633) or is dealt with inside of IP is not handed up at all.
 */

import type { IpAddress } from './address.js';

/** What became of the datagram. */
export type IpErrorKind =
  | 'network-unreachable'
  | 'host-unreachable'
  /** Somebody on the way, or the host, does not let it pass. */
  | 'prohibited'
  /** The host does not speak the protocol. */
  | 'protocol-unreachable'
  /** Nobody listens there. */
  | 'port-unreachable'
  /** Unreachable for a reason that has no name here. */
  | 'unreachable'
  /** Larger than a link on the way carries, and not to be fragmented. */
  | 'packet-too-big'
  /** It has gone through too many hops, or fragments of it are missing. */
  | 'time-exceeded'
  /** A field of its IP header was not understood. */
  | 'parameter-problem';

/** One object per layer, overwritten by the next error, as its addresses are: keep copies. */
export interface IpError {
  readonly kind: IpErrorKind;
  /** Of `packet-too-big`: the MTU of the link, in bytes, 0 when the reporter does not say. Else 0. */
  readonly mtu: number;
  /** Who reports it. */
  readonly reporter: IpAddress;
  /** Source of the quoted datagram: an address of ours. */
  readonly source: IpAddress;
  /** Destination of the quoted datagram. */
  readonly destination: IpAddress;
}
