/**
 * A wire in memory: two devices, each delivering what the other has flushed.
 *
 * Each direction is one ring of packets. The sender writes into it in place and `flush` makes the
 * packets visible to the other end's `receive`; nothing is copied or allocated on the way. What a
 * sender finds in its transmit buffer after `flush` is not its own any more, as on every device.
 *
 * The wire has no time of its own: delay, rate and reordering belong to `@netlayers/sim`.
 */

import { checkedInteger } from './checked-integer.js';
import {
  ChecksumState,
  type LinkCapabilities,
  type LinkDevice,
  type PacketReceiver,
} from './link-device.js';
import { PacketRing } from './packet-ring.js';

/** The largest packet IPv4 can describe. */
const LARGEST_PACKET = 0xffff;
/** The least MTU of IPv4 (RFC 791, 3.2). */
const LEAST_MTU = 68;
/** Bytes that the packets of one direction may take together, unless a queue length was asked for. */
const DEFAULT_QUEUE_BYTES = 1 << 20;
/** Super-segments that fit into a direction at least. */
const LEAST_SUPER_SEGMENTS = 16;

/** How a wire is made. */
export interface MemoryWireOptions {
  /** The largest IP packet in bytes, 68 to 65,535. @default 1500 */
  readonly mtu?: number;
  /** Bytes in front of each reserved packet, as for a device with a header. @default 0 */
  readonly headroom?: number;
  /** Packets that wait in one direction at most. @default as many as fit into 1 MiB */
  readonly receiveQueue?: number;
  /**
   * What happens when a queue is full. `backpressure`: `reserve` returns -1, and `onWritable` is
   * called once the other end has received. `drop`: the packet is lost and counted, as on a TUN.
   * @default 'backpressure'
   */
  readonly whenFull?: 'backpressure' | 'drop';
  /** Whether partial checksums are taken; they arrive as they are. @default false */
  readonly checksumOffload?: boolean;
  /** The largest super-segment in bytes; it arrives in one piece. 0 = none. @default 0 */
  readonly segmentationOffload?: number;
  /**
   * Calls back later, e.g. `queueMicrotask`. It is how `onReadable` and `onWritable` are called.
   *
   * Without it the wire calls them directly, as the last thing in the *other* end's `flush` or
   * `receive`. That is safe as long as a handler only schedules its owner's turn, which is what a
   * stack does: no device is entered, so no device is re-entered. A handler that receives or sends
   * at once needs `schedule`; two of them without it would call each other without end.
   */
  readonly schedule?: (callback: () => void) => void;
}

/** One end of a wire. */
export interface MemoryDevice extends LinkDevice {
  /** Packets flushed at the other end that wait here. */
  readonly waiting: number;
  /** Packets sent from here that were lost: the queue was full, or the other end closed. */
  readonly dropped: number;
}

type Schedule = ((callback: () => void) => void) | null;

class MemoryEnd implements MemoryDevice {
  readonly capabilities: LinkCapabilities;
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  readonly transmitBuffer: Uint8Array;
  dropped = 0;
  readonly #outbound: PacketRing;
  readonly #inbound: PacketRing;
  readonly #longest: number;
  /** Where packets are written that nobody will see. */
  readonly #nowhere: number;
  readonly #dropsWhenFull: boolean;
  readonly #schedule: Schedule;
  #peer: MemoryEnd | null = null;
  #closed = false;
  /** The open reservation; none while the end is -1. */
  #reserved = 0;
  #reservedEnd = -1;
  /** Whether `reserve` has refused since the last call of `onWritable`. */
  #refused = false;
  #readableIsScheduled = false;
  #writableIsScheduled = false;

  constructor(settings: Settings, outbound: PacketRing, inbound: PacketRing) {
    this.capabilities = settings.capabilities;
    this.#longest = settings.longest;
    this.#nowhere = outbound.slab.length - settings.longest;
    this.#dropsWhenFull = settings.dropsWhenFull;
    this.#schedule = settings.schedule;
    this.transmitBuffer = outbound.slab;
    this.#outbound = outbound;
    this.#inbound = inbound;
  }

  get waiting(): number {
    return this.#closed ? 0 : this.#inbound.visible;
  }

  attach(peer: MemoryEnd): void {
    this.#peer = peer;
  }

  receive(max: number, receiver: PacketReceiver): number {
    let count = 0;
    while (count < max && !this.#closed && this.#inbound.visible > 0) {
      count++;
      try {
        this.#inbound.deliver(receiver);
      } finally {
        this.#inbound.release();
      }
    }
    if (count > 0) this.#peer?.notifyWritable();
    return count;
  }

