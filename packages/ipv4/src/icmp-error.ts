/**
 * An ICMP error as the protocol above sees it: who could not deliver which datagram, and why.
 * RFC 792 for types and codes, RFC 1191 for the MTU.
 */

/** One object per layer, overwritten by the next error: copy what is kept. */
export interface IcmpError {
  /** ICMP type: 3 destination unreachable, 11 time exceeded, 12 parameter problem. */
  type: number;
  code: number;
  /** Next-hop MTU of a "fragmentation needed" (type 3, code 4), in bytes; else 0. */
  mtu: number;
  /** Who reports it, uint32. */
  reporter: number;
  /** Source of the quoted datagram: our address, uint32. */
  source: number;
  /** Destination of the quoted datagram, uint32. */
  destination: number;
}
