/**
 * The contract between a stack and whatever carries its IP packets: a TUN device, a wire in
 * memory, a WebSocket, the NIC of an emulator.
 *
 * Both directions are pulled by the stack, so that nobody re-enters anybody: the device says that
 * input waits, the stack receives; the stack reserves, commits and flushes. A packet is
 * `(buf, start, end)`, beginning with its IP header, and valid only until its handler returns.
 */

/** What is known about the transport checksum of a packet. */
export const ChecksumState = {
  /** The whole checksum is in the packet: a receiver has to verify it. */
  COMPLETE: 0,
  /** Only the pseudo-header's sum is there: the packet never left this machine, or hardware completes it. */
  PARTIAL: 1,
  /** Somebody below has verified it. */
  VERIFIED: 2,
} as const;

export type ChecksumState = (typeof ChecksumState)[keyof typeof ChecksumState];

/** What a device can do; fixed for its whole life. */
export interface LinkCapabilities {
  /** The largest IP packet it carries, in bytes, super-segments excepted. */
  readonly mtu: number;
  /** Bytes in front of each reserved packet that belong to the device's own header. */
  readonly headroom: number;
  /** Whether it takes `ChecksumState.PARTIAL` on transmit. */
  readonly checksumOffload: boolean;
  /** The largest packet it takes for segmentation further down, in bytes; 0 = none. */
  readonly segmentationOffload: number;
  /** How many received packets its ring holds before it drops; 0 = unknown. */
  readonly receiveQueue: number;
}

/** Takes the packets of one `receive` call. */
export interface PacketReceiver {
  /**
   * @param segmentSize payload bytes of each TCP segment that was merged into this packet;
   *   0 = an ordinary packet.
   */
  handlePacket(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void;
}

/** A pipe of IP packets. */
export interface LinkDevice {
  readonly capabilities: LinkCapabilities;
  /** Input waits. Never called from inside `receive`, `commit` or `flush`. */
  onReadable: (() => void) | null;
  /** `reserve` may succeed again after it returned -1. Never called from inside the three either. */
  onWritable: (() => void) | null;
  /** Delivers at most `max` packets and returns how many; fewer than `max` = drained for now. */
  receive(max: number, receiver: PacketReceiver): number;
  /**
   * Leaves the memory of the packet that is being handled to who calls, for ever: the next ones are received
   * into other memory, which saves a copy of much text. All of it is held with any part of it. Returns
   * false when `buf` is not that memory. Missing where it cannot be done.
   */
  keep?(buf: Uint8Array): boolean;
  /** Where packets are written; it stays the same array between two flushes. */
  readonly transmitBuffer: Uint8Array;
  /**
   * Finds room for a packet of `length` bytes and returns its offset in `transmitBuffer`, or -1
   * when the queue is full. Only the last reservation is open; one that is not committed is
   * forgotten by the next.
   */
  reserve(length: number): number;
  /**
   * Has `buf[start..end)` stand at `at` in the packet of the open reservation, whose end it is, in
   * place of having it written there: the device reads it from where it lies, which saves a copy of
   * much text. Further pieces follow each other. Nobody changes them until `commit` has returned.
   * Missing where it would save nothing, and where somebody looks at what is sent.
   */
  lend?(at: number, buf: Uint8Array, start: number, end: number): void;
  /**
   * Queues the packet `transmitBuffer[start..end)`, which lies inside the last reservation.
   *
   * @param segmentSize for a super-segment the payload bytes of each segment to cut; else 0.
   */
  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void;
  /** Sends what was committed, in order. */
  flush(): void;
  /** Releases the device; nothing is delivered afterwards and `reserve` returns -1. */
  close(): void;
}
