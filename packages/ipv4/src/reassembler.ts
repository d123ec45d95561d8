/**
 * Reassembly of fragmented datagrams (RFC 791, 3.2; RFC 815; RFC 1122, 3.3.2) within limits.
 *
 * Every datagram lives for the same time, counted from its first fragment, so the list in order of
 * arrival is also in order of deadline: the oldest is in front. When a limit is reached the oldest
 * goes, since a flood of unfinished datagrams must not lock out those that would be finished
 * within milliseconds. The number is small on purpose, a search is a walk along the list.
 *
 * The time-out is 30 s where RFC 1122 recommends 60 to 120: at today's rates identifications come
 * again within that time, and the longer a rest lies about, the likelier it meets a namesake
 * (RFC 4963).
 */

import type { Ipv4Counters } from './counters.js';
import type { DropReason } from './drop-reason.js';
import {
  createIpv4Header,
  emitIpv4Header,
  IPV4_MAX_LENGTH,
  type Ipv4Header,
  readIpv4Header,
} from './header.js';
import { MAX_PARTIAL_BYTES, PartialDatagram } from './partial-datagram.js';

/** Limits of reassembly. */
export interface ReassemblyLimits {
  /** How long a datagram may take, in milliseconds. @default 30,000 */
  readonly timeoutMs?: number;
  /** Datagrams under reassembly at once. @default 256 */
  readonly maxDatagrams?: number;
  /** The same from one source address. @default 64 */
  readonly maxPerSource?: number;
  /** Bytes held, bookkeeping included; at least what one datagram may need. @default 4 MiB */
  readonly maxBytes?: number;
}

/** Puts datagrams together again. */
export class Reassembler {
  readonly #timeoutMs: number;
  readonly #maxDatagrams: number;
  readonly #maxPerSource: number;
  readonly #maxBytes: number;
  readonly #counters: Ipv4Counters;
  readonly #partials: PartialDatagram[] = [];
  #bytesHeld = 0;
  /** Where whole datagrams are laid out; made when the first one comes. */
  #buffer: Uint8Array = new Uint8Array(0);
  readonly #header = createIpv4Header();

  /** @throws RangeError for a limit that would not let a single datagram through. */
  constructor(limits: ReassemblyLimits, counters: Ipv4Counters) {
    this.#timeoutMs = limits.timeoutMs ?? 30_000;
    this.#maxDatagrams = limits.maxDatagrams ?? 256;
    this.#maxPerSource = limits.maxPerSource ?? 64;
    this.#maxBytes = limits.maxBytes ?? 4 * 1024 * 1024;
    this.#counters = counters;
    if (!(this.#timeoutMs > 0)) throw new RangeError('the reassembly time-out is not positive');
    if (!(this.#maxDatagrams >= 1) || !(this.#maxPerSource >= 1)) {
      throw new RangeError('reassembly needs room for at least one datagram');
    }
    if (!(this.#maxBytes >= MAX_PARTIAL_BYTES)) {
      throw new RangeError(`reassembly needs at least ${MAX_PARTIAL_BYTES} bytes`);
    }
  }

  /** Bytes held at the moment, bookkeeping included. */
  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /** When `pollExpired` has something to give; Infinity = nothing waits. */
  nextDeadline(): number {
    return this.#partials[0]?.deadline ?? Number.POSITIVE_INFINITY;
  }

  /** The layout of the last whole datagram, from offset 0: header, then payload. */
  get buffer(): Uint8Array {
    return this.#buffer;
  }

  /**
   * Takes the fragment `buf[start..end)`, header included.
   *
   * @returns `'whole'`: the datagram lies in `buffer` until the next call, with a header like that
   *   of fragment zero but of the whole. `'partial'`: more is to come. Else why it was dropped.
   */
  handleFragment(
    header: Ipv4Header,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): 'whole' | 'partial' | DropReason {
    const length = end - start - header.headerLength;
    if (length === 0 || (header.moreFragments && length % 8 !== 0)) return 'bad-fragment';
    if (header.headerLength + header.fragmentOffset + length > IPV4_MAX_LENGTH) {
      return 'fragment-too-long';
    }
    const partial = this.#find(header) ?? this.#open(header, now);
    const before = partial.bytesHeld;
    const reason = partial.add(header, buf, start, end);
    this.#bytesHeld += partial.bytesHeld - before;
    if (reason !== null) return reason;
    if (!partial.isWhole) {
      this.#makeRoom(partial);
      return 'partial';
    }
    const failure = this.#layOut(partial);
    this.#remove(partial);
    return failure ?? 'whole';
  }

  /**
   * Takes out the next datagram whose time has run out; null = none has.
   */
  pollExpired(now: number): PartialDatagram | null {
    for (let oldest = this.#partials[0]; oldest !== undefined; oldest = this.#partials[0]) {
      if (oldest.deadline > now) return null;
      this.#remove(oldest);
      // One that was refused has been counted and forgotten about.
      if (oldest.refused) continue;
      this.#counters.dropped['reassembly-timeout']++;
      return oldest;
    }
    return null;
  }

  #find(header: Ipv4Header): PartialDatagram | null {
    for (let i = this.#partials.length - 1; i >= 0; i--) {
      const partial = this.#partials[i]!;
      if (partial.matches(header)) return partial;
    }
    return null;
  }

  #open(header: Ipv4Header, now: number): PartialDatagram {
    let fromSource = 0;
    let oldestOfSource: PartialDatagram | null = null;
    for (const partial of this.#partials) {
      if (partial.source !== header.source) continue;
      fromSource++;
      oldestOfSource ??= partial;
    }
    if (oldestOfSource !== null && fromSource >= this.#maxPerSource) this.#evict(oldestOfSource);
    const oldest = this.#partials[0];
    if (oldest !== undefined && this.#partials.length >= this.#maxDatagrams) this.#evict(oldest);
    const partial = new PartialDatagram(header, now + this.#timeoutMs);
    this.#partials.push(partial);
    return partial;
  }

  #makeRoom(newest: PartialDatagram): void {
    while (this.#bytesHeld > this.#maxBytes) {
      const victim = this.#partials.find((partial) => partial !== newest && partial.bytesHeld > 0);
      // One datagram alone always fits: the constructor has seen to that.
      if (victim === undefined) return;
      this.#evict(victim);
    }
  }

  #evict(partial: PartialDatagram): void {
    if (!partial.refused) this.#counters.dropped['reassembly-limit']++;
    this.#remove(partial);
  }

  #remove(partial: PartialDatagram): void {
    this.#partials.splice(this.#partials.indexOf(partial), 1);
    this.#bytesHeld -= partial.bytesHeld;
  }

  /** Lays out a whole datagram behind the header of its fragment zero. */
  #layOut(partial: PartialDatagram): DropReason | null {
    const options = partial.header!;
    const header = this.#header;
    const ecn = partial.ecn;
    if (ecn < 0) return 'fragment-ecn';
    // Only now is the header known whose options count: fragment zero may have come last.
    if (options.length + partial.length > IPV4_MAX_LENGTH) return 'fragment-too-long';
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(IPV4_MAX_LENGTH);
    this.#buffer.set(options);
    readIpv4Header(options, 0, header);
    header.tos = (header.tos & 0xfc) | ecn;
    header.totalLength = options.length + partial.length;
    header.moreFragments = false;
    partial.copyTo(this.#buffer, emitIpv4Header(this.#buffer, 0, header));
    return null;
  }
}
