/**
 * Where several stacks stand for one host, a packet may come to one that has no connection for it: this
 * one shows it to its owner, whole, who may know better.
 *
 * It is TCP that says what belongs to nobody, of a segment or of what an error quotes; here the packet
 * around it is found again.
 */

import type { IpError, IpHeader } from '@netlayers/ip';
import type { Ipv4Header } from '@netlayers/ipv4';
import { ChecksumState, type PacketReceiver } from '@netlayers/link';
import type { UnclaimedHandler } from '@netlayers/tcp';

/**
 * Is shown a packet that belongs to no connection of a stack and begins none; it is valid until the call
 * returns. Returns whether somebody else takes it: then the stack answers nothing.
 */
export type UnclaimedCallback = (
  buf: Uint8Array,
  start: number,
  end: number,
  checksum: ChecksumState,
  segmentSize: number,
) => boolean;

const NOTHING = new Uint8Array(0);

/** Remembers the packet that is being handled, and shows it when nobody claims it. */
export class UnclaimedPackets implements UnclaimedHandler, PacketReceiver {
  readonly #callback: UnclaimedCallback;
  #buf: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;
  #checksum: ChecksumState = ChecksumState.COMPLETE;
  #segmentSize = 0;

  constructor(callback: UnclaimedCallback) {
    this.#callback = callback;
  }

  /** Notes a packet before IP is handed it. */
  handlePacket(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    this.#buf = buf;
    this.#start = start;
    this.#end = end;
    this.#checksum = checksum;
    this.#segmentSize = segmentSize;
  }

  /** The segment may have come in fragments, so its packet is not the one that was noted. */
  handleSegment(
    header: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): boolean {
    const { headerLength } = header as Ipv4Header;
    return this.#callback(buf, start - headerLength, end, checksum, segmentSize);
  }

  /** An error that came in fragments is lost: nobody sends such. */
  handleIpError(_error: IpError, buf: Uint8Array): void {
    if (buf !== this.#buf) return;
    this.#callback(buf, this.#start, this.#end, this.#checksum, this.#segmentSize);
  }
}
