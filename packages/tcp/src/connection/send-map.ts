/**
 * What a sender remembers of what is in flight: one record per emission, in the order of sequence
 * space, without gaps between SND.UNA and SND.NXT. SACK, RACK-TLP, F-RTO, Eifel, delivery rates and
 * the discovery of the path's MTU all read and mark this one structure.
 *
 * A record is what left at one moment: a segment, a super-segment, or several segments of one output
 * round. An acknowledgment that ends inside of one, or a smaller segment size, cuts it; neighbours
 * that differ in nothing that matters are joined. Records lie in typed columns, a window of them
 * that moves up as the oldest are acknowledged; an empty map holds no memory.
 *
 * `sackedBytes` and `lostBytes` always equal the sums over the marks: a record is in flight unless
 * it is SACKed, or lost and not sent again since. Which record is lost, and when, is not decided
 * here.
 */

import type { Because } from '../base/reasons.js';
import {
  NO_RECORDS,
  NUMBERS_PER_RECORD,
  type RecordPool,
  type RecordStore,
  WORDS_PER_RECORD,
} from '../memory/record-pool.js';
import { type Seq, seqDiff, seqLe } from '../wire/seq.js';
import type { Emission, EmissionState } from './emission.js';

// Columns of whole numbers.
const START = 0;
const END = 1;
const MARKS = 2;
/** Times sent again in the low half, the reason of the last emission in the high half. */
const HISTORY = 3;

// Columns of numbers.
const SENT_AT = 0;
const DELIVERED = 1;
const DELIVERED_AT = 2;
const FIRST_SENT_AT = 3;
const IN_FLIGHT = 4;
const LOST_BEFORE = 5;

const SACKED = 1;
const LOST = 2;
const APP_LIMITED = 4;
/** Joined of emissions at different moments: `sentAt` is that of the latest. */
const MIXED = 8;

/** The records of one connection. An index counts from the oldest record. */
export class SendMap {
  readonly #pool: RecordPool;
  #store: RecordStore = NO_RECORDS;
  /** The records are `#first` to `#last`, the latter not included. */
  #first = 0;
  #last = 0;
  /** Bytes the peer has by its SACK blocks. */
  sackedBytes = 0;
  /** Bytes judged lost and not sent again since. */
  lostBytes = 0;

  constructor(pool: RecordPool) {
    this.#pool = pool;
  }

  get size(): number {
    return this.#last - this.#first;
  }

  /** First sequence number of a record. */
  start(index: number): Seq {
    return this.#word(index, START) as Seq;
  }

  /** Sequence number behind a record. */
  end(index: number): Seq {
    return this.#word(index, END) as Seq;
  }

  length(index: number): number {
    return seqDiff(this.end(index), this.start(index));
  }

  /** When it last left, in monotonic ms. */
  sentAt(index: number): number {
    return this.#number(index, SENT_AT);
  }

  /** How often it was sent again. */
  timesRepeated(index: number): number {
    return this.#word(index, HISTORY) & 0xffff;
  }

