/**
 * The way in: what becomes of a received packet, judged in the order of RFC 1122, 3.2.1: header,
 * addresses, options, fragments, protocol.
 *
 * Each packet is handed to one protocol, kept for its datagram, or dropped for one counted reason.
 * Errors are told to its sender only here and by the protocols above. The packet is neither copied
 * nor changed, and nothing is allocated for one that is whole.
 */

import { ChecksumState, IpProtocol, type UpperProtocol } from '@netlayers/ip';
import type { AddressPolicy } from './address-policy.js';
import type { Ipv4Counters } from './counters.js';
import type { DropReason } from './drop-reason.js';
import type { Forwarder } from './forwarder.js';
import { createIpv4Header, IPV4_HEADER_LENGTH, parseIpv4Header, readIpv4Header } from './header.js';
import { findBadOption, hasSourceRoute } from './header-options.js';
import type { Icmp } from './icmp.js';
import { IcmpType, TimeExceededCode, UnreachableCode } from './icmp-message.js';
import type { IcmpReporter } from './icmp-reporter.js';
import type { Reassembler } from './reassembler.js';

/**
 * Told about every received packet that goes no further; the packet is valid until it returns. Of
 * datagrams that reassembly gives up later there is no packet to show: they are only counted.
 */
export type DropObserver = (
  reason: DropReason,
  buf: Uint8Array,
  start: number,
  end: number,
) => void;

/** Receives the packets of one stack. */
export class DatagramReceiver {
  readonly #policy: AddressPolicy;
  readonly #protocols: readonly (UpperProtocol | null)[];
  readonly #reassembler: Reassembler;
  readonly #reporter: IcmpReporter;
  readonly #icmp: Icmp;
  readonly #counters: Ipv4Counters;
  readonly #onDrop: DropObserver | null;
  readonly #forwarder: Forwarder | null;
  /** Of the packet being received. */
  readonly #header = createIpv4Header();

  /** @param protocols by protocol number; the layer's own table. */
  constructor(
    policy: AddressPolicy,
    protocols: readonly (UpperProtocol | null)[],
    reassembler: Reassembler,
    reporter: IcmpReporter,
    icmp: Icmp,
    counters: Ipv4Counters,
    onDrop: DropObserver | null,
    forwarder: Forwarder | null,
  ) {
    this.#policy = policy;
    this.#protocols = protocols;
    this.#reassembler = reassembler;
    this.#reporter = reporter;
    this.#icmp = icmp;
    this.#counters = counters;
    this.#onDrop = onDrop;
    this.#forwarder = forwarder;
  }

  /**
   * Takes the packet `buf[start..end)`: see `Ipv4.handlePacket`.
   *
   * @param isLooped we have sent it to ourselves, and its addresses are as they have to be.
   */
  handlePacket(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
    now: number,
    isLooped: boolean,
  ): void {
    const header = this.#header;
    this.#counters.received++;
    const reason = parseIpv4Header(buf, start, end, header) ?? (isLooped ? null : this.#refusal());
    if (reason !== null) {
      if (reason === 'not-ours' && this.#forwarder !== null) {
        this.#forward(this.#forwarder, buf, start, checksum, segmentSize, now);
      } else {
        this.#drop(reason, buf, start, end);
      }
      return;
    }
    const packetEnd = start + header.totalLength;
    if (
      header.headerLength > IPV4_HEADER_LENGTH &&
      !this.#optionsPass(buf, start, packetEnd, now)
    ) {
      return;
    }
    if (header.moreFragments || header.fragmentOffset !== 0) {
      this.#handleFragment(buf, start, packetEnd, now);
    } else {
      this.#deliver(buf, start, packetEnd, checksum, segmentSize, now);
    }
  }

  /** Passes on a packet that is for somebody else, whole or a fragment. */
  #forward(
    forwarder: Forwarder,
    buf: Uint8Array,
    start: number,
    checksum: ChecksumState,
    segmentSize: number,
    now: number,
  ): void {
    const header = this.#header;
    const end = start + header.totalLength;
    const hasOptions = header.headerLength > IPV4_HEADER_LENGTH;
    if (hasOptions && !this.#optionsPass(buf, start, end, now)) return;
    const reason = forwarder.forward(header, buf, start, end, checksum, segmentSize, now);
    if (reason !== null) this.#drop(reason, buf, start, end);
  }

  /** Judges the addresses in the header; a broadcast is for the protocols that take it. */
  #refusal(): DropReason | null {
    const { source, destination, protocol } = this.#header;
    const reason = this.#policy.refusal(source, destination);
    const isTaken = reason === 'broadcast' && this.#protocols[protocol]?.takesBroadcast === true;
    return isTaken ? null : reason;
  }

