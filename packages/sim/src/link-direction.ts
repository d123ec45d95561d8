/**
 * One direction of a link: a drop-tail queue in front of a rate, and behind it a wire that delays,
 * loses, corrupts, doubles and reorders. Every impairment is counted.
 *
 * Order is kept except for packets that reordering chose: jitter delays those behind with it, as a
 * queue does.
 */

import { markCongestion } from './ecn-mark.js';
import type { Fortune } from './fortune.js';
import { type Impairments, type ResolvedImpairments, resolveImpairments } from './impairments.js';
import type { Packet, PacketPool, PacketTaker } from './packet.js';
import type { Partitions } from './partition.js';
import type { RandomStream } from './random.js';
import type { PacketFate, WireEvent, WireObserver } from './wire-event.js';

/** What one direction has done; a packet that arrives twice is `sent` and `duplicated`. */
export interface LinkCounts {
  /** Packets given to the link. */
  packets: number;
  bytes: number;
  /** By what became of them; copies are not counted here. */
  readonly fates: Record<PacketFate, number>;
  duplicated: number;
  corrupted: number;
  reordered: number;
  /** Marked instead of dropped (RFC 3168). */
  marked: number;
}

/** The time of a direction, and what lets packets arrive at theirs. */
export interface PacketClock {
  now(): number;
  /** Calls the packet's `fire` at `atMs`. */
  add(packet: Packet): void;
}

/** What a direction needs of its network. */
export interface Wiring {
  readonly clock: PacketClock;
  readonly pool: PacketPool;
  /** Where packets between two nodes are lost; `null` = nowhere. */
  readonly partitions: Partitions | null;
  /** Decides what may go wrong. */
  readonly fortune: Fortune;
  observer: WireObserver | null;
}

const BITS = 8;
const MS = 1000;

/** One way. */
export class LinkDirection {
  readonly counts: LinkCounts = {
    packets: 0,
    bytes: 0,
    fates: {
      sent: 0,
      lost: 0,
      'lost-in-burst': 0,
      'queue-full': 0,
      filtered: 0,
      'link-down': 0,
      partitioned: 0,
    },
    duplicated: 0,
    corrupted: 0,
    reordered: 0,
    marked: 0,
  };
  isDown = false;
  /** Names of its ends. */
  readonly from: string;
  readonly to: string;
  readonly #wiring: Wiring;
  readonly #random: RandomStream;
  readonly #taker: PacketTaker;
  /** Packets that are dropped whatever chance says; `null` = none. */
  readonly #drops: ReadonlySet<number> | null;
  readonly #event: WireEvent;
  #impairments: ResolvedImpairments;
  /** When the last queued bit has left, and what waits until then, oldest first. */
  #busyUntil = 0;
  #departures: number[] = [];
  #lengths: number[] = [];
  #firstWaiting = 0;
  #waitingBytes = 0;
  #lastArrival = 0;
  /** Start of the current burst; -1 = none. */
  #burstSince = -1;

