/**
 * Packets under way: copies in buffers that are used again, because a simulation sends millions.
 */

import type { SimEvent } from './event-queue.js';

/** Takes packets at the end of a wire. The packet is the taker's until it is given back. */
export interface PacketTaker {
  handleArrival(packet: Packet): void;
}

/** One packet: `bytes[0..length)`, beginning with its IP header. */
export class Packet implements SimEvent {
  atMs = 0;
  order = 0;
  heapIndex = -1;
  bytes: Uint8Array;
  length = 0;
  /** Where it arrives. */
  taker: PacketTaker | null = null;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  fire(): void {
    const { taker } = this;
    this.taker = null;
    taker?.handleArrival(this);
  }
}

const SMALLEST = 2048;
/** Packets of each size that are kept for later. */
const MOST_KEPT = 4096;

/** The packets of one network. */
export class PacketPool {
  readonly #small: Packet[] = [];
  readonly #large: Packet[] = [];

  /** Copies `buf[start..end)` into a packet. */
  take(buf: Uint8Array, start: number, end: number): Packet {
    const length = end - start;
    const isSmall = length <= SMALLEST;
    const kept = (isSmall ? this.#small : this.#large).pop();
    const packet = kept ?? new Packet(new Uint8Array(isSmall ? SMALLEST : 0x10000));
    packet.length = length;
    packet.bytes.set(buf.subarray(start, end));
    return packet;
  }

  give(packet: Packet): void {
    const list = packet.bytes.length === SMALLEST ? this.#small : this.#large;
    if (list.length < MOST_KEPT) list.push(packet);
  }
}
