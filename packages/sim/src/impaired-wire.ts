/**
 * One direction of a link without a network: for whoever carries real packets and wants them
 * delayed, lost, doubled and queued as a simulated link does. Time is the caller's, in ms of any
 * clock that does not go back; it never sleeps and starts no timer.
 *
 * The same seed gives the same decisions for the same packets at the same times.
 */

import { checkSeed } from './check-options.js';
import { EventQueue } from './event-queue.js';
import { Fortune } from './fortune.js';
import type { Impairments } from './impairments.js';
import { type LinkCounts, LinkDirection } from './link-direction.js';
import { type Packet, PacketPool } from './packet.js';
import { randomStream } from './random.js';

/** Is handed a packet `buf[start..end)` at the end of the wire; valid until it returns. */
export type PacketSink = (buf: Uint8Array, start: number, end: number) => void;

/** A wire in one direction. */
export class ImpairedWire {
  readonly #events = new EventQueue();
  readonly #direction: LinkDirection;
  #now = 0;

  /**
   * @param seed any integer; it decides everything that is random.
   * @throws TypeError for an unknown impairment; RangeError for one out of range, or a seed that is no
   *   integer.
   */
  constructor(impairments: Impairments, seed: number, sink: PacketSink) {
    checkSeed(seed);
    const pool = new PacketPool();
    const clock = {
      now: () => this.#now,
      add: (packet: Packet) => this.#events.add(packet),
    };
    const taker = {
      handleArrival: (packet: Packet) => {
        sink(packet.bytes, 0, packet.length);
        pool.give(packet);
      },
    };
    const wiring = { clock, pool, partitions: null, fortune: new Fortune(clock), observer: null };
    const random = randomStream(seed, 0);
    this.#direction = new LinkDirection(wiring, random, impairments, taker, 'here', 'there');
  }

  /** What was counted so far; live. */
  get counts(): Readonly<LinkCounts> {
    return this.#direction.counts;
  }

  /** When the next packet arrives; `Infinity` while none is under way. */
  get nextArrival(): number {
    return this.#events.next;
  }

  /** Puts the packet `buf[start..end)`, which is copied, on the wire. */
  send(buf: Uint8Array, start: number, end: number, now: number): void {
    this.#now = now;
    this.#direction.send(buf, start, end);
  }

  /** Hands over every packet that has arrived by `now`. */
  deliver(now: number): void {
    this.#now = now;
    const last = this.#events.lastOrder;
    for (let due = this.#events.popDue(now, last); due !== null; ) {
      due.fire();
      due = this.#events.popDue(now, last);
    }
  }

  /** Changes what is given, from the next packet on. */
  impair(impairments: Impairments): void {
    this.#direction.impair(impairments);
  }
}
