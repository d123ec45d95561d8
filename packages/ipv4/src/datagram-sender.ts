/**
 * Sending of datagrams that are not TCP's: any size, any options, fragmented where they must be
 * (RFC 791, 2.3 and 3.2). TCP's way out is `Ipv4.commit`, which copies and cuts nothing.
 *
 * Fragments leave in order, all but the last with a multiple of 8 bytes and as large as the MTU
 * lets them. Only the first carries every option.
 */

import type { IpDatagram, SendFailure } from '@netlayers/ip';
import { ChecksumState } from '@netlayers/link';
import { type AddressPolicy, isLoopback } from './address-policy.js';
import type { Ipv4Counters } from './counters.js';
import type { Egress } from './egress.js';
import {
  createIpv4Header,
  emitIpv4Header,
  IPV4_HEADER_LENGTH,
  IPV4_MAX_LENGTH,
  IPV4_SMALLEST_MTU,
  type Ipv4Header,
} from './header.js';
import { copiedOptions, findBadOption, MAX_OPTIONS_LENGTH } from './header-options.js';
import type { IdentificationSource } from './identification.js';
import type { Hop, RouteTable } from './routes.js';

/** What the sender of a datagram decides, in IPv4. */
export interface OutgoingDatagram extends IpDatagram {
  /** uint32. */
  readonly destination: number;
  /** One of our addresses, uint32. @default the route's */
  readonly source?: number;
  /** Options of the header, at most 40 bytes, whole words. @default none */
  readonly options?: Uint8Array;
}

const NO_OPTIONS = new Uint8Array(0);
/** To 127/8, from the address that everybody knows. */
const LOOPBACK_HOP: Hop = { source: 0x7f000001, mtu: IPV4_MAX_LENGTH };

/** Sends the whole datagrams of one stack. */
export class DatagramSender {
  readonly #egress: Egress;
  readonly #routes: RouteTable;
  readonly #policy: AddressPolicy;
  readonly #identifications: IdentificationSource;
  readonly #counters: Ipv4Counters;
  readonly #ttl: number;
  readonly #header = createIpv4Header();
  /** The ways to our own addresses, as they are asked for. */
  readonly #ownHops = new Map<number, Hop>();

  constructor(
    egress: Egress,
    routes: RouteTable,
    policy: AddressPolicy,
    identifications: IdentificationSource,
    counters: Ipv4Counters,
    ttl: number,
  ) {
    this.#egress = egress;
    this.#routes = routes;
    this.#policy = policy;
    this.#identifications = identifications;
    this.#counters = counters;
    this.#ttl = ttl;
  }

  /** The way to a destination; null = there is none, or nothing is ever sent there. */
  hopTo(destination: number): Hop | null {
    if (this.#policy.isForeignHost(destination)) return this.#routes.find(destination);
    if (isLoopback(destination)) return LOOPBACK_HOP;
    return this.#policy.owns(destination) ? this.#ownHop(destination) : null;
  }

  /** To ourselves, from the address that is meant. */
  #ownHop(address: number): Hop {
    let hop = this.#ownHops.get(address);
    if (hop === undefined) {
      hop = { source: address, mtu: IPV4_MAX_LENGTH };
      this.#ownHops.set(address, hop);
    }
    return hop;
  }

  /**
   * Sends the payload `buf[start..end)`, which is copied. It must not lie in the transmit buffer.
   *
   * @returns null, or why it could not be sent; that is counted.
   * @throws RangeError for a source that is not ours, a TTL outside of 1 to 255, bad options.
   */
  send(
    datagram: OutgoingDatagram,
    buf: Uint8Array,
    start: number,
    end: number,
  ): SendFailure | null {
    const options = datagram.options ?? NO_OPTIONS;
    const ttl = datagram.ttl ?? this.#ttl;
    this.#refuseMisuse(datagram, ttl, options);
    const { source, destination } = datagram;
    const isPossible = source === undefined || this.#policy.isSourceFor(source, destination);
    const hop = isPossible ? this.hopTo(destination) : null;
    const failure =
      hop === null ? 'no-route' : this.#emit(datagram, hop, options, ttl, buf, start, end);
    if (failure !== null) this.#counters.sendFailures[failure]++;
    return failure;
  }

