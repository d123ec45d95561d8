/**
 * What a socket learns of a datagram besides its data (RFC 1122, 4.1.3.5 and 4.1.4): who has sent
 * it, and to which of our addresses.
 */

import { type IpAddress, keepAddress } from '@netlayers/ip';

/** One object per layer, overwritten by the next datagram, as its addresses are: keep copies. */
export interface UdpArrival {
  source: IpAddress;
  /** 0 = the sender wants no answer. */
  sourcePort: number;
  /** The address it was sent to: ours, or a broadcast address. */
  destination: IpAddress;
  /** Whether it was sent to everybody on the subnet. */
  isBroadcast: boolean;
  /** Type of service, or traffic class. */
  tos: number;
  /** Time to live, or hop limit, with which it has arrived. */
  ttl: number;
}

/** Makes an empty one to fill in. */
export const createUdpArrival = (): UdpArrival => ({
  source: 0,
  sourcePort: 0,
  destination: 0,
  isBroadcast: false,
  tos: 0,
  ttl: 0,
});

/** One that stays as it is. */
export const keepArrival = (arrival: UdpArrival): UdpArrival => ({
  ...arrival,
  source: keepAddress(arrival.source),
  destination: keepAddress(arrival.destination),
});