  reserve(length: number): number {
    if (!(length > 0 && length <= this.#longest)) {
      throw new RangeError(`packets of this wire have 1 to ${this.#longest} bytes, not ${length}`);
    }
    this.#reservedEnd = -1;
    if (this.#closed) return -1;
    const peerIsGone = this.#peer === null || this.#peer.#closed;
    let at = peerIsGone ? this.#nowhere : this.#outbound.reserve(length);
    if (at === -1 && this.#dropsWhenFull) at = this.#nowhere;
    if (at === -1) {
      this.#refused = true;
      return -1;
    }
    this.#reserved = at;
    this.#reservedEnd = at + length;
    return at;
  }

  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (this.#closed) return;
    if (start < this.#reserved || end > this.#reservedEnd || start >= end) {
      throw new RangeError('a packet lies inside the last reservation and is not empty');
    }
    const { mtu, checksumOffload } = this.capabilities;
    if (end - start > mtu && segmentSize === 0) {
      throw new RangeError(`a packet of ${end - start} bytes is above the MTU of ${mtu}`);
    }
    if (checksum === ChecksumState.PARTIAL && !checksumOffload) {
      throw new TypeError('this wire takes no partial checksums');
    }
    this.#reservedEnd = -1;
    if (this.#reserved === this.#nowhere) this.dropped++;
    else this.#outbound.commit(start, end, checksum, segmentSize);
  }

  flush(): void {
    const published = this.#outbound.publish();
    if (published === 0 || this.#peer === null) return;
    if (this.#peer.#closed) this.dropped += published;
    else this.#peer.notifyReadable();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onReadable = null;
    this.onWritable = null;
    this.#outbound.retract();
    if (this.#peer === null) return;
    this.#peer.dropped += this.#inbound.visible;
    // Its packets go nowhere from now on, so it does not have to wait for room any more.
    this.#peer.notifyWritable();
  }

  notifyReadable(): void {
    if (this.#schedule === null) {
      this.onReadable?.();
    } else if (!this.#readableIsScheduled && this.onReadable !== null) {
      this.#readableIsScheduled = true;
      this.#schedule(this.#callReadable);
    }
  }

  notifyWritable(): void {
    if (!this.#refused) return;
    this.#refused = false;
    if (this.#schedule === null) {
      this.onWritable?.();
    } else if (!this.#writableIsScheduled && this.onWritable !== null) {
      this.#writableIsScheduled = true;
      this.#schedule(this.#callWritable);
    }
  }

  readonly #callReadable = (): void => {
    this.#readableIsScheduled = false;
    this.onReadable?.();
  };

  readonly #callWritable = (): void => {
    this.#writableIsScheduled = false;
    this.onWritable?.();
  };
}

/** The options of a wire, checked and complete. */
interface Settings {
  readonly capabilities: LinkCapabilities;
  /** The longest packet, super-segments included. */
  readonly longest: number;
  readonly queueBytes: number;
  readonly dropsWhenFull: boolean;
  readonly schedule: Schedule;
}

function settle(options: MemoryWireOptions): Settings {
  const mtu = checkedInteger('mtu', options.mtu ?? 1500, LEAST_MTU, LARGEST_PACKET);
  const headroom = checkedInteger('headroom', options.headroom ?? 0, 0, LARGEST_PACKET);
  const superSegment = options.segmentationOffload ?? 0;
  if (superSegment !== 0) checkedInteger('segmentationOffload', superSegment, mtu, LARGEST_PACKET);
  const longest = Math.max(mtu, superSegment);
  const slot = PacketRing.spaceFor(mtu, headroom);
  const receiveQueue = checkedInteger(
    'receiveQueue',
    options.receiveQueue ?? Math.floor(DEFAULT_QUEUE_BYTES / slot),
    1,
    1 << 20,
  );
  // One slot more than packets: a packet that does not fit before the end of the ring leaves a gap.
  const ordinary = (receiveQueue + 1) * slot;
  const offloaded = LEAST_SUPER_SEGMENTS * PacketRing.spaceFor(superSegment, headroom);
  return {
    capabilities: {
      mtu,
      headroom,
      checksumOffload: options.checksumOffload ?? false,
      segmentationOffload: superSegment,
      receiveQueue,
    },
    longest,
    queueBytes: superSegment === 0 ? ordinary : Math.max(ordinary, offloaded),
    dropsWhenFull: options.whenFull === 'drop',
    schedule: options.schedule ?? null,
  };
}

/**
 * Makes a wire and returns its two ends.
 *
 * It is strict: a packet above the MTU, one outside of the reservation, or a partial checksum that
 * was not agreed upon is a mistake of the sender and throws.
 *
 * @throws RangeError for options out of range.
 */
export function memoryWire(options: MemoryWireOptions = {}): [MemoryDevice, MemoryDevice] {
  const settings = settle(options);
  const { headroom, receiveQueue } = settings.capabilities;
  const ring = (): PacketRing =>
    new PacketRing(receiveQueue, settings.queueBytes, headroom, headroom + settings.longest);
  const there = ring();
  const back = ring();
  const a = new MemoryEnd(settings, there, back);
  const b = new MemoryEnd(settings, back, there);
  a.attach(b);
  b.attach(a);
  return [a, b];
}
