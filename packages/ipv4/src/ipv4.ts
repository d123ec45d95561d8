/**
 * The IPv4 layer of a host (RFC 791; RFC 1122, 3): one device below or several, which routes choose
 * from, protocols above, ICMP inside, and a loopback for what is sent to ourselves.
 *
 * Sans-I/O: packets and the time come in as arguments, what is to be sent is committed to the
 * device, and flushing is the stack's business. This file puts the parts together; the way in is
 * `datagram-receiver.ts`, the way out `datagram-sender.ts`, and `commit` for TCP.
 *
 * Deliberately absent: multicast, source routing.
 *
 * The invariant of both fast paths, `handlePacket` and `commit`: nothing is allocated or copied.
 */

import { parseIpv4, pseudoHeaderSum } from '@netlayers/bytes';
import {
  type ChecksumState,
  type EchoHandler,
  type IpHost,
  IpProtocol,
  type SendFailure,
  type UpperProtocol,
} from '@netlayers/ip';
import type { LinkDevice, PacketReceiver } from '@netlayers/link';
import { AddressPolicy } from './address-policy.js';
import { Ipv4Counters } from './counters.js';
import { DatagramReceiver, type DropObserver } from './datagram-receiver.js';
import { DatagramSender, type OutgoingDatagram } from './datagram-sender.js';
import { Egress } from './egress.js';
import { type ArrivalSource, Forwarder } from './forwarder.js';
import {
  createIpv4Header,
  emitIpv4Header,
  IPV4_HEADER_LENGTH,
  IPV4_SAFE_MTU,
  IPV4_SMALLEST_MTU,
  type Ipv4Header,
} from './header.js';
import { Icmp, type Ipv4EchoRequest } from './icmp.js';
import { IcmpType, UnreachableCode } from './icmp-message.js';
import { type IcmpRateLimit, IcmpReporter } from './icmp-reporter.js';
import { IdentificationSource } from './identification.js';
import { Reassembler, type ReassemblyLimits } from './reassembler.js';
import { type Route, RouteTable } from './routes.js';

/** What an IPv4 layer is made of. */
export interface Ipv4Options {
  /** Carries the packets that no route leads elsewhere. Its `mtu` is read once. */
  readonly device: LinkDevice;
  /** Our address, uint32. */
  readonly address: number;
  /** Of the subnet, which has a broadcast address if this is 1 to 30. @default 32 */
  readonly prefixLength?: number;
  /** Further addresses of ours, uint32. @default none */
  readonly addresses?: readonly number[];
  /** Where packets may go. @default everywhere: the link is point-to-point */
  readonly routes?: readonly Route[];
  /** Passes on what is for others, and tells from which device a packet comes. @default it is dropped */
  readonly forwardFrom?: ArrivalSource;
  /** TTL of what we send, 1 to 255. @default 64 (RFC 1700) */
  readonly ttl?: number;
  /** Takes datagrams to any host, and may send from any. @default false */
  readonly acceptAny?: boolean;
  /** Gives unpredictable uint32s, for identifications. */
  readonly randomU32: () => number;
  readonly reassembly?: ReassemblyLimits;
  readonly icmpRateLimit?: IcmpRateLimit;
  readonly onDrop?: DropObserver;
}

