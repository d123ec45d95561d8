/**
 * How many resets go to whom for segments without a connection (RFC 9293, 3.10.7.1). Anybody can ask
 * for one, under anybody's name: without a bound we would answer a flood with a flood.
 *
 * There is no count that everybody shares, which one could watch to learn of another's traffic
 * (RFC 5961, 7; the kind of CVE-2016-5696 and CVE-2020-25705). Peers are spread over buckets by a
 * keyed hash of their address, and what a reset costs is drawn, so that not even those who share a
 * bucket can count what the other has used. 128 buckets of 200 a second also bound the sum.
 */

import { type FourTuple, LONGEST_TUPLE_WORDS, writeRemote } from '../connection/four-tuple.js';
import { SipHash } from './siphash.js';

/** A power of two. */
const BUCKETS = 128;

/** Resets a second and bucket on average; as many may go at once. */
const PER_SECOND = 200;

/** Counts the resets to each bucket of peers. */
export class ResetLimiter {
  readonly #randomU32: () => number;
  readonly #hash: SipHash;
  readonly #words = new Int32Array(LONGEST_TUPLE_WORDS);
  readonly #tokens = new Float64Array(BUCKETS).fill(PER_SECOND);
  readonly #filledAt = new Float64Array(BUCKETS);

  constructor(randomU32: () => number) {
    this.#randomU32 = randomU32;
    this.#hash = SipHash.random(randomU32);
  }

  /** Whether a reset may go to the peer of this 4-tuple now; if so, it is taken as sent. */
  allow(tuple: FourTuple, now: number): boolean {
    const length = writeRemote(tuple, this.#words);
    const bucket = this.#hash.hash(this.#words, length) % BUCKETS;
    const gained = ((now - this.#filledAt[bucket]!) * PER_SECOND) / 1000;
    const tokens = Math.min(PER_SECOND, this.#tokens[bucket]! + Math.max(0, gained));
    this.#filledAt[bucket] = now;
    // One on average: 0, 1 or 2.
    if (tokens >= 1) this.#tokens[bucket] = tokens - (this.#randomU32() % 3);
    else this.#tokens[bucket] = tokens;
    return tokens >= 1;
  }
}
