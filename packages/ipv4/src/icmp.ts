/**
 * ICMP of a host (RFC 792; RFC 1122, 3.2.2): answers echo requests, asks them for `ping`, and takes
 * errors about what we have sent to the protocol that sent it.
 *
 * An error is believed only as far as it proves that its author has seen our datagram: it must
 * quote one of ours, first fragment, with at least eight bytes behind the header. What those bytes
 * say (ports, sequence numbers) is the upper protocol's to check (RFC 5927).
 */

import { checksum, readU16 } from '@netlayers/bytes';
import {
  ChecksumState,
  type EchoHandler,
  type EchoRequest,
  type IpError,
  type IpErrorKind,
  IpProtocol,
  type SendFailure,
  type UpperProtocol,
} from '@netlayers/ip';
import type { AddressPolicy } from './address-policy.js';
import type { Ipv4Counters } from './counters.js';
import type { DatagramSender, OutgoingDatagram } from './datagram-sender.js';
import type { DropReason } from './drop-reason.js';
import {
  createIpv4Header,
  IPV4_HEADER_LENGTH,
  IPV4_SMALLEST_MTU,
  type Ipv4Header,
  readIpv4Header,
} from './header.js';
import { echoReplyOptions } from './header-options.js';
import { icmpErrorKind } from './icmp-error-kind.js';
import { emitIcmpHeader, ICMP_HEADER_LENGTH, IcmpType, isIcmpError } from './icmp-message.js';

/** Bytes behind the quoted header that every error carries (RFC 792). */
const MIN_QUOTED_PAYLOAD = 8;

/** What an echo request says besides its destination, in IPv4. */
export interface Ipv4EchoRequest extends EchoRequest {
  /** One of our addresses, uint32. @default the route's */
  readonly source?: number;
  /** Options of the IP header, e.g. record route; whole words. @default none */
  readonly options?: Uint8Array;
}

/** `IpError` with fields that can be set: one object serves every error. */
interface ReusedError extends IpError {
  kind: IpErrorKind;
  mtu: number;
  reporter: number;
  source: number;
  destination: number;
}

