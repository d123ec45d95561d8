/**
 * Initial sequence numbers (RFC 6528; RFC 9293, 3.4.1): ISN = M + F(4-tuple, secret), where M is a
 * clock of 4 us ticks and F a keyed hash. Numbers of one 4-tuple grow with time, so that a new
 * incarnation never meets old segments; numbers of different ones tell nothing of each other.
 */

import { type FourTuple, LONGEST_TUPLE_WORDS, writeTuple } from '../connection/four-tuple.js';
import { type Seq, seq } from '../wire/seq.js';
import { SipHash } from './siphash.js';

const TICKS_PER_MS = 250;

/** Makes initial sequence numbers from one secret. */
export class IsnGenerator {
  readonly #hash: SipHash;
  readonly #words = new Int32Array(LONGEST_TUPLE_WORDS);

  constructor(randomU32: () => number) {
    this.#hash = new SipHash([randomU32(), randomU32(), randomU32(), randomU32()]);
  }

  /** @param now monotonic milliseconds. */
  next(tuple: FourTuple, now: number): Seq {
    const words = this.#words;
    const length = writeTuple(tuple, words);
    return seq(Math.floor(now * TICKS_PER_MS) + this.#hash.hash(words, length));
  }
}
