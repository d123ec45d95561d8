/**
 * What is left of connections in TIME-WAIT: a record of twelve 32-bit words each, so that a server
 * that closes first keeps a quarter of a million of them in 16 MiB and still takes new connections.
 *
 * A record is found by a 64-bit keyed hash of its 4-tuple, which takes the place of the addresses:
 * the segment that finds a record brings them along. Records lie side by side in one array, the last
 * one moves into the place of one that goes; an index is good until the next change. A hash table
 * (linear probing, no tombstones) finds them, a binary heap of indices holds them by expiry. Both
 * included, a record costs at most 64 bytes of a full table.
 *
 * Times are kept as whole milliseconds modulo 2^32 and compared in that circle: an expiry is rounded
 * up, so nothing ends early.
 */

import { type FourTuple, LONGEST_TUPLE_WORDS, writeTuple } from '../connection/four-tuple.js';
import { type Seq, seq } from '../wire/seq.js';
import { SipHash } from './siphash.js';

/** What TIME-WAIT remembers of a connection. */
export interface TimeWaitRecord {
  /** SND.NXT, everything before which is acknowledged. */
  sndNxt: Seq;
  /** RCV.NXT, behind the peer's FIN. */
  rcvNxt: Seq;
  rcvWnd: number;
  /** Our shift count, 0 to 14. */
  rcvShift: number;
  /** MAX.SND.WND of RFC 5961. */
  sndMaxWnd: number;
  /** Whether both sides send timestamps; the next two mean something only then. */
  hasTimestamps: boolean;
  tsRecent: number;
  /** When it was taken, in whole seconds. */
  tsRecentAt: number;
}

// The words of a record.
const KEY_LOW = 0;
const KEY_HIGH = 1;
const SND_NXT = 2;
const RCV_NXT = 3;
const RCV_WND = 4;
const SND_MAX_WND = 5;
const TS_RECENT = 6;
const TS_RECENT_AT = 7;
const EXPIRES_AT = 8;
const ANSWERED_AT = 9;
/** Shift in bits 0 to 3, timestamps in bit 4, 2 MSL in milliseconds above. */
const TRAITS = 10;
/** Where the heap has it. */
const PLACE = 11;
const WORDS = 12;

const HAS_TIMESTAMPS = 0x10;
const EMPTY = -1;
const SMALLEST = 64;
/** The table of slots is at most so full. */
const MOST_FULL = 7 / 8;

/** Makes a record to read into. */
export const createTimeWaitRecord = (): TimeWaitRecord => ({
  sndNxt: seq(0),
  rcvNxt: seq(0),
  rcvWnd: 0,
  rcvShift: 0,
  sndMaxWnd: 0,
  hasTimestamps: false,
  tsRecent: 0,
  tsRecentAt: 0,
});

/** The records of one stack. */
export class TimeWaitTable {
  /** The most records; one more takes the place of the one that would end next. */
  readonly limit: number;
  readonly #hash: SipHash;
  readonly #tupleWords = new Int32Array(LONGEST_TUPLE_WORDS);
  /** The key of the last 4-tuple that was hashed. */
  #low = 0;
  #high = 0;
  #size = 0;
  #words = new Uint32Array(0);
  /** Record indices, the earliest expiry first. */
  #heap = new Int32Array(0);
  /** Record indices by hash, or EMPTY. */
  #slots = new Int32Array(1).fill(EMPTY);
  /** Whole milliseconds of the last call that had the time: the circle is read from here. */
  #clock = 0;