  /** Gives up datagrams that have waited too long for their fragments. */
  handleTimeout(now: number): void {
    let expired = this.#reassembler.pollExpired(now);
    for (; expired !== null; expired = this.#reassembler.pollExpired(now)) {
      const packet = expired.fragmentZero();
      // RFC 792, RFC 1122, 3.3.2: nothing is said unless fragment zero is there to be quoted.
      if (packet === null) continue;
      const header = this.#header;
      readIpv4Header(packet, 0, header);
      this.#reporter.report(
        IcmpType.TIME_EXCEEDED,
        TimeExceededCode.REASSEMBLY,
        0,
        header,
        packet,
        0,
        packet.length,
        now,
      );
    }
  }

  #drop(reason: DropReason, buf: Uint8Array, start: number, end: number): void {
    this.#counters.dropped[reason]++;
    if (this.#onDrop !== null) this.#onDrop(reason, buf, start, end);
  }

  /** Checks the options of the packet; false = it was dropped. */
  #optionsPass(buf: Uint8Array, start: number, end: number, now: number): boolean {
    const header = this.#header;
    const options = start + IPV4_HEADER_LENGTH;
    const payload = start + header.headerLength;
    const bad = findBadOption(buf, options, payload);
    if (bad < 0) {
      if (!hasSourceRoute(buf, options, payload)) return true;
      this.#drop('source-route', buf, start, end);
      return false;
    }
    // RFC 1122, 3.2.2.5: the sender should know, and where the fault is.
    this.#reporter.report(
      IcmpType.PARAMETER_PROBLEM,
      0,
      ((bad - start) << 24) >>> 0,
      header,
      buf,
      start,
      end,
      now,
    );
    this.#drop('bad-option', buf, start, end);
    return false;
  }

  #handleFragment(buf: Uint8Array, start: number, end: number, now: number): void {
    const header = this.#header;
    this.#counters.fragmentsReceived++;
    const result = this.#reassembler.handleFragment(header, buf, start, end, now);
    if (result === 'partial') return;
    if (result !== 'whole') {
      this.#drop(result, buf, start, end);
      return;
    }
    this.#counters.reassembled++;
    const whole = this.#reassembler.buffer;
    readIpv4Header(whole, 0, header);
    this.#deliver(whole, 0, header.totalLength, ChecksumState.COMPLETE, 0, now);
  }

  /** Hands the datagram `buf[start..end)`, header included, to its protocol. */
  #deliver(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
    now: number,
  ): void {
    const header = this.#header;
    const payload = start + header.headerLength;
    const handler = this.#protocols[header.protocol]!;
    if (handler !== null) {
      this.#counters.delivered++;
      handler.handleSegment(header, buf, payload, end, checksum, segmentSize, now);
      return;
    }
    if (header.protocol === IpProtocol.ICMP) {
      this.#counters.delivered++;
      const reason = this.#icmp.handleMessage(header, buf, payload, end, checksum, now);
      if (reason !== null) this.#drop(reason, buf, start, end);
      return;
    }
    this.#drop('unknown-protocol', buf, start, end);
    this.#reporter.report(
      IcmpType.DESTINATION_UNREACHABLE,
      UnreachableCode.PROTOCOL,
      0,
      header,
      buf,
      start,
      end,
      now,
    );
  }
}
