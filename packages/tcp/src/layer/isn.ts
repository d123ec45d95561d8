/**
 * Where the numbers of a connection begin: initial sequence numbers (RFC 6528; RFC 9293, 3.4.1) and
 * timestamps (RFC 7323, 5.4 and 7.1). Both are a clock plus a keyed hash of the 4-tuple, so those of
 * one 4-tuple grow with time, a new incarnation never meets old segments (RFC 6191 and PAWS rest on
 * it), and those of different ones tell nothing of each other, nor of how long the stack runs.
 */

import { type FourTuple, LONGEST_TUPLE_WORDS, writeTuple } from '../connection/four-tuple.js';
import { type Seq, seq, seqAdd, seqLe } from '../wire/seq.js';
import { SipHash } from './siphash.js';

/** The sequence clock ticks every 4 us. */
const TICKS_PER_MS = 250;

/** From the end of one incarnation to the next: more than a window of before scaling. */
const INCARNATION_GAP = 65536;

/** Makes initial sequence numbers and timestamp offsets, each from a secret of its own. */
export class IsnGenerator {
  readonly #sequence: SipHash;
  readonly #timestamps: SipHash;
  readonly #words = new Int32Array(LONGEST_TUPLE_WORDS);

  constructor(randomU32: () => number) {
    this.#sequence = SipHash.random(randomU32);
    this.#timestamps = SipHash.random(randomU32);
  }

  /** @param now monotonic milliseconds. */
  next(tuple: FourTuple, now: number): Seq {
    const length = writeTuple(tuple, this.#words);
    return seq(Math.floor(now * TICKS_PER_MS) + this.#sequence.hash(this.#words, length));
  }

  /**
   * The same, beyond everything that an incarnation before has sent (RFC 9293, 3.6.1; RFC 6191).
   *
   * @param previous its SND.NXT.
   */
  nextBeyond(tuple: FourTuple, previous: Seq, now: number): Seq {
    const iss = this.next(tuple, now);
    return seqLe(iss, previous) ? seqAdd(previous, INCARNATION_GAP) : iss;
  }

  /** What is added to the clock of milliseconds to make the TSval of a 4-tuple; uint32. */
  timestampOffset(tuple: FourTuple): number {
    return this.#timestamps.hash(this.#words, writeTuple(tuple, this.#words));
  }
}