  /** @throws RangeError for a limit below 1. */
  constructor(randomU32: () => number, limit: number) {
    if (!(limit >= 1)) throw new RangeError('maxTimeWait has to be at least 1');
    this.#hash = SipHash.random(randomU32);
    this.limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes that the table holds now. */
  get byteLength(): number {
    return this.#words.byteLength + this.#heap.byteLength + this.#slots.byteLength;
  }

  /** When the first record ends, in the caller's milliseconds; `Infinity` = there is none. */
  get nextExpiry(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY;
    return this.#clock + ((this.#expiry(this.#heap[0]!) - (this.#clock >>> 0)) | 0);
  }

  /** The index of the record of a 4-tuple, -1 = there is none. */
  find(tuple: FourTuple): number {
    if (this.#size === 0) return -1;
    this.#hashOf(tuple);
    return this.#lookUp();
  }

  #hashOf(tuple: FourTuple): void {
    this.#low = this.#hash.hash(this.#tupleWords, writeTuple(tuple, this.#tupleWords));
    this.#high = this.#hash.high;
  }

  #lookUp(): number {
    const low = this.#low;
    const high = this.#high;
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!;
      if (index === EMPTY) return -1;
      const at = index * WORDS;
      if (this.#words[at + KEY_LOW] === low && this.#words[at + KEY_HIGH] === high) return index;
    }
  }

  read(index: number, into: TimeWaitRecord): void {
    const words = this.#words;
    const at = index * WORDS;
    const traits = words[at + TRAITS]!;
    into.sndNxt = seq(words[at + SND_NXT]!);
    into.rcvNxt = seq(words[at + RCV_NXT]!);
    into.rcvWnd = words[at + RCV_WND]!;
    into.rcvShift = traits & 0xf;
    into.sndMaxWnd = words[at + SND_MAX_WND]!;
    into.hasTimestamps = (traits & HAS_TIMESTAMPS) !== 0;
    into.tsRecent = words[at + TS_RECENT]!;
    into.tsRecentAt = words[at + TS_RECENT_AT]!;
  }

  /**
   * Adds the record of a connection that has entered TIME-WAIT.
   *
   * @param durationMs 2 MSL, at most 2^27 - 1.
   * @returns whether another had to go before its time.
   */
  add(tuple: FourTuple, record: TimeWaitRecord, durationMs: number, now: number): boolean {
    this.#hashOf(tuple);
    const before = this.#lookUp();
    if (before >= 0) this.remove(before);
    const isFull = this.#size >= this.limit;
    if (isFull) this.remove(this.#heap[0]!);
    if (this.#size === this.#heap.length) this.#resize(Math.max(SMALLEST, this.#size * 2));
    this.#clock = Math.floor(now);
    const index = this.#size++;
    const words = this.#words;
    const at = index * WORDS;
    words[at + KEY_LOW] = this.#low;
    words[at + KEY_HIGH] = this.#high;
    words[at + SND_NXT] = record.sndNxt;
    words[at + RCV_NXT] = record.rcvNxt;
    words[at + RCV_WND] = record.rcvWnd;
    words[at + SND_MAX_WND] = record.sndMaxWnd;
    words[at + TS_RECENT] = record.tsRecent;
    words[at + TS_RECENT_AT] = record.tsRecentAt;
    // At least until the turn is over: the ACK of the FIN has yet to leave.
    words[at + EXPIRES_AT] = Math.ceil(now + Math.max(durationMs, 1)) >>> 0;
    words[at + ANSWERED_AT] = 0;
    words[at + TRAITS] =
      Math.ceil(durationMs) * 32 + (record.hasTimestamps ? HAS_TIMESTAMPS : 0) + record.rcvShift;
    this.#link(index);
    this.#place(index, index);
    this.#siftUp(index);
    return isFull;
  }

  /** Takes a record out; the last one gets its index. */
  remove(index: number): void {
    this.#unlink(index);
    const last = --this.#size;
    const place = this.#words[index * WORDS + PLACE]!;
    if (place !== last) {
      this.#place(this.#heap[last]!, place);
      this.#siftUp(place);
      this.#siftDown(place);
    }
    if (index !== last) {
      this.#slots[this.#slotOf(last)] = index;
      this.#words.copyWithin(index * WORDS, last * WORDS, (last + 1) * WORDS);
      this.#heap[this.#words[index * WORDS + PLACE]!] = index;
    }
    const capacity = this.#heap.length;
    if (capacity > SMALLEST && this.#size * 8 < capacity) this.#resize(capacity >> 1);
  }

  /** Starts the 2 MSL of a record anew. */
  restart(index: number, now: number): void {
    this.#clock = Math.floor(now);
    const at = index * WORDS;
    this.#words[at + EXPIRES_AT] = Math.ceil(now + (this.#words[at + TRAITS]! >>> 5)) >>> 0;
    this.#siftDown(this.#words[at + PLACE]!);
  }

  /** Takes a later timestamp of the peer. */
  noteTimestamp(index: number, tsval: number, now: number): void {
    this.#words[index * WORDS + TS_RECENT] = tsval;
    this.#words[index * WORDS + TS_RECENT_AT] = now / 1000;
  }

  /** Whether a record may answer: the first time at once, then every `intervalMs`. */
  mayAnswer(index: number, intervalMs: number, now: number): boolean {
    const at = index * WORDS + ANSWERED_AT;
    // 0 is "never", so times are made odd; a millisecond more or less does no harm here.
    const tick = (Math.floor(now) | 1) >>> 0;
    const answeredAt = this.#words[at]!;
    if (answeredAt !== 0 && (tick - answeredAt) >>> 0 < intervalMs) return false;
    this.#words[at] = tick;
    return true;
  }

  /** Forgets every record whose time is over; returns how many. */
  expire(now: number): number {
    this.#clock = Math.floor(now);
    const tick = this.#clock >>> 0;
    const before = this.#size;
    while (this.#size > 0 && ((this.#expiry(this.#heap[0]!) - tick) | 0) <= 0) {
      this.remove(this.#heap[0]!);
    }
    return before - this.#size;
  }

  #expiry(index: number): number {
    return this.#words[index * WORDS + EXPIRES_AT]!;
  }

  // The hash table.

  #link(index: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#words[index * WORDS + KEY_LOW]! & mask;
    while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#slots[slot] = index;
  }

  #slotOf(index: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#words[index * WORDS + KEY_LOW]! & mask;
    while (this.#slots[slot] !== index) slot = (slot + 1) & mask;
    return slot;
  }

  #unlink(index: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#slotOf(index);
    for (let slot = (hole + 1) & mask; slots[slot] !== EMPTY; slot = (slot + 1) & mask) {
      // A record may move up into the hole when its home is not between the hole and itself.
      const home = this.#words[slots[slot]! * WORDS + KEY_LOW]! & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        slots[hole] = slots[slot]!;
        hole = slot;
      }
    }
    slots[hole] = EMPTY;
  }

