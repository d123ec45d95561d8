/**
 * A bounded first-in, first-out queue of packets in one slab: written in place, read in place, no
 * allocation per packet.
 *
 * Packets lie one behind the other; one that does not fit before the end of the slab begins at its
 * start. Of the descriptors (start, end, checksum state, segment size) the first `#visible` may be
 * taken; those behind them are committed and wait for `publish`. When the ring runs empty it begins
 * at offset 0 again, so that light traffic stays in the same few cache lines.
 *
 * Invariant: the bytes of a packet are not reused before `release` has been called for it.
 */

import type { ChecksumState, PacketReceiver } from './link-device.js';

const START = 0;
const END = 1;
const CHECKSUM = 2;
const SEGMENT_SIZE = 3;
const FIELDS = 4;

/** Packets begin at a multiple of this: whole words for the checksum. */
const ALIGNMENT = 8;

const alignDown = (at: number): number => at & ~(ALIGNMENT - 1);
const alignUp = (at: number): number => alignDown(at + ALIGNMENT - 1);

/** One direction of a wire in memory. */
export class PacketRing {
  /** Holds the packets; the same array for the ring's whole life. */
  readonly slab: Uint8Array;
  readonly #limit: number;
  readonly #bytes: number;
  readonly #headroom: number;
  readonly #descriptors: Int32Array;
  /** Index of the oldest descriptor. */
  #first = 0;
  /** Packets committed, visible ones included. */
  #count = 0;
  #visible = 0;
  /** Offset of the oldest byte in use and of the next free one, both aligned; equal = no room. */
  #head = 0;
  #tail = 0;

  /**
   * @param limit packets it holds at most.
   * @param bytes bytes they may take together.
   * @param headroom bytes to leave free in front of each.
   * @param spare bytes behind the ring in the slab that it never touches.
   */
  constructor(limit: number, bytes: number, headroom: number, spare: number) {
    this.#limit = limit;
    this.#bytes = alignUp(bytes);
    this.#headroom = headroom;
    this.slab = new Uint8Array(this.#bytes + spare);
    this.#descriptors = new Int32Array(limit * FIELDS);
  }

  /** Bytes that a packet takes at most, its headroom and alignment included. */
  static spaceFor(length: number, headroom: number): number {
    return alignUp(headroom + length) + ALIGNMENT;
  }

  /** Packets that `deliver` can take now. */
  get visible(): number {
    return this.#visible;
  }

  /** Finds room for `length` bytes with the headroom in front, and returns its offset; -1 = full. */
  reserve(length: number): number {
    if (this.#count === this.#limit) return -1;
    const wanted = this.#headroom + length;
    if (this.#count === 0) {
      this.#head = 0;
      this.#tail = 0;
    } else if (this.#tail <= this.#head) {
      return this.#head - this.#tail >= wanted ? this.#tail + this.#headroom : -1;
    }
    if (this.#bytes - this.#tail >= wanted) return this.#tail + this.#headroom;
    return this.#head >= wanted ? this.#headroom : -1;
  }

  /** Appends `slab[start..end)`, at least a byte and inside the last reservation. */
  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (this.#count === 0) this.#head = alignDown(start);
    this.#tail = alignUp(end);
    const at = ((this.#first + this.#count) % this.#limit) * FIELDS;
    this.#descriptors[at + START] = start;
    this.#descriptors[at + END] = end;
    this.#descriptors[at + CHECKSUM] = checksum;
    this.#descriptors[at + SEGMENT_SIZE] = segmentSize;
    this.#count++;
  }

  /** Makes what was committed visible, and returns how many packets that were. */
  publish(): number {
    const published = this.#count - this.#visible;
    this.#visible = this.#count;
    return published;
  }

  /** Forgets what was committed and not published. Only for a ring that takes no more packets. */
  retract(): void {
    this.#count = this.#visible;
  }

  /** Hands the oldest visible packet to a receiver; `release` has to follow. */
  deliver(receiver: PacketReceiver): void {
    const at = this.#first * FIELDS;
    receiver.handlePacket(
      this.slab,
      this.#descriptors[at + START]!,
      this.#descriptors[at + END]!,
      this.#descriptors[at + CHECKSUM] as ChecksumState,
      this.#descriptors[at + SEGMENT_SIZE]!,
    );
  }

  /** Frees the oldest visible packet. */
  release(): void {
    this.#first = (this.#first + 1) % this.#limit;
    this.#count--;
    this.#visible--;
    if (this.#count > 0) this.#head = alignDown(this.#descriptors[this.#first * FIELDS + START]!);
  }
}
