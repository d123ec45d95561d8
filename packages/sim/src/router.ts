/**
 * A node that forwards packets by address (RFC 1812, as far as a simulation needs it): TTL,
 * fragments where DF allows them, ICMP errors where it does not.
 *
 * A router with `icmp: false` says nothing: the black hole that path MTU discovery falls into.
 */

import { checksum, writeU16 } from '@netlayers/bytes';
import {
  createIpv4Header,
  emitIcmpHeader,
  emitIpv4Header,
  ICMP_HEADER_LENGTH,
  IcmpType,
  IPV4_HEADER_LENGTH,
  IpProtocol,
  type Ipv4Header,
  parseIpv4Header,
  TimeExceededCode,
  UnreachableCode,
} from '@netlayers/ipv4';
import type { Outlet } from './sim-device.js';

const TTL_AND_PROTOCOL = 8;
const HEADER_CHECKSUM = 10;
/** RFC 1812, 4.3.2.3: quote as much as fits, but no error is longer than this. */
const LONGEST_ERROR = 576;
const DEFAULT_TTL = 64;

/** Whether an address is not that of a group or of everybody, which routers keep to their link. */
const isOneHost = (address: number): boolean => address >>> 28 < 0xe;

/** What a router has dropped, and why. */
export interface RouterCounts {
  forwarded: number;
  fragmented: number;
  /** ICMP errors sent. */
  errors: number;
  readonly dropped: {
    /** Not a datagram, or its header was damaged. */
    malformed: number;
    expired: number;
    unreachable: number;
    /** Above the MTU, with DF set. */
    'too-big': number;
  };
}

/** Where a packet goes next. */
export interface NextHop extends Outlet {
  readonly mtu: number;
}

/** Forwards the packets of one router. */
export class Forwarder {
  readonly counts: RouterCounts = {
    forwarded: 0,
    fragmented: 0,
    errors: 0,
    dropped: { malformed: 0, expired: 0, unreachable: 0, 'too-big': 0 },
  };
  readonly #address: number;
  readonly #saysWhy: boolean;
  readonly #find: (address: number) => NextHop | null;
  readonly #header = createIpv4Header();
  readonly #scratch = new Uint8Array(0x10000);

  constructor(address: number, saysWhy: boolean, find: (address: number) => NextHop | null) {
    this.#address = address;
    this.#saysWhy = saysWhy;
    this.#find = find;
  }

  /** Forwards `buf[start..end)`, or drops it; the bytes may be changed. */
  forward(buf: Uint8Array, start: number, end: number): void {
    const header = this.#header;
    const { dropped } = this.counts;
    if (parseIpv4Header(buf, start, end, header) !== null) {
      dropped.malformed++;
      return;
    }
    const packetEnd = start + header.totalLength;
    if (header.ttl <= 1) {
      dropped.expired++;
      this.#explain(IcmpType.TIME_EXCEEDED, TimeExceededCode.TRANSIT, 0, buf, start, packetEnd);
      return;
    }
    const hop = isOneHost(header.destination) ? this.#find(header.destination) : null;
    if (hop === null) {
      dropped.unreachable++;
      const code = UnreachableCode.HOST;
      this.#explain(IcmpType.DESTINATION_UNREACHABLE, code, 0, buf, start, packetEnd);
      return;
    }
    if (header.totalLength > hop.mtu && header.dontFragment) {
      dropped['too-big']++;
      const code = UnreachableCode.FRAGMENTATION_NEEDED;
      this.#explain(IcmpType.DESTINATION_UNREACHABLE, code, hop.mtu, buf, start, packetEnd);
      return;
    }
    this.counts.forwarded++;
    if (header.totalLength > hop.mtu) this.#sendFragments(hop, buf, start, packetEnd);
    else this.#sendOn(hop, buf, start, packetEnd);
  }

  #sendOn(hop: NextHop, buf: Uint8Array, start: number, end: number): void {
    buf[start + TTL_AND_PROTOCOL]!--;
    writeU16(buf, start + HEADER_CHECKSUM, 0);
    const sum = checksum(buf, start, start + this.#header.headerLength);
    writeU16(buf, start + HEADER_CHECKSUM, sum);
    hop.send(buf, start, end);
  }

  /** RFC 791, 3.2; every option is copied, which is harmless and simple. */
  #sendFragments(hop: NextHop, buf: Uint8Array, start: number, end: number): void {
    const { headerLength, fragmentOffset, moreFragments, ttl } = this.#header;
    const out = this.#scratch;
    const room = (hop.mtu - headerLength) & ~7;
    const payload = start + headerLength;
    for (let at = payload; at < end; at += room) {
      const next = Math.min(at + room, end);
      out.set(buf.subarray(start, payload), 0);
      out.set(buf.subarray(at, next), headerLength);
      const fragment: Ipv4Header = {
        ...this.#header,
        ttl: ttl - 1,
        totalLength: headerLength + next - at,
        fragmentOffset: fragmentOffset + at - payload,
        moreFragments: moreFragments || next < end,
      };
      emitIpv4Header(out, 0, fragment);
      hop.send(out, 0, fragment.totalLength);
      this.counts.fragmented++;
    }
  }

  /**
   * Sends the error about a packet, unless errors about it are forbidden (RFC 1122, 3.2.2; RFC 1812,
   * 4.3.2.7).
   */
  #explain(
    type: number,
    code: number,
    rest: number,
    buf: Uint8Array,
    start: number,
    end: number,
  ): void {
    const about = this.#header;
    const isIcmp = about.protocol === IpProtocol.ICMP;
    const isQuery = isIcmp && buf[start + about.headerLength] === IcmpType.ECHO;
    if (!this.#saysWhy || about.fragmentOffset !== 0 || (isIcmp && !isQuery)) return;
    if (!isOneHost(about.destination)) return;
    const back = this.#find(about.source);
    if (back === null) return;
    const out = this.#scratch;
    const message = IPV4_HEADER_LENGTH;
    const quote = message + ICMP_HEADER_LENGTH;
    const quoted = Math.min(end - start, LONGEST_ERROR - quote, back.mtu - quote);
    out.set(buf.subarray(start, start + quoted), quote);
    const total = quote + quoted;
    emitIcmpHeader(out, message, total, type, code, rest);
    emitIpv4Header(out, 0, {
      ...createIpv4Header(),
      totalLength: total,
      ttl: DEFAULT_TTL,
      protocol: IpProtocol.ICMP,
      source: this.#address,
      destination: about.source,
    });
    this.counts.errors++;
    back.send(out, 0, total);
  }
}