  // The heap.

  #isEarlier(a: number, b: number): boolean {
    return ((this.#expiry(a) - this.#expiry(b)) | 0) < 0;
  }

  #place(index: number, place: number): void {
    this.#heap[place] = index;
    this.#words[index * WORDS + PLACE] = place;
  }

  #siftUp(start: number): void {
    const index = this.#heap[start]!;
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isEarlier(index, this.#heap[parent]!)) break;
      this.#place(this.#heap[parent]!, place);
      place = parent;
    }
    this.#place(index, place);
  }

  #siftDown(start: number): void {
    const index = this.#heap[start]!;
    let place = start;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#isEarlier(this.#heap[right]!, this.#heap[child]!)) {
        child = right;
      }
      if (!this.#isEarlier(this.#heap[child]!, index)) break;
      this.#place(this.#heap[child]!, place);
      place = child;
    }
    this.#place(index, place);
  }

  #resize(wanted: number): void {
    const capacity = Math.min(wanted, Math.max(this.limit, this.#size));
    const words = new Uint32Array(capacity * WORDS);
    words.set(this.#words.subarray(0, this.#size * WORDS));
    const heap = new Int32Array(capacity);
    heap.set(this.#heap.subarray(0, this.#size));
    let slots = SMALLEST;
    while (slots * MOST_FULL < capacity) slots *= 2;
    this.#words = words;
    this.#heap = heap;
    this.#slots = new Int32Array(slots).fill(EMPTY);
    for (let index = 0; index < this.#size; index++) this.#link(index);
  }
}
