/**
 * What arrives at a layer and belongs to none of its connections, where several layers stand for one
 * host and it may be another one's. Whose it is, and how it gets there, is not TCP's to know.
 */

import type { ChecksumState, IpError, IpHeader } from '@netlayers/ip';

/** Is asked before a layer answers or drops what it has no connection for. */
export interface UnclaimedHandler {
  /**
   * Takes a segment that belongs to no connection and no TIME-WAIT of this layer and begins none, before
   * it is answered with a reset (RFC 9293, 3.10.7.1). Its IP header lies in front of `buf[start..end)`;
   * all of it is valid until the call returns. A SYN without ACK is never told: whoever gets it, has it.
   *
   * @returns whether somebody else deals with it: then nothing is answered.
   */
  handleSegment(
    header: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): boolean;
  /** Is told of an ICMP error that quotes no connection of this layer; as `handleIpError` is. */
  handleIpError(error: IpError, buf: Uint8Array, start: number, end: number): void;
}
