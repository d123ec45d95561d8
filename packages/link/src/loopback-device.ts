/**
 * A device that receives what it sends: the network of a host with itself.
 *
 * Packets lie in one bounded ring, written and read in place. What is flushed can be received, and not
 * before, so nobody is entered from inside a send. It calls nobody: its owner asks `receive` after each
 * `flush`. Checksums may stay partial and super-segments whole, as nothing leaves the host's memory.
 */

import type { ChecksumState, LinkCapabilities, LinkDevice, PacketReceiver } from './link-device.js';
import { PacketRing } from './packet-ring.js';

/** The largest packet IPv4 can describe. */
const LARGEST_PACKET = 0xffff;
/** What the ring holds at most. */
const QUEUE_PACKETS = 1024;
const QUEUE_BYTES = 1 << 20;

/** One host's own network. */
export class LoopbackDevice implements LinkDevice {
  readonly capabilities: LinkCapabilities = {
    mtu: LARGEST_PACKET,
    headroom: 0,
    checksumOffload: true,
    segmentationOffload: LARGEST_PACKET,
    receiveQueue: QUEUE_PACKETS,
  };
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  readonly #ring = new PacketRing(QUEUE_PACKETS, QUEUE_BYTES, 0, 0);
  #reserved = 0;
  #reservedEnd = -1;
  #closed = false;

  get transmitBuffer(): Uint8Array {
    return this.#ring.slab;
  }

  /** Flushed packets that wait to be received. */
  get waiting(): number {
    return this.#closed ? 0 : this.#ring.visible;
  }

  receive(max: number, receiver: PacketReceiver): number {
    let count = 0;
    while (count < max && this.waiting > 0) {
      count++;
      try {
        this.#ring.deliver(receiver);
      } finally {
        this.#ring.release();
      }
    }
    return count;
  }

  reserve(length: number): number {
    if (!(length > 0 && length <= LARGEST_PACKET)) {
      throw new RangeError(`a packet has 1 to ${LARGEST_PACKET} bytes, not ${length}`);
    }
    const at = this.#closed ? -1 : this.#ring.reserve(length);
    this.#reserved = at;
    this.#reservedEnd = at < 0 ? -1 : at + length;
    return at;
  }

  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (this.#closed) return;
    if (start < this.#reserved || end > this.#reservedEnd || start >= end) {
      throw new RangeError('a packet lies inside the last reservation and is not empty');
    }
    this.#reservedEnd = -1;
    this.#ring.commit(start, end, checksum, segmentSize);
  }

  flush(): void {
    this.#ring.publish();
  }

  close(): void {
    this.#closed = true;
  }
}
