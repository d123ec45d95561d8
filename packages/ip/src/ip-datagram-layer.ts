/**
 * What a protocol of datagrams asks of IP beyond what TCP does: datagrams of any size, in fragments
 * where they must be, broadcast, and a word to whoever sends to a port without a listener.
 */

import type { IpAddress } from './address.js';
import type { IpLayer } from './ip-layer.js';
import type { SendFailure } from './send-failure.js';
import type { IpHeader } from './upper-protocol.js';

/** What the sender of a whole datagram decides. */
export interface IpDatagram {
  readonly destination: IpAddress;
  /** Protocol number of the payload. */
  readonly protocol: number;
  /** One of our addresses. @default the route's */
  readonly source?: IpAddress;
  /** Time to live, or hop limit: 1 to 255. @default the layer's */
  readonly ttl?: number;
  /** The whole octet: DSCP and ECN. @default 0 */
  readonly tos?: number;
  /** Refuse to fragment, here and on the way. @default false */
  readonly dontFragment?: boolean;
  /** The largest packet, or fragment, that the path is known to carry, in bytes. @default the route's */
  readonly mtu?: number;
}

/** The way out for a protocol of datagrams. */
export interface IpDatagramLayer extends IpLayer {
  /**
   * Whether packets to `destination` may leave from `source`: an address of ours, and one of the
   * loopback network only for what stays on this host.
   */
  isSourceFor(source: IpAddress, destination: IpAddress): boolean;
  /**
   * The address that a broadcast to `destination` leaves from; `null` = it is no broadcast address
   * of ours. IPv6 has none.
   */
  broadcastSource(destination: IpAddress): IpAddress | null;
  /**
   * Sends the payload `buf[start..end)` as a datagram of its own, in fragments if need be. The bytes
   * are copied; they must not lie in the transmit buffer. What `commit` does is faster.
   *
   * @returns null, or why it could not be sent; of a fragmented one a part may have left.
   * @throws RangeError for a source that is not ours, a TTL outside of 1 to 255.
   */
  send(datagram: IpDatagram, buf: Uint8Array, start: number, end: number): SendFailure | null;
  /**
   * Tells the source of a datagram that nobody listens on its port, as often as the rules of ICMP
   * allow: UDP's answer. To be called from inside `handleSegment`, with what it was given.
   */
  reportPortUnreachable(
    header: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): void;
}
