/**
 * SYN cookies (RFC 4987, 3.6): what a listener would have to remember of a SYN, in the initial
 * sequence number of its answer, so that the ACK brings it back.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |  SipHash of 4-tuple, peer's ISN, period, MSS index    |P| MSS |
 *
 * P is the lowest bit of the period of 64 s in which the cookie was made; it is good in that and in
 * the next. What the peer's SYN said of window scale, SACK and ECN goes into the six lowest bits of
 * the timestamp, where both sides have timestamps; without them none is used.
 *
 * One hash decides. Of 2^32 numbers sixteen are good at a time: a blind guess that succeeds opens a
 * connection nobody holds, and no existing one is touched. With timestamps it has to guess the
 * offset of ours as well.
 */

import { type FourTuple, LONGEST_TUPLE_WORDS, writeTuple } from '../connection/four-tuple.js';
import { type Seq, seq } from '../wire/seq.js';
import { SipHash } from './siphash.js';

const PERIOD_MS = 64_000;

/** For how long after a cookie was sent an ACK may bring one back. */
export const COOKIE_LIFETIME_MS = 2 * PERIOD_MS;

/**
 * Segment sizes that a cookie can say; a peer's is rounded down. The smallest that settings allow, a
 * third of 576, the defaults of IPv4 and IPv6, tunnels, PPPoE, Ethernet, jumbo frames.
 */
export const COOKIE_MSS = [48, 216, 536, 1220, 1360, 1440, 1460, 8960] as const;

const INDEX_MASK = 7;
const PERIOD_SHIFT = 3;
const TAG_SHIFT = 4;

const OPTIONS_MASK = 63;
const NO_SHIFT = 15;
const SACK_PERMITTED = 16;
const ECN = 32;

/** What the timestamp of a cookie says. */
export interface CookieOptions {
  /** The peer's shift count; -1 = it does not scale. */
  windowShift: number;
  sackPermitted: boolean;
  /** The peer has asked for ECN, and we agree. */
  ecn: boolean;
}

/** Makes cookies, and knows its own. */
export class SynCookie {
  readonly #hash: SipHash;
  readonly #words = new Int32Array(LONGEST_TUPLE_WORDS + 2);

  constructor(randomU32: () => number) {
    this.#hash = SipHash.random(randomU32);
  }

  /**
   * The initial sequence number that answers a SYN.
   *
   * @param mss the peer's, or what is assumed of one that names none.
   * @returns `null` for a peer with so small a size that no cookie can say it.
   */
  make(tuple: FourTuple, peerIsn: Seq, mss: number, now: number): Seq | null {
    let index = COOKIE_MSS.length - 1;
    while (index >= 0 && COOKIE_MSS[index]! > mss) index--;
    return index < 0 ? null : this.#cookie(tuple, peerIsn, index, Math.floor(now / PERIOD_MS));
  }

  /** The segment size that a cookie says, -1 = it is none of ours, or too old. */
  mssOf(cookie: Seq, tuple: FourTuple, peerIsn: Seq, now: number): number {
    const index = cookie & INDEX_MASK;
    const period = Math.floor(now / PERIOD_MS);
    const age = (period ^ (cookie >>> PERIOD_SHIFT)) & 1;
    return this.#cookie(tuple, peerIsn, index, period - age) === cookie ? COOKIE_MSS[index]! : -1;
  }

  #cookie(tuple: FourTuple, peerIsn: Seq, index: number, period: number): Seq {
    const words = this.#words;
    const length = writeTuple(tuple, words);
    words[length] = peerIsn;
    words[length + 1] = period * COOKIE_MSS.length + index;
    const tag = this.#hash.hash(words, length + 2) >>> TAG_SHIFT;
    return seq((tag << TAG_SHIFT) | ((period & 1) << PERIOD_SHIFT) | index);
  }
}

/** Puts a peer's options into a timestamp of ours, which gets at most 64 ms older by it. */
export function cookieTimestamp(tsval: number, options: CookieOptions): number {
  const shift = options.windowShift < 0 ? NO_SHIFT : options.windowShift;
  const bits = shift | (options.sackPermitted ? SACK_PERMITTED : 0) | (options.ecn ? ECN : 0);
  const stamped = (tsval & ~OPTIONS_MASK) | bits;
  return (((stamped - tsval) | 0) > 0 ? stamped - OPTIONS_MASK - 1 : stamped) >>> 0;
}

/** Reads the options out of a timestamp that has come back. */
export function readCookieTimestamp(tsecr: number, into: CookieOptions): void {
  const shift = tsecr & NO_SHIFT;
  into.windowShift = shift === NO_SHIFT ? -1 : shift;
  into.sackPermitted = (tsecr & SACK_PERMITTED) !== 0;
  into.ecn = (tsecr & ECN) !== 0;
}
