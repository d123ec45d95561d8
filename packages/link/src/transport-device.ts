/**
 * What devices have in common that carry packets over something else: a WebSocket, a pair of
 * streams, a port. A subclass knows its transport; this is the rest of the contract.
 *
 * Sent packets lie in one ring until `flush` hands them to the transport. Received ones are copied
 * into a second ring, so what a peer can make us hold is bounded; what cannot be a packet of this
 * link is dropped and counted. A transport that goes away takes no exception with it: `reserve`
 * returns -1 from then on, what had arrived can still be received, and `onClose` is called once.
 *
 * Deliberately absent: offload. Checksums travel complete, as on any wire.
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
/** Packets that wait for `flush` at most, and the bytes that they may take together. */
const TRANSMIT_QUEUE = 256;
const TRANSMIT_QUEUE_BYTES = 1 << 18;
/** Packets of the MTU for which there is room before a `flush`, whatever the MTU. */
export const LEAST_TRANSMIT_QUEUE = 4;
/** Bytes that received packets may take together, unless a queue length was asked for. */
const DEFAULT_QUEUE_BYTES = 1 << 20;
/** The longest queue of received packets. */
export const LONGEST_QUEUE = 4096;

/** What all devices over a transport can be told. */
export interface TransportDeviceOptions {
  /** The largest IP packet in bytes, 68 to 65,535; the same at both ends. @default 1500 */
  readonly mtu?: number;
  /** Received packets that wait at most, 1 to 4096. @default as many as fit into 1 MiB */
  readonly receiveQueue?: number;
}

/** Packets that were lost in a device over a transport, by reason. */
export interface TransportDrops {
  /** Received when `receiveQueue` packets were waiting. */
  queueFull: number;
  /** Received, and longer than the MTU. */
  tooLong: number;
  /** Received without a byte. */
  empty: number;
  /** Received, and nothing that carries packets: a text, an object. */
  foreign: number;
  /** To be sent when the transport had gone. */
  unsent: number;
}

/** A device over a transport that may go away. */
export interface TransportLink extends LinkDevice {
  readonly drops: Readonly<TransportDrops>;
  /** Whether it is closed, or its transport has gone. */
  readonly closed: boolean;
  /** The transport has gone by itself. Called once, and not for one's own `close`. */
  onClose: (() => void) | null;
}

/** The base of devices over a transport, and of yours. */
export abstract class TransportDevice implements TransportLink {
  readonly capabilities: LinkCapabilities;
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  onClose: (() => void) | null = null;
  readonly drops: TransportDrops = { queueFull: 0, tooLong: 0, empty: 0, foreign: 0, unsent: 0 };
  readonly #outbound: PacketRing;
  readonly #inbound: PacketRing;
  readonly #toTransport: PacketReceiver;
  /** Bytes of the packets that wait for `flush`. */
  #bytes = 0;
  /** The open reservation; none while the end is -1. */
  #reserved = 0;
  #reservedEnd = -1;
  /** Whether `reserve` has refused since the last call of `onWritable`. */
  #refused = false;
  #closed = false;
  #lost = false;

