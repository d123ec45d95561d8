/**
 * The end of a link as a `LinkDevice`: what a simulated host's stack, or anybody's own stack, stands
 * on. It offloads nothing, so that every checksum is on the wire and a flipped bit is found by it.
 *
 * It never refuses a packet: the queue of a link drops, as the queue of a network card does.
 */

import {
  ChecksumState,
  type LinkCapabilities,
  type LinkDevice,
  type PacketReceiver,
} from '@netlayers/link';
import type { Packet, PacketPool, PacketTaker } from './packet.js';

/** The largest packet IPv4 can describe. */
const LARGEST_PACKET = 0xffff;

/** Where a device sends. */
export interface Outlet {
  send(buf: Uint8Array, start: number, end: number): void;
}

/** One end. */
export class SimDevice implements LinkDevice, PacketTaker {
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  readonly transmitBuffer = new Uint8Array(LARGEST_PACKET);
  readonly #pool: PacketPool;
  readonly #name: string;
  #outlet: Outlet | null = null;
  #capabilities: LinkCapabilities | null = null;
  #outbox: Packet[] = [];
  readonly #inbox: Packet[] = [];
  #firstArrived = 0;
  #reserved = -1;
  #closed = false;

  constructor(pool: PacketPool, name: string) {
    this.#pool = pool;
    this.#name = name;
  }

  /** Known once the device is linked. */
  get capabilities(): LinkCapabilities {
    if (this.#capabilities === null) throw new Error(`${this.#name} is not linked to anything yet`);
    return this.#capabilities;
  }

  /** Packets that have arrived and were not received. */
  get waiting(): number {
    return this.#inbox.length - this.#firstArrived;
  }

  /** Belongs to the network: joins the device to its link. */
  attach(outlet: Outlet, mtu: number): void {
    this.#outlet = outlet;
    this.#capabilities = {
      mtu,
      headroom: 0,
      checksumOffload: false,
      segmentationOffload: 0,
      receiveQueue: 0,
    };
  }

  handleArrival(packet: Packet): void {
    if (this.#closed) {
      this.#pool.give(packet);
      return;
    }
    this.#inbox.push(packet);
    this.onReadable?.();
  }

  receive(max: number, receiver: PacketReceiver): number {
    let count = 0;
    while (count < max && this.#firstArrived < this.#inbox.length) {
      const packet = this.#inbox[this.#firstArrived++]!;
      count++;
      receiver.handlePacket(packet.bytes, 0, packet.length, ChecksumState.COMPLETE, 0);
      this.#pool.give(packet);
    }
    if (this.#firstArrived === this.#inbox.length) {
      this.#inbox.length = 0;
      this.#firstArrived = 0;
    }
    return count;
  }

  reserve(length: number): number {
    if (!(length > 0 && length <= LARGEST_PACKET)) {
      throw new RangeError(`a packet has 1 to ${LARGEST_PACKET} bytes, not ${length}`);
    }
    this.#reserved = this.#closed ? -1 : length;
    return this.#closed ? -1 : 0;
  }

  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (this.#closed) return;
    if (start < 0 || end > this.#reserved || start >= end) {
      throw new RangeError('a packet lies inside the last reservation and is not empty');
    }
    if (end - start > this.capabilities.mtu) {
      throw new RangeError(
        `a packet of ${end - start} bytes is above the MTU of ${this.capabilities.mtu}`,
      );
    }
    if (checksum === ChecksumState.PARTIAL || segmentSize !== 0) {
      throw new TypeError('a simulated device offloads nothing');
    }
    this.#reserved = -1;
    this.#outbox.push(this.#pool.take(this.transmitBuffer, start, end));
  }

  flush(): void {
    const packets = this.#outbox;
    if (packets.length === 0) return;
    this.#outbox = [];
    for (const packet of packets) {
      this.#outlet?.send(packet.bytes, 0, packet.length);
      this.#pool.give(packet);
    }
  }

  close(): void {
    this.#closed = true;
    this.onReadable = null;
    this.onWritable = null;
    for (const packet of this.#outbox) this.#pool.give(packet);
    for (let index = this.#firstArrived; index < this.#inbox.length; index++) {
      this.#pool.give(this.#inbox[index]!);
    }
    this.#outbox.length = 0;
    this.#inbox.length = 0;
    this.#firstArrived = 0;
  }
}