/** One IPv4 layer. */
export class Ipv4 implements IpHost {
  readonly counters = new Ipv4Counters();
  /** Whether every device completes transport checksums. */
  readonly checksumOffload: boolean;
  /** The largest packet that every device segments by itself, in bytes; 0 = none. */
  readonly segmentationOffload: number;
  readonly hasSeveralLinks: boolean;
  readonly #egress: Egress;
  readonly #mtu: number;
  readonly #policy: AddressPolicy;
  readonly #sender: DatagramSender;
  readonly #receiver: DatagramReceiver;
  readonly #reassembler: Reassembler;
  readonly #reporter: IcmpReporter;
  readonly #icmp: Icmp;
  readonly #protocols: (UpperProtocol | null)[] = new Array(256).fill(null);
  readonly #loopedReceiver: PacketReceiver = {
    handlePacket: (buf, start, end, checksum, segmentSize) =>
      this.#receiver.handlePacket(buf, start, end, checksum, segmentSize, this.#loopedAt, true),
  };
  /** Time of `receiveLooped`. */
  #loopedAt = 0;
  /** Of the packet being committed; most of it never changes. */
  readonly #outgoing = createIpv4Header();

  /** @throws RangeError for an address, prefix length, TTL, route or limit that cannot be. */
  constructor(options: Ipv4Options) {
    const { device, address, randomU32 } = options;
    const ttl = options.ttl ?? 64;
    if (!Number.isInteger(ttl) || ttl < 1 || ttl > 255) {
      throw new RangeError(`a TTL of ${ttl} is not one of 1 to 255`);
    }
    this.#mtu = device.capabilities.mtu;
    const policy = new AddressPolicy(
      [address, ...(options.addresses ?? [])],
      options.prefixLength ?? 32,
      options.acceptAny ?? false,
    );
    this.#policy = policy;
    const routes = new RouteTable(
      options.routes ?? [{ network: 0, prefixLength: 0 }],
      address,
      device,
    );
    this.#egress = new Egress(device, policy, routes);
    const links = routes.devices.map(({ capabilities }) => capabilities);
    this.hasSeveralLinks = links.length > 1;
    this.checksumOffload = links.every((link) => link.checksumOffload);
    this.segmentationOffload = Math.min(...links.map((link) => link.segmentationOffload));
    const identifications = new IdentificationSource(randomU32);
    this.#sender = new DatagramSender(
      this.#egress,
      routes,
      policy,
      identifications,
      this.counters,
      ttl,
    );
    this.#reassembler = new Reassembler(options.reassembly ?? {}, this.counters);
    this.#reporter = new IcmpReporter(
      this.#sender,
      policy,
      this.counters,
      options.icmpRateLimit ?? {},
      randomU32,
      options.forwardFrom !== undefined,
    );
    this.#icmp = new Icmp(this.#sender, policy, this.counters, this.#protocols);
    this.#receiver = new DatagramReceiver(
      policy,
      this.#protocols,
      this.#reassembler,
      this.#reporter,
      this.#icmp,
      this.counters,
      options.onDrop ?? null,
      options.forwardFrom === undefined
        ? null
        : new Forwarder(options.forwardFrom, routes, this.#sender, this.#reporter, this.counters),
    );
    this.#outgoing.ttl = ttl;
    this.#outgoing.dontFragment = true;
  }

  /**
   * Registers a protocol under its number, in place of an earlier one.
   *
   * @throws RangeError for ICMP, which lives here, and for what is not 0 to 255.
   */
  register(protocol: number, handler: UpperProtocol): void {
    if (!Number.isInteger(protocol) || protocol < 0 || protocol > 255) {
      throw new RangeError(`${protocol} is not a protocol number`);
    }
    if (protocol === IpProtocol.ICMP) throw new RangeError('ICMP is a part of IPv4');
    this.#protocols[protocol] = handler;
  }

  /**
   * Takes the packet `buf[start..end)` from the device.
   *
   * @param segmentSize payload bytes of each TCP segment that was merged into it; 0 = none was.
   * @param now monotonic milliseconds.
   */
  handlePacket(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
    now: number,
  ): void {
    this.#receiver.handlePacket(buf, start, end, checksum, segmentSize, now, false);
  }

  receiveLooped(max: number, now: number): number {
    this.#loopedAt = now;
    return this.#egress.receiveLooped(max, this.#loopedReceiver);
  }

  flushLooped(): boolean {
    return this.#egress.flushLooped();
  }

  /** Gives up what has waited too long. To be called when `nextDeadline()` has come. */
  handleTimeout(now: number): void {
    this.#receiver.handleTimeout(now);
  }

  /** When `handleTimeout` is due, in monotonic milliseconds; Infinity = never. */
  nextDeadline(): number {
    return this.#reassembler.nextDeadline();
  }

  /** Bytes held for datagrams that are still incomplete, bookkeeping included. */
  get reassemblyBytes(): number {
    return this.#reassembler.bytesHeld;
  }

  /** That of the way of the last reservation. */
  get transmitBuffer(): Uint8Array {
    return this.#egress.current.transmitBuffer;
  }

  /** @returns a uint32; `null` for anything but an IPv4 address such as `192.0.2.1`. */
  parseAddress(text: string): number | null {
    return parseIpv4(text);
  }

  isOurs(address: number): boolean {
    return this.#policy.isOurs(address);
  }

  isSourceFor(source: number, destination: number): boolean {
    return this.#policy.isSourceFor(source, destination);
  }

  /** The primary address, for 255.255.255.255 and the subnet's own broadcast. */
  broadcastSource(destination: number): number | null {
    return this.#policy.isBroadcast(destination) ? this.#policy.primary : null;
  }

  /**
   * The address a packet to `destination` leaves from, as uint32; `null` when there is no route.
   * There is none to broadcast and multicast, to 0/8 and 240/4. To ourselves it is the address that
   * is meant, and 127.0.0.1 for 127/8.
   */
  sourceFor(destination: number): number | null {
    return this.#sender.hopTo(destination)?.source ?? null;
  }

  mtuTo(destination: number): number {
    return this.#sender.hopTo(destination)?.mtu ?? this.#mtu;
  }

  smallestMtu(): number {
    return IPV4_SMALLEST_MTU;
  }

  safeMtu(): number {
    return IPV4_SAFE_MTU;
  }

  headerLength(): number {
    return IPV4_HEADER_LENGTH;
  }

  pseudoHeaderSum(source: number, destination: number, protocol: number, length: number): number {
    return pseudoHeaderSum(source, destination, protocol, length);
  }

  reserve(length: number, destination: number): number {
    const at = this.#egress.towards(destination).reserve(IPV4_HEADER_LENGTH + length);
    return at < 0 ? -1 : at + IPV4_HEADER_LENGTH;
  }

  lend(at: number, buf: Uint8Array, start: number, end: number): boolean {
    const device = this.#egress.current;
    if (device.lend === undefined || !device.capabilities.checksumOffload) return false;
    device.lend(at, buf, start, end);
    return true;
  }

  /**
   * Commits the payload `transmitBuffer[start..end)` with DF set and identification 0 (RFC 6864,
   * 4.1). The addresses are the caller's word: they came from `sourceFor` or a received header.
   *
   * @param tos the whole octet, DSCP and ECN.
   */
  commit(
    start: number,
    end: number,
    source: number,
    destination: number,
    protocol: number,
    checksum: ChecksumState,
    segmentSize: number,
    tos: number,
  ): void {
    const header = this.#outgoing;
    const at = start - IPV4_HEADER_LENGTH;
    header.totalLength = end - at;
    header.tos = tos;
    header.protocol = protocol;
    header.source = source;
    header.destination = destination;
    const device = this.#egress.current;
    emitIpv4Header(device.transmitBuffer, at, header);
    device.commit(at, end, checksum, segmentSize);
    this.counters.sent++;
  }

  /**
   * Sends the payload `buf[start..end)` as a datagram of its own, in fragments if need be. The bytes
   * are copied; they must not lie in the transmit buffer.
   *
   * @returns null, or why it could not be sent.
   * @throws RangeError for a source that is not ours, a TTL outside of 1 to 255, bad options.
   */
  send(
    datagram: OutgoingDatagram,
    buf: Uint8Array,
    start: number,
    end: number,
  ): SendFailure | null {
    return this.#sender.send(datagram, buf, start, end);
  }

  /** Sends an echo request; what comes back goes to `echoHandler`. Returns why it could not. */
  ping(destination: number, request: Ipv4EchoRequest): SendFailure | null {
    return this.#icmp.ping(destination, request);
  }

  /** Who is told about the answers to `ping`. */
  get echoHandler(): EchoHandler | null {
    return this.#icmp.echoHandler;
  }

  set echoHandler(handler: EchoHandler | null) {
    this.#icmp.echoHandler = handler;
  }

  /**
   * Answers a datagram with port unreachable, where RFC 1122, 3.2.2 allows it and the rate limit has
   * room. To be called from inside `handleSegment`, with what it was given.
   */
  reportPortUnreachable(
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): void {
    const { DESTINATION_UNREACHABLE } = IcmpType;
    const packet = start - header.headerLength;
    const code = UnreachableCode.PORT;
    this.#reporter.report(DESTINATION_UNREACHABLE, code, 0, header, buf, packet, end, now);
  }
}