  constructor(
    wiring: Wiring,
    random: RandomStream,
    impairments: Impairments,
    taker: PacketTaker,
    from: string,
    to: string,
  ) {
    this.#wiring = wiring;
    this.#random = random;
    this.#taker = taker;
    this.from = from;
    this.to = to;
    this.#drops = wiring.fortune.dropsOf(from, to);
    this.#impairments = resolveImpairments(impairments);
    this.#event = {
      atMs: 0,
      arrivesAtMs: 0,
      from,
      to,
      index: 0,
      fate: 'sent',
      corrupted: false,
      isCopy: false,
      reordered: false,
      buf: new Uint8Array(0),
      start: 0,
      end: 0,
    };
  }

  /** Changes what is given, from the next packet on. */
  impair(impairments: Impairments): void {
    this.#impairments = resolveImpairments(impairments, this.#impairments);
  }

  /** Sends the packet `buf[start..end)`, which is copied. */
  send(buf: Uint8Array, start: number, end: number): void {
    const { counts } = this;
    const now = this.#wiring.clock.now();
    const index = counts.packets++;
    this.#event.index = index;
    counts.bytes += end - start;
    const fate = this.#fateOf(buf, start, end, index, now);
    counts.fates[fate]++;
    if (fate === 'sent') {
      this.#carry(buf, start, end, now, false);
      if (this.#happens(this.#impairments.duplicate)) {
        counts.duplicated++;
        this.#carry(buf, start, end, now, true);
      }
    } else if (this.#wiring.observer !== null) {
      this.#show(buf, start, end, fate, now, 0, false, false, false);
    }
  }

  #fateOf(buf: Uint8Array, start: number, end: number, index: number, now: number): PacketFate {
    const { drop, loss } = this.#impairments;
    if (this.isDown) return 'link-down';
    if (this.#wiring.partitions?.cuts(buf, start, end) === true) return 'partitioned';
    if (drop?.(buf, start, end, index) === true || this.#drops?.has(index) === true) {
      return 'filtered';
    }
    // A packet that is lost on the wire has used its share of the rate.
    if (!this.#enqueue(end - start, now)) return 'queue-full';
    if (this.#wiring.fortune.chance === 'no-loss') return 'sent';
    if (this.#isInBurst(now)) return 'lost-in-burst';
    return this.#happens(loss) ? 'lost' : 'sent';
  }

  /** Puts a packet into the queue and moves `#busyUntil` behind it. Returns false when it is full. */
  #enqueue(length: number, now: number): boolean {
    const { rateBitsPerSecond, queuePackets, queueBytes } = this.#impairments;
    if (rateBitsPerSecond === Number.POSITIVE_INFINITY) {
      this.#busyUntil = now;
      return true;
    }
    while (
      this.#firstWaiting < this.#departures.length &&
      this.#departures[this.#firstWaiting]! <= now
    ) {
      this.#waitingBytes -= this.#lengths[this.#firstWaiting++]!;
    }
    if (this.#firstWaiting > 1024 && this.#firstWaiting * 2 > this.#departures.length) {
      this.#departures = this.#departures.slice(this.#firstWaiting);
      this.#lengths = this.#lengths.slice(this.#firstWaiting);
      this.#firstWaiting = 0;
    }
    // The packet that is being sent does not wait.
    const waiting = this.#departures.length - this.#firstWaiting;
    if (waiting > queuePackets) return false;
    if (waiting > 0 && this.#waitingBytes + length > queueBytes) return false;
    this.#busyUntil = Math.max(now, this.#busyUntil) + (length * BITS * MS) / rateBitsPerSecond;
    this.#departures.push(this.#busyUntil);
    this.#lengths.push(length);
    this.#waitingBytes += length;
    return true;
  }

  #isInBurst(now: number): boolean {
    const { probability, endProbability, longestMs } = this.#impairments.burstLoss;
    if (this.#burstSince >= 0 && now - this.#burstSince > longestMs) this.#burstSince = -1;
    if (this.#burstSince < 0) {
      if (!this.#happens(probability)) return false;
      this.#burstSince = now;
    }
    if (this.#happens(endProbability)) this.#burstSince = -1;
    return true;
  }

  #carry(buf: Uint8Array, start: number, end: number, now: number, isCopy: boolean): void {
    const { delayMs, jitterMs, reorder, corrupt } = this.#impairments;
    const packet = this.#wiring.pool.take(buf, start, end);
    let arrival = this.#busyUntil + delayMs;
    if (jitterMs > 0) arrival += this.#random.fraction() * jitterMs;
    const isLate = this.#happens(reorder.probability);
    if (isLate) {
      this.counts.reordered++;
      arrival += reorder.extraMs;
    } else {
      arrival = Math.max(arrival, this.#lastArrival);
      this.#lastArrival = arrival;
    }
    if (this.#waitingBytes > this.#impairments.markBytes && markCongestion(packet.bytes)) {
      this.counts.marked++;
    }
    const isCorrupt = this.#happens(corrupt);
    if (isCorrupt) {
      this.counts.corrupted++;
      const bit = Math.floor(this.#random.fraction() * packet.length * BITS);
      packet.bytes[bit >>> 3]! ^= 0x80 >> (bit & 7);
    }
    packet.atMs = arrival;
    packet.taker = this.#taker;
    if (this.#wiring.observer !== null) {
      this.#show(packet.bytes, 0, packet.length, 'sent', now, arrival, isCorrupt, isCopy, isLate);
    }
    this.#wiring.clock.add(packet);
  }

  #happens(probability: number): boolean {
    if (probability === 0 || this.#wiring.fortune.chance === 'none') return false;
    return this.#random.fraction() < probability;
  }

  #show(
    buf: Uint8Array,
    start: number,
    end: number,
    fate: PacketFate,
    atMs: number,
    arrivesAtMs: number,
    corrupted: boolean,
    isCopy: boolean,
    reordered: boolean,
  ): void {
    const event = this.#event;
    event.atMs = atMs;
    event.arrivesAtMs = arrivesAtMs;
    event.fate = fate;
    event.corrupted = corrupted;
    event.isCopy = isCopy;
    event.reordered = reordered;
    event.buf = buf;
    event.start = start;
    event.end = end;
    this.#wiring.observer?.(event);
  }
}