  #refuseMisuse(datagram: OutgoingDatagram, ttl: number, options: Uint8Array): void {
    if (datagram.source !== undefined && !this.#policy.isOurs(datagram.source)) {
      throw new RangeError(`0x${datagram.source.toString(16)} is not an address of this stack`);
    }
    // RFC 1122, 3.2.1.7: never a TTL of zero.
    if (!Number.isInteger(ttl) || ttl < 1 || ttl > 255) {
      throw new RangeError(`a TTL of ${ttl} is not one of 1 to 255`);
    }
    if (
      options.length % 4 !== 0 ||
      options.length > MAX_OPTIONS_LENGTH ||
      findBadOption(options, 0, options.length) >= 0
    ) {
      throw new RangeError('the options of the header are malformed');
    }
  }

  #emit(
    datagram: OutgoingDatagram,
    hop: Hop,
    options: Uint8Array,
    ttl: number,
    buf: Uint8Array,
    start: number,
    end: number,
  ): SendFailure | null {
    const header = this.#header;
    const length = IPV4_HEADER_LENGTH + options.length + end - start;
    const mtu = Math.max(Math.min(datagram.mtu ?? hop.mtu, hop.mtu), IPV4_SMALLEST_MTU);
    if (length > IPV4_MAX_LENGTH) return 'too-long';
    if (length > mtu && datagram.dontFragment === true) return 'fragmentation-needed';
    header.source = datagram.source ?? hop.source;
    header.destination = datagram.destination;
    header.protocol = datagram.protocol;
    header.tos = datagram.tos ?? 0;
    header.ttl = ttl;
    header.dontFragment = datagram.dontFragment === true;
    // RFC 6864, 4.1: an atomic datagram needs no identification, and says nothing by it.
    header.identification = header.dontFragment ? 0 : this.#identifications.next();
    if (length > mtu) return this.#emitFragments(mtu, options, buf, start, end, 0, false);
    return this.#emitPacket(options, buf, start, end, 0, false);
  }

  /**
   * Sends the packet `packet`, which somebody else has sent and its header describes, in fragments of
   * at most `mtu` bytes, its TTL one lower (RFC 1812, 5.2.6). It may be a fragment itself.
   */
  relayInFragments(described: Ipv4Header, mtu: number, packet: Uint8Array): SendFailure | null {
    const { headerLength, fragmentOffset, moreFragments } = described;
    Object.assign(this.#header, described);
    this.#header.ttl--;
    const options = packet.subarray(IPV4_HEADER_LENGTH, headerLength);
    const end = packet.length;
    return this.#emitFragments(
      mtu,
      options,
      packet,
      headerLength,
      end,
      fragmentOffset,
      moreFragments,
    );
  }

  /** @param offset of the first in its datagram; @param followed whether the last has more behind it. */
  #emitFragments(
    mtu: number,
    options: Uint8Array,
    buf: Uint8Array,
    start: number,
    end: number,
    offset: number,
    followed: boolean,
  ): SendFailure | null {
    let carried = options;
    let at = start;
    this.#counters.fragmented++;
    while (at < end) {
      const room = mtu - IPV4_HEADER_LENGTH - carried.length;
      const more = end - at > room;
      const next = more ? at + (room & ~7) : end;
      const failure = this.#emitPacket(
        carried,
        buf,
        at,
        next,
        offset + at - start,
        more || followed,
      );
      if (failure !== null) return failure;
      this.#counters.fragmentsSent++;
      if (at === start) carried = copiedOptions(options);
      at = next;
    }
    return null;
  }

  /** Emits one packet: a fragment, or the whole when offset and flag are zero. */
  #emitPacket(
    options: Uint8Array,
    buf: Uint8Array,
    start: number,
    end: number,
    fragmentOffset: number,
    moreFragments: boolean,
  ): SendFailure | null {
    const header = this.#header;
    header.headerLength = IPV4_HEADER_LENGTH + options.length;
    header.totalLength = header.headerLength + end - start;
    header.fragmentOffset = fragmentOffset;
    header.moreFragments = moreFragments;
    const device = this.#egress.towards(header.destination);
    const at = device.reserve(header.totalLength);
    if (at < 0) return 'queue-full';
    const out = device.transmitBuffer;
    out.set(options, at + IPV4_HEADER_LENGTH);
    out.set(buf.subarray(start, end), emitIpv4Header(out, at, header));
    device.commit(at, at + header.totalLength, ChecksumState.COMPLETE, 0);
    this.#counters.sent++;
    return null;
  }
}