  /** Why it last left, or why it is lost. */
  because(index: number): Because {
    return (this.#word(index, HISTORY) >>> 16) as Because;
  }

  isSacked(index: number): boolean {
    return (this.#word(index, MARKS) & SACKED) !== 0;
  }

  /** Whether it is judged lost and has not been sent again. */
  isLost(index: number): boolean {
    return (this.#word(index, MARKS) & LOST) !== 0;
  }

  /** Whether an acknowledgment of it measures a round trip: it left once, at one moment (Karn's rule). */
  isTimed(index: number): boolean {
    return this.timesRepeated(index) === 0 && (this.#word(index, MARKS) & MIXED) === 0;
  }

  /** Bytes that had been delivered when it left. */
  delivered(index: number): number {
    return this.#number(index, DELIVERED);
  }

  /** Reads all that an acknowledgment wants to know of a record. */
  read(index: number, into: Emission): void {
    const { words, numbers } = this.#store;
    const word = (this.#first + index) * WORDS_PER_RECORD;
    const number = (this.#first + index) * NUMBERS_PER_RECORD;
    const marks = words[word + MARKS]!;
    const history = words[word + HISTORY]!;
    into.start = words[word + START]! as Seq;
    into.end = words[word + END]! as Seq;
    into.because = (history >>> 16) as Because;
    into.timesRepeated = history & 0xffff;
    into.isSacked = (marks & SACKED) !== 0;
    into.isTimed = this.isTimed(index);
    into.isAppLimited = (marks & APP_LIMITED) !== 0;
    into.sentAt = numbers[number + SENT_AT]!;
    into.delivered = numbers[number + DELIVERED]!;
    into.deliveredAt = numbers[number + DELIVERED_AT]!;
    into.firstSentAt = numbers[number + FIRST_SENT_AT]!;
    into.inFlight = numbers[number + IN_FLIGHT]!;
    into.lostBefore = numbers[number + LOST_BEFORE]!;
  }

  /** Bytes in flight just after it left. */
  inFlight(index: number): number {
    return this.#number(index, IN_FLIGHT);
  }

  /** Bytes that had been judged lost when it left. */
  lostBefore(index: number): number {
    return this.#number(index, LOST_BEFORE);
  }

  /** Index of the record that holds `at`; `size` when `at` is behind the last one. */
  find(at: Seq): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (seqLe(this.end(middle), at)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the first lost record at or behind `from`; `size` when there is none. */
  nextLost(from = 0): number {
    if (this.lostBytes === 0) return this.size;
    let index = from;
    while (index < this.size && !this.isLost(index)) index++;
    return index;
  }

  /**
   * Appends `[start, end)`, which has just left for the first time.
   *
   * @param inFlight bytes in flight with it.
   */
  append(
    start: Seq,
    end: Seq,
    because: Because,
    now: number,
    inFlight: number,
    state: EmissionState,
  ): void {
    const index = this.size;
    if (index > 0 && this.#continues(index - 1, because, now, state)) {
      this.#setWord(index - 1, END, end);
      this.#store.numbers[(this.#last - 1) * NUMBERS_PER_RECORD + IN_FLIGHT] = inFlight;
      return;
    }
    this.#makeRoom();
    this.#last++;
    this.#setWord(index, START, start);
    this.#setWord(index, END, end);
    this.#setWord(index, HISTORY, because << 16);
    this.#stamp(index, now, inFlight, state);
  }

  /** Whether what leaves now for the first time leaves at one moment with a record, and for the same reason. */
  #continues(index: number, because: Because, now: number, state: EmissionState): boolean {
    return (
      this.sentAt(index) === now &&
      this.#word(index, MARKS) === (state.isAppLimited ? APP_LIMITED : 0) &&
      this.#word(index, HISTORY) === because << 16 &&
      this.delivered(index) === state.delivered &&
      this.lostBefore(index) === state.lost
    );
  }

  /** The last record has grown by text that left with its repetition. */
  extendLast(end: Seq): void {
    this.#setWord(this.size - 1, END, end);
  }

  /** Takes note that a record has left once more. */
  repeat(
    index: number,
    because: Because,
    now: number,
    inFlight: number,
    state: EmissionState,
  ): void {
    if (this.isLost(index)) this.lostBytes -= this.length(index);
    const times = Math.min(this.timesRepeated(index) + 1, 0xffff);
    this.#setWord(index, HISTORY, (because << 16) | times);
    this.#stamp(index, now, inFlight, state);
  }

  /** It has left again and is lost all the same, as a probe of a closed window is: no copy of it is timed. */
  distrust(index: number): void {
    const times = Math.min(this.timesRepeated(index) + 1, 0xffff);
    this.#setWord(index, HISTORY, (this.because(index) << 16) | times);
  }

  /** The peer has it, by a SACK block. Returns the index of the record that it is a part of now. */
  markSacked(index: number): number {
    if (this.isLost(index)) this.lostBytes -= this.length(index);
    this.sackedBytes += this.length(index);
    this.#setWord(index, MARKS, (this.#word(index, MARKS) & MIXED) | SACKED);
    this.#join(index);
    return index > 0 && this.#join(index - 1) ? index - 1 : index;
  }

  /** Judges a record lost. Returns the index of the record that it is a part of now. */
  markLost(index: number, because: Because): number {
    if (this.isLost(index) || this.isSacked(index)) return index;
    this.lostBytes += this.length(index);
    this.#setWord(index, MARKS, (this.#word(index, MARKS) & ~SACKED) | LOST);
    this.#setWord(index, HISTORY, (because << 16) | this.timesRepeated(index));
    this.#join(index);
    return index > 0 && this.#join(index - 1) ? index - 1 : index;
  }

  /** Takes back every judgment of loss: what was not sent again is in flight. */
  forgetLost(): void {
    this.#clearMark(LOST);
    this.lostBytes = 0;
  }

  /** Takes back every SACK: the peer may have dropped what it had reported (RFC 2018, 8). */
  forgetSacked(): void {
    this.#clearMark(SACKED);
    this.sackedBytes = 0;
  }

  /** Cuts a record in two at `at`, which lies inside of it; the second one is at `index + 1`. */
  cut(index: number, at: Seq): void {
    if (index === 0 && this.#first > 0) {
      // The first half goes where the last record was.
      this.#first--;
      this.#move(this.#first + 1, this.#first, this.#first + 2);
    } else {
      this.#makeRoom();
      const position = this.#first + index;
      this.#move(position, position + 1, this.#last);
      this.#last++;
    }
    this.#setWord(index, END, at);
    this.#setWord(index + 1, START, at);
  }

  /** Takes the oldest record out as far as `to`, its end or before it: that is acknowledged. */
  removeUntil(to: Seq): void {
    const { words } = this.#store;
    const at = this.#first * WORDS_PER_RECORD;
    const marks = words[at + MARKS]!;
    if ((marks & (SACKED | LOST)) !== 0) {
      const bytes = seqDiff(to, words[at + START]! as Seq);
      if ((marks & SACKED) !== 0) this.sackedBytes -= bytes;
      else this.lostBytes -= bytes;
    }
    if (words[at + END] !== to) {
      words[at + START] = to;
      return;
    }
    this.#first++;
    if (this.#first === this.#last) this.clear();
  }

  /** Forgets everything and gives the memory back. */
  clear(): void {
    this.#pool.give(this.#store);
    this.#store = NO_RECORDS;
    this.#first = 0;
    this.#last = 0;
    this.sackedBytes = 0;
    this.lostBytes = 0;
  }

  #word(index: number, column: number): number {
    return this.#store.words[(this.#first + index) * WORDS_PER_RECORD + column]!;
  }

  #setWord(index: number, column: number, value: number): void {
    this.#store.words[(this.#first + index) * WORDS_PER_RECORD + column] = value;
  }

  #number(index: number, column: number): number {
    return this.#store.numbers[(this.#first + index) * NUMBERS_PER_RECORD + column]!;
  }

  /** Moves the records from place `from` of the store to before `until` to place `to`. */
  #move(from: number, to: number, until: number): void {
    const { words, numbers } = this.#store;
    words.copyWithin(to * WORDS_PER_RECORD, from * WORDS_PER_RECORD, until * WORDS_PER_RECORD);
    numbers.copyWithin(
      to * NUMBERS_PER_RECORD,
      from * NUMBERS_PER_RECORD,
      until * NUMBERS_PER_RECORD,
    );
  }

  #stamp(index: number, now: number, inFlight: number, state: EmissionState): void {
    this.#setWord(index, MARKS, state.isAppLimited ? APP_LIMITED : 0);
    const { numbers } = this.#store;
    const at = (this.#first + index) * NUMBERS_PER_RECORD;
    numbers[at + SENT_AT] = now;
    numbers[at + DELIVERED] = state.delivered;
    numbers[at + DELIVERED_AT] = state.deliveredAt;
    numbers[at + FIRST_SENT_AT] = state.firstSentAt;
    numbers[at + IN_FLIGHT] = inFlight;
    numbers[at + LOST_BEFORE] = state.lost;
  }

  #clearMark(mark: number): void {
    for (let index = 0; index < this.size; index++) {
      this.#setWord(index, MARKS, this.#word(index, MARKS) & ~mark);
    }
  }

  /** Room for one more record behind the last one. */
  #makeRoom(): void {
    const { capacity, words, numbers } = this.#store;
    if (this.#last < capacity) return;
    const size = this.size;
    if (size === 0) {
      this.#store = this.#pool.take(1);
      return;
    }
    // Half of the columns free: what is left moves down. Otherwise it moves to larger ones.
    const isRoomy = size * 2 <= capacity && capacity > 0;
    const to = isRoomy ? this.#store : this.#pool.take(Math.max(size * 2, 1));
    to.words.set(words.subarray(this.#first * WORDS_PER_RECORD, this.#last * WORDS_PER_RECORD));
    to.numbers.set(
      numbers.subarray(this.#first * NUMBERS_PER_RECORD, this.#last * NUMBERS_PER_RECORD),
    );
    if (!isRoomy) this.#pool.give(this.#store);
    this.#store = to;
    this.#first = 0;
    this.#last = size;
  }

  /** Joins a record with the next one if nothing that matters tells them apart. */
  #join(index: number): boolean {
    if (index + 1 >= this.size || !this.#isAlike(index)) return false;
    const { numbers } = this.#store;
    const position = this.#first + index;
    // The later one's numbers stand for both, but for what would let it look older than it is.
    this.#setWord(index + 1, START, this.start(index));
    const times = Math.max(this.timesRepeated(index), this.timesRepeated(index + 1));
    this.#setWord(index + 1, HISTORY, (this.because(index + 1) << 16) | times);
    if (this.sentAt(index) !== this.sentAt(index + 1)) {
      this.#setWord(index + 1, MARKS, this.#word(index, MARKS) | MIXED);
      const latest = Math.max(this.sentAt(index), this.sentAt(index + 1));
      numbers[(position + 1) * NUMBERS_PER_RECORD + SENT_AT] = latest;
    } else {
      this.#setWord(index + 1, MARKS, this.#word(index, MARKS) | this.#word(index + 1, MARKS));
    }
    this.#move(position + 1, position, this.#last);
    this.#last--;
    return true;
  }

  /** Whether a record, one of the two just marked, and the next one are both SACKed or both lost. */
  #isAlike(index: number): boolean {
    const differing = this.#word(index, MARKS) ^ this.#word(index + 1, MARKS);
    return (differing & (SACKED | LOST)) === 0;
  }
}
