/**
 * An IP layer as the stack sees it that owns the device: packets and time go in, protocols are
 * registered, and addresses are read from text. A stack that is written against this needs no
 * change for another version of IP.
 */

import type { ChecksumState } from '@netlayers/link';
import type { IpAddress } from './address.js';
import type { EchoHandler, EchoRequest } from './echo.js';
import type { IpDatagramLayer } from './ip-datagram-layer.js';
import type { SendFailure } from './send-failure.js';
import type { UpperProtocol } from './upper-protocol.js';

/** The IP of a host. */
export interface IpHost extends IpDatagramLayer {
  /** Who is told about the answers to `ping`; `null` = they are dropped. */
  echoHandler: EchoHandler | null;
  /** Reads an address as people write it; `null` = it is none of a version spoken here. */
  parseAddress(text: string): IpAddress | null;
  /** Whether this host is reached at an address, and may send from it. */
  isOurs(address: IpAddress): boolean;
  /** Registers a protocol under its number, in place of an earlier one. */
  register(protocol: number, handler: UpperProtocol): void;
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
  ): void;
  /**
   * Takes what was sent to the host itself, flushed before: at most `max` packets; returns how many.
   *
   * @param now monotonic milliseconds.
   */
  receiveLooped(max: number, now: number): number;
  /** Lets what was sent to the host itself be received; returns whether something waits. */
  flushLooped(): boolean;
  /** Gives up what has waited too long. To be called when `nextDeadline()` has come. */
  handleTimeout(now: number): void;
  /** When `handleTimeout` is due, in monotonic milliseconds; Infinity = never. */
  nextDeadline(): number;
  /** Sends an echo request; what comes back goes to `echoHandler`. Returns why it could not. */
  ping(destination: IpAddress, request: EchoRequest): SendFailure | null;
}
