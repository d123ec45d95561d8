/**
 * Datagrams that wait for their reader: copies, in order, within a limit of the socket's own and one
 * of all sockets together. What finds no room is not kept, and what is kept is not given up for it.
 */

import { keepArrival, type UdpArrival } from './arrival.js';
import type { UdpCounters, UdpDropReason } from './counters.js';

/** Counted for each datagram besides its data, so that empty ones are not free. */
const OVERHEAD = 256;

/** What all queues of a layer hold together. */
export class ReceiveBudget {
  readonly #limit: number;
  readonly #counters: UdpCounters;

  /** @param limit in bytes. */
  constructor(limit: number, counters: UdpCounters) {
    this.#limit = limit;
    this.#counters = counters;
  }

  /** Takes `size` bytes, if they are left. */
  take(size: number): boolean {
    const counters = this.#counters;
    if (counters.queueBytes + size > this.#limit) return false;
    counters.queueBytes += size;
    counters.queueBytesPeak = Math.max(counters.queueBytesPeak, counters.queueBytes);
    return true;
  }

  give(size: number): void {
    this.#counters.queueBytes -= size;
  }
}

/** A datagram that waits. */
export interface QueuedDatagram {
  readonly data: Uint8Array;
  readonly arrival: UdpArrival;
}

/** The datagrams of one socket. */
export class ReceiveQueue {
  /** Bytes that may wait, bookkeeping included. */
  limit: number;
  readonly #budget: ReceiveBudget;
  #waiting: QueuedDatagram[] = [];
  /** Those in front of it have been taken. */
  #first = 0;
  #bytes = 0;

  constructor(budget: ReceiveBudget, limit: number) {
    this.#budget = budget;
    this.limit = limit;
  }

  /** Datagrams that wait. */
  get length(): number {
    return this.#waiting.length - this.#first;
  }

  /** Keeps a copy of `buf[start..end)`; returns why it cannot, or `null`. */
  push(buf: Uint8Array, start: number, end: number, arrival: UdpArrival): UdpDropReason | null {
    const size = OVERHEAD + end - start;
    if (this.#bytes + size > this.limit) return 'queue-full';
    if (!this.#budget.take(size)) return 'memory-full';
    this.#bytes += size;
    this.#waiting.push({ data: buf.slice(start, end), arrival: keepArrival(arrival) });
    return null;
  }

  /** Takes the oldest one; `null` = there is none. */
  shift(): QueuedDatagram | null {
    const datagram = this.#waiting[this.#first];
    if (datagram === undefined) return null;
    this.#first++;
    // A reader that never catches up must not leave those it has read behind.
    if (this.#first === this.#waiting.length || this.#first === 1024) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    const size = OVERHEAD + datagram.data.length;
    this.#bytes -= size;
    this.#budget.give(size);
    return datagram;
  }

  /** Forgets all of them, and returns how many they were. */
  clear(): number {
    const count = this.length;
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
    this.#waiting = [];
    this.#first = 0;
    return count;
  }
}
