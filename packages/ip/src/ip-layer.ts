/**
 * What a protocol above IP asks of the layer below it, whatever the version: how to send, and
 * everything else that depends on the version.
 *
 * Sending is reserve, write in place, commit; nothing is copied or allocated. Questions about a
 * destination may be asked per segment: they are look-ups, not computations. A layer may speak
 * several versions at once, since every call that depends on one has an address.
 */

import type { ChecksumState } from '@netlayers/link';
import type { IpAddress } from './address.js';

/** The way out for a protocol above IP. Lengths and MTUs are bytes. */
export interface IpLayer {
  /** Where payloads are written. The same array between two flushes of the device. */
  readonly transmitBuffer: Uint8Array;
  /** Whether every device completes transport checksums. */
  readonly checksumOffload: boolean;
  /** The largest packet that every device segments by itself, IP header included; 0 = none. */
  readonly segmentationOffload: number;
  /** Whether a device may be full while another one is not. @default false */
  readonly hasSeveralLinks?: boolean;

  /** The address a packet to `destination` leaves from; `null` when there is no route. */
  sourceFor(destination: IpAddress): IpAddress | null;
  /** The largest IP packet to `destination`, as far as the route says. */
  mtuTo(destination: IpAddress): number;
  /** The smallest MTU that a path may have: 68 (RFC 791, 3.2), 1280 (RFC 8200, 5). */
  smallestMtu(destination: IpAddress): number;
  /**
   * The IP packet that every host takes, to be assumed of one that says nothing: 576 (RFC 791, 3.1),
   * 1280 (RFC 8200, 5).
   */
  safeMtu(destination: IpAddress): number;
  /** Length of the IP header that `commit` writes: 20, 40. */
  headerLength(destination: IpAddress): number;
  /**
   * The sum of the pseudo-header over `length` bytes of transport header and payload, for
   * `checksum` and `checksumFold` (RFC 9293, 3.1; RFC 8200, 8.1).
   */
  pseudoHeaderSum(
    source: IpAddress,
    destination: IpAddress,
    protocol: number,
    length: number,
  ): number;

  /**
   * Finds room for `length` bytes of payload with the IP header in front.
   *
   * @returns the payload's offset in `transmitBuffer`; -1 = queue full.
   */
  reserve(length: number, destination: IpAddress): number;
  /**
   * Has `buf[start..end)` stand at `at` in the payload of the open reservation, whose end it is: it is
   * not copied, and nobody changes it until `commit` has returned. Further pieces follow each other.
   * The checksum has to be left to the device.
   *
   * @returns false when it has to be written there instead.
   */
  lend(at: number, buf: Uint8Array, start: number, end: number): boolean;
  /**
   * Writes the IP header in front of `transmitBuffer[start..end)`, the payload inside the last
   * reservation, and commits the packet. It is never fragmented.
   *
   * @param segmentSize for a super-segment the payload bytes of each segment to cut; else 0.
   * @param tos the whole octet, DSCP and ECN (RFC 2474, RFC 3168).
   */
  commit(
    start: number,
    end: number,
    source: IpAddress,
    destination: IpAddress,
    protocol: number,
    checksum: ChecksumState,
    segmentSize: number,
    tos: number,
  ): void;
}