/** The ICMP of one stack. */
export class Icmp {
  /** Who is told about echo replies; null = they are dropped as unmatched. */
  echoHandler: EchoHandler | null = null;
  readonly #sender: DatagramSender;
  readonly #policy: AddressPolicy;
  readonly #counters: Ipv4Counters;
  /** By protocol number; the layer's own table. */
  readonly #protocols: readonly (UpperProtocol | null)[];
  /** Messages are built here, since a large one leaves in fragments. Grows to the largest. */
  #message: Uint8Array = new Uint8Array(0);
  readonly #quoted = createIpv4Header();
  readonly #error: ReusedError = {
    kind: 'unreachable',
    mtu: 0,
    reporter: 0,
    source: 0,
    destination: 0,
  };

  constructor(
    sender: DatagramSender,
    policy: AddressPolicy,
    counters: Ipv4Counters,
    protocols: readonly (UpperProtocol | null)[],
  ) {
    this.#sender = sender;
    this.#policy = policy;
    this.#counters = counters;
    this.#protocols = protocols;
  }

  /**
   * Takes the message `buf[start..end)` of a datagram that is whole and for us. The options of its
   * IP header precede it in `buf`.
   *
   * @returns null, or why it was dropped.
   */
  handleMessage(
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    checksumState: ChecksumState,
    now: number,
  ): DropReason | null {
    if (end - start < ICMP_HEADER_LENGTH) return 'icmp-truncated';
    if (checksumState === ChecksumState.COMPLETE && checksum(buf, start, end) !== 0) {
      return 'icmp-bad-checksum';
    }
    const type = buf[start]!;
    if (type === IcmpType.ECHO) return this.#answer(header, buf, start, end, now);
    if (type === IcmpType.ECHO_REPLY) return this.#handleReply(header, buf, start, end, now);
    if (isIcmpError(type)) return this.#handleError(header, buf, start, end, now);
    return 'icmp-unknown-type';
  }

  /** Sends an echo request: see `Ipv4.ping`. */
  ping(destination: number, request: Ipv4EchoRequest): SendFailure | null {
    const { identifier, sequence, payload, ...rest } = request;
    const rest4 = (((identifier & 0xffff) << 16) | (sequence & 0xffff)) >>> 0;
    const datagram: OutgoingDatagram = { ...rest, destination, protocol: IpProtocol.ICMP };
    const data = payload ?? new Uint8Array(0);
    const failure = this.#send(datagram, IcmpType.ECHO, rest4, data, 0, data.length);
    if (failure === null) this.#counters.echoRequestsSent++;
    return failure;
  }

  /** RFC 1122, 3.2.2.6: from the address that was asked, with all of the data. */
  #answer(
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): DropReason | null {
    this.#counters.echoRequestsReceived++;
    const datagram: OutgoingDatagram = {
      source: header.destination,
      destination: header.source,
      protocol: IpProtocol.ICMP,
      // The DSCP of the request (RFC 1349, 5.1), not its ECN bits: nobody here reacts to marks.
      tos: header.tos & 0xfc,
      ...(header.headerLength > IPV4_HEADER_LENGTH && {
        options: echoReplyOptions(
          buf,
          start - header.headerLength + IPV4_HEADER_LENGTH,
          start,
          header.destination,
          now,
        ),
      }),
    };
    const rest = ((readU16(buf, start + 4) << 16) | readU16(buf, start + 6)) >>> 0;
    const data = start + ICMP_HEADER_LENGTH;
    const failure = this.#send(datagram, IcmpType.ECHO_REPLY, rest, buf, data, end);
    if (failure === null) this.#counters.echoRepliesSent++;
    return null;
  }

  #send(
    datagram: OutgoingDatagram,
    type: number,
    rest: number,
    buf: Uint8Array,
    start: number,
    end: number,
  ): SendFailure | null {
    const length = ICMP_HEADER_LENGTH + end - start;
    if (this.#message.length < length) this.#message = new Uint8Array(Math.max(length, 2048));
    this.#message.set(buf.subarray(start, end), ICMP_HEADER_LENGTH);
    emitIcmpHeader(this.#message, 0, length, type, 0, rest);
    return this.#sender.send(datagram, this.#message, 0, length);
  }

  #handleReply(
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): DropReason | null {
    this.#counters.echoRepliesReceived++;
    if (this.echoHandler === null) return 'icmp-unmatched';
    const identifier = readU16(buf, start + 4);
    const sequence = readU16(buf, start + 6);
    const data = start + ICMP_HEADER_LENGTH;
    this.echoHandler.handleEchoReply(header, identifier, sequence, buf, data, end, now);
    return null;
  }

  #handleError(
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): DropReason | null {
    this.#counters.icmpErrorsReceived++;
    const quote = start + ICMP_HEADER_LENGTH;
    const quoteEnd = this.#quoteEnd(header.source, buf, start, end);
    if (quoteEnd < 0) return 'icmp-bad-quote';
    const quoted = this.#quoted;
    const error = this.#error;
    error.kind = icmpErrorKind(buf[start]!, buf[start + 1]!);
    error.mtu = 0;
    if (error.kind === 'packet-too-big') {
      const mtu = readU16(buf, start + 6);
      // 0 comes from routers older than RFC 1191. No estimate goes below the smallest MTU (3).
      error.mtu = mtu === 0 ? 0 : Math.max(mtu, IPV4_SMALLEST_MTU);
    }
    error.reporter = header.source;
    error.source = quoted.source;
    error.destination = quoted.destination;
    const payload = quote + quoted.headerLength;
    if (quoted.protocol === IpProtocol.ICMP) {
      if (buf[payload] !== IcmpType.ECHO || this.echoHandler === null) return 'icmp-unmatched';
      const identifier = readU16(buf, payload + 4);
      const sequence = readU16(buf, payload + 6);
      this.echoHandler.handleEchoError(error, identifier, sequence, now);
      return null;
    }
    const protocol = this.#protocols[quoted.protocol] ?? null;
    if (protocol === null) return 'icmp-unmatched';
    protocol.handleIpError(error, buf, payload, quoteEnd, now);
    return null;
  }

  /**
   * Reads the quoted header into `#quoted` and finds the end of the quotation; -1 = it is none of
   * a datagram that we may have sent.
   *
   * Its checksum and TTL are not looked at: routers on the way have changed both.
   */
  #quoteEnd(reporter: number, buf: Uint8Array, start: number, end: number): number {
    const quote = start + ICMP_HEADER_LENGTH;
    const quoted = this.#quoted;
    // RFC 4884: words of quotation when something else follows it; 0 in messages without that.
    const words = buf[start + 5]!;
    const limit = words === 0 ? end : Math.min(end, quote + words * 4);
    if (limit - quote < IPV4_HEADER_LENGTH || buf[quote]! >>> 4 !== 4) return -1;
    readIpv4Header(buf, quote, quoted);
    if (quoted.headerLength < IPV4_HEADER_LENGTH || quoted.fragmentOffset !== 0) return -1;
    if (!this.#policy.isSourceFor(quoted.source, quoted.destination)) return -1;
    // Nobody else has seen what we send to ourselves.
    if (this.#policy.isLocal(quoted.destination) && !this.#policy.isLocal(reporter)) return -1;
    const quoteEnd = Math.min(limit, quote + quoted.totalLength);
    return quoteEnd - quote - quoted.headerLength < MIN_QUOTED_PAYLOAD ? -1 : quoteEnd;
  }
}
