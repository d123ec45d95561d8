/**
 * The two sides of the border between IPv4 and the protocols above it: what a protocol registers,
 * and how it sends. TCP and UDP are written against these, not against the layer itself.
 */

import type { ChecksumState } from '@netlayers/link';
import type { Ipv4Header } from './header.js';
import type { IcmpError } from './icmp-error.js';

/** A protocol above IPv4, registered under its protocol number. */
export interface Ipv4Protocol {
  /**
   * Takes the payload `buf[start..end)` of one datagram, whole and addressed to us. Its IP header
   * lies in front of it in `buf`, options included (RFC 1122, 3.2.1.8).
   *
   * @param header belongs to the layer and is overwritten by the next packet.
   * @param segmentSize payload bytes of each merged TCP segment; 0 = an ordinary packet.
   * @param now monotonic milliseconds.
   */
  handleSegment(
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
    now: number,
  ): void;
  /**
   * Takes an ICMP error about a datagram that this protocol has sent. `buf[start..end)` are the
   * bytes of its payload that the error quotes, at least 8.
   */
  handleIcmpError(error: IcmpError, buf: Uint8Array, start: number, end: number, now: number): void;
}

/** How a protocol sends: reserve, write the payload in place, send. */
export interface Ipv4Sender {
  /** Where payloads are written. The same array between two flushes of the device. */
  readonly transmitBuffer: Uint8Array;
  /** Whether the device completes transport checksums. */
  readonly checksumOffload: boolean;
  /** The largest packet the device segments by itself, IP header included, in bytes; 0 = none. */
  readonly segmentationOffload: number;
  /** The address a packet to `destination` leaves from, as uint32; 0 when there is no route. */
  sourceFor(destination: number): number;
  /** The largest IP packet to `destination`, in bytes. */
  mtuTo(destination: number): number;
  /** Offset in `transmitBuffer` for `length` bytes of payload, with room for the IP header in front; -1 = queue full. */
  reserve(length: number): number;
  /**
   * Writes the IP header in front of `transmitBuffer[start..end)`, the payload inside the last
   * reservation, and commits the packet. Nothing above the MTU is fragmented here: see `Ipv4.send`.
   *
   * @param tos the whole octet, DSCP and ECN. @default 0
   */
  commit(
    start: number,
    end: number,
    source: number,
    destination: number,
    protocol: number,
    checksum: ChecksumState,
    segmentSize: number,
    tos?: number,
  ): void;
}
