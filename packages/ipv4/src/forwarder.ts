/**
 * Passing on of packets that are for others, between the links of one stack (RFC 1812, 5.2 and 5.3):
 * TTL, route, MTU, and what the sender is told where one of them stands against it.
 *
 * Nothing goes back through the link that it came from: links are point-to-point, so it would come
 * again until its TTL is used up. A packet that is whole and fits is copied once, from device to device.
 *
 * Deliberately absent: redirects (there is nobody else on a link), record route and timestamp options,
 * which are passed on as they are, reverse path filters, queues: a full link drops (RFC 1812, 5.3.6).
 */

import { checksum, writeU16 } from '@netlayers/bytes';
import { ChecksumState, IpProtocol } from '@netlayers/ip';
import { completeTransportChecksum, type LinkDevice } from '@netlayers/link';
import type { Ipv4Counters } from './counters.js';
import type { DatagramSender } from './datagram-sender.js';
import type { DropReason } from './drop-reason.js';
import { CHECKSUM, type Ipv4Header, TTL } from './header.js';
import { IcmpType, TimeExceededCode, UnreachableCode } from './icmp-message.js';
import type { IcmpReporter } from './icmp-reporter.js';
import type { RouteTable } from './routes.js';

/** Knows where the packet that is being handled comes from. */
export interface ArrivalSource {
  readonly current: LinkDevice;
}

const { DESTINATION_UNREACHABLE, TIME_EXCEEDED } = IcmpType;

/** Data offset in a TCP header (RFC 9293, 3.1). */
const TCP_DATA_OFFSET_AT = 12;
const UDP_HEADER_LENGTH = 8;

/** Passes on the packets of one stack. */
export class Forwarder {
  readonly #arrival: ArrivalSource;
  readonly #routes: RouteTable;
  readonly #sender: DatagramSender;
  readonly #reporter: IcmpReporter;
  readonly #counters: Ipv4Counters;

  constructor(
    arrival: ArrivalSource,
    routes: RouteTable,
    sender: DatagramSender,
    reporter: IcmpReporter,
    counters: Ipv4Counters,
  ) {
    this.#arrival = arrival;
    this.#routes = routes;
    this.#sender = sender;
    this.#reporter = reporter;
    this.#counters = counters;
  }

  /**
   * Passes on the packet `buf[start..end)`, header included and padding excluded, whose header,
   * addresses and options were found good.
   *
   * @returns null, or why it goes no further; its sender has been told then where that is allowed.
   */
  forward(
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    state: ChecksumState,
    segmentSize: number,
    now: number,
  ): DropReason | null {
    if (header.ttl <= 1) {
      const code = TimeExceededCode.TRANSIT;
      this.#reporter.report(TIME_EXCEEDED, code, 0, header, buf, start, end, now);
      return 'ttl-exceeded';
    }
    const route = this.#routes.find(header.destination);
    if (route === null || route.device === this.#arrival.current) {
      const code = UnreachableCode.NETWORK;
      this.#reporter.report(DESTINATION_UNREACHABLE, code, 0, header, buf, start, end, now);
      return 'no-way-on';
    }
    const isSuper = segmentSize > 0;
    // Merged below us for links that are all alike: one that cannot cut it again is a mistake.
    if (isSuper && end - start > route.device.capabilities.segmentationOffload) {
      return 'too-long-to-forward';
    }
    const length = isSuper ? segmentLength(header, buf, start, segmentSize) : end - start;
    if (length <= route.mtu)
      return this.#pass(route.device, header, buf, start, end, state, segmentSize);
    if (header.dontFragment || isSuper) {
      const code = UnreachableCode.FRAGMENTATION_NEEDED;
      this.#reporter.report(DESTINATION_UNREACHABLE, code, route.mtu, header, buf, start, end, now);
      return 'too-long-to-forward';
    }
    // What is cut has its whole checksum: nobody below sees the datagram as one.
    const whole = buf.slice(start, end);
    if (state === ChecksumState.PARTIAL) completeTransportChecksum(whole, 0, whole.length);
    const failure = this.#sender.relayInFragments(header, route.mtu, whole);
    if (failure !== null) return 'forward-queue-full';
    this.#counters.forwarded++;
    return null;
  }

  #pass(
    device: LinkDevice,
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    state: ChecksumState,
    segmentSize: number,
  ): DropReason | null {
    const at = device.reserve(end - start);
    if (at < 0) return 'forward-queue-full';
    const out = device.transmitBuffer;
    out.set(buf.subarray(start, end), at);
    out[at + TTL] = header.ttl - 1;
    writeU16(out, at + CHECKSUM, 0);
    writeU16(out, at + CHECKSUM, checksum(out, at, at + header.headerLength));
    const last = at + end - start;
    let sent: ChecksumState = ChecksumState.COMPLETE;
    if (state === ChecksumState.PARTIAL) {
      if (device.capabilities.checksumOffload) sent = ChecksumState.PARTIAL;
      else completeTransportChecksum(out, at, last);
    }
    device.commit(at, last, sent, segmentSize);
    this.#counters.sent++;
    this.#counters.forwarded++;
    return null;
  }
}

/** The IP packet that each segment of a super-segment will be, in bytes. */
function segmentLength(
  header: Ipv4Header,
  buf: Uint8Array,
  start: number,
  segmentSize: number,
): number {
  const { headerLength, protocol } = header;
  if (protocol !== IpProtocol.TCP) return headerLength + UDP_HEADER_LENGTH + segmentSize;
  const dataOffset = (buf[start + headerLength + TCP_DATA_OFFSET_AT]! >> 4) * 4;
  return headerLength + dataOffset + segmentSize;
}