  /** @throws RangeError for options out of range. */
  constructor(options: TransportDeviceOptions) {
    const mtu = checkedInteger('mtu', options.mtu ?? 1500, LEAST_MTU, LARGEST_PACKET);
    const slot = PacketRing.spaceFor(mtu, 0);
    const receiveQueue = checkedInteger(
      'receiveQueue',
      options.receiveQueue ?? Math.floor(DEFAULT_QUEUE_BYTES / slot),
      1,
      LONGEST_QUEUE,
    );
    this.capabilities = {
      mtu,
      headroom: 0,
      checksumOffload: false,
      segmentationOffload: 0,
      receiveQueue,
    };
    // One slot more than packets: one that does not fit before the end of a ring leaves a gap.
    this.#inbound = new PacketRing(receiveQueue, (receiveQueue + 1) * slot, 0, 0);
    const sent = Math.max(TRANSMIT_QUEUE_BYTES, (LEAST_TRANSMIT_QUEUE + 1) * slot);
    this.#outbound = new PacketRing(TRANSMIT_QUEUE, sent, 0, 0);
    this.#toTransport = {
      handlePacket: (buf, start, end) => this.transmit(buf, start, end),
    };
  }

  get closed(): boolean {
    return this.#closed || this.#lost;
  }

  get transmitBuffer(): Uint8Array {
    return this.#outbound.slab;
  }

  receive(max: number, receiver: PacketReceiver): number {
    let count = 0;
    while (count < max && !this.#closed) {
      if (this.#inbound.visible === 0) this.refill();
      if (this.#inbound.visible === 0) break;
      count++;
      try {
        this.#inbound.deliver(receiver);
      } finally {
        this.#inbound.release();
      }
    }
    return count;
  }

  reserve(length: number): number {
    const { mtu } = this.capabilities;
    if (!(length > 0 && length <= mtu)) {
      throw new RangeError(`packets of this device have 1 to ${mtu} bytes, not ${length}`);
    }
    this.#reservedEnd = -1;
    if (this.closed) return -1;
    const at = this.hasRoom() ? this.#outbound.reserve(length) : -1;
    if (at === -1) {
      this.#refused = true;
      this.awaitRoom();
      return -1;
    }
    this.#reserved = at;
    this.#reservedEnd = at + length;
    return at;
  }

  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (this.closed) return;
    if (start < this.#reserved || end > this.#reservedEnd || start >= end) {
      throw new RangeError('a packet lies inside the last reservation and is not empty');
    }
    if (checksum === ChecksumState.PARTIAL || segmentSize !== 0) {
      throw new TypeError('this device takes complete packets only: it has no offload');
    }
    this.#reservedEnd = -1;
    this.#bytes += end - start;
    this.#outbound.commit(start, end, checksum, 0);
  }

  flush(): void {
    const packets = this.closed ? 0 : this.#outbound.publish();
    if (packets === 0) return;
    this.beginFlush(packets, this.#bytes);
    this.#bytes = 0;
    while (this.#outbound.visible > 0) {
      try {
        this.#outbound.deliver(this.#toTransport);
      } finally {
        this.#outbound.release();
      }
    }
    this.endFlush();
  }

  close(): void {
    if (!this.closed) this.disconnect();
    this.#closed = true;
    this.onReadable = null;
    this.onWritable = null;
    this.onClose = null;
  }

  /** Whether the transport takes further packets, beside those that wait for `flush`. */
  protected abstract hasRoom(): boolean;

  /** `reserve` has refused: sees to it that `notifyWritable` is called later, never at once. */
  protected abstract awaitRoom(): void;

  /** Sends the packet `buf[start..end)`, which changes once this returns. */
  protected abstract transmit(buf: Uint8Array, start: number, end: number): void;

  /** Releases the transport, also one that has gone; what was handed to it still goes out. */
  protected abstract disconnect(): void;

  /** So many packets with so many bytes follow. */
  protected beginFlush(_packets: number, _bytes: number): void {}

  /** All packets of a `flush` have been handed over. */
  protected endFlush(): void {}

  /** Everything that had arrived is received: takes what the subclass has held back. */
  protected refill(): void {}

  /** Whether a packet of any length can `arrive` without being dropped. */
  protected get canArrive(): boolean {
    return this.#inbound.reserve(this.capabilities.mtu) !== -1;
  }

  /** Takes the received packet `buf[start..end)` by copying it; drops and counts what it cannot. */
  protected arrive(buf: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    const at = this.isPacketLength(end - start) ? this.#inbound.reserve(end - start) : -2;
    if (at === -1) this.drops.queueFull++;
    if (at < 0) return;
    this.#inbound.slab.set(buf.subarray(start, end), at);
    this.#inbound.commit(at, at + end - start, ChecksumState.COMPLETE, 0);
    this.#inbound.publish();
  }

  /** Whether a packet has this length; counts what has not. */
  protected isPacketLength(length: number): boolean {
    if (length === 0) this.drops.empty++;
    else if (length > this.capabilities.mtu) this.drops.tooLong++;
    else return true;
    return false;
  }

  /** To be called once the packets of an event have arrived, from nowhere inside of the device. */
  protected notifyReadable(): void {
    if (this.#inbound.visible > 0) this.onReadable?.();
  }

  /** Calls `onWritable` if somebody waits for it and there is room. */
  protected notifyWritable(): void {
    if (!this.#refused || this.closed || !this.hasRoom()) return;
    this.#refused = false;
    this.onWritable?.();
  }

  /** The transport has gone, by itself or through the peer. */
  protected handleLoss(): void {
    if (this.closed) return;
    this.#lost = true;
    this.disconnect();
    // What was committed, and published by nobody.
    this.drops.unsent += this.#outbound.publish();
    const told = this.onClose;
    this.onClose = null;
    told?.();
  }
}
