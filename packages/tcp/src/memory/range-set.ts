/**
 * Disjoint ranges of sequence space in ascending order: what a receiver holds beyond the gap
 * (RFC 9293, 3.10.7.4), and what it tells in SACK blocks (RFC 2018).
 *
 * The order is that of sequence space, so all ranges lie within half of it. Their number is
 * bounded: a peer that leaves a gap behind every byte costs a fixed amount of memory.
 */

import { type Seq, seq, seqGt, seqLe, seqLt } from '../wire/seq.js';

/** An ordered set of half-open ranges `[left, right)`. */
export class RangeSet {
  readonly #limit: number;
  readonly #lefts: Seq[] = [];
  readonly #rights: Seq[] = [];
  /** When each range last grew; larger is later. */
  readonly #touched: number[] = [];
  #clock = 0;
  /** What has arrived twice, to be reported once (RFC 2883, 4); nothing where both are equal. */
  #twiceLeft: Seq = seq(0);
  #twiceRight: Seq = seq(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#lefts.length;
  }

  /** How many blocks there are to report: the ranges, and what has arrived twice. */
  get blocks(): number {
    return this.#lefts.length + (this.hasTwice ? 1 : 0);
  }

  /** Whether something has arrived twice that is not reported yet. */
  get hasTwice(): boolean {
    return this.#twiceLeft !== this.#twiceRight;
  }

  /** Takes note that `[left, right)` has arrived once more. */
  noteTwice(left: Seq, right: Seq): void {
    this.#twiceLeft = left;
    this.#twiceRight = right;
  }

  /** That was reported. */
  forgetTwice(): void {
    this.#twiceLeft = this.#twiceRight;
  }

  /** Left edge of the range at `index`, in ascending order. */
  leftAt(index: number): Seq {
    return this.#lefts[index]!;
  }

  rightAt(index: number): Seq {
    return this.#rights[index]!;
  }

  /**
   * Adds `[left, right)`, merging what it touches.
   *
   * @returns false when it would be one range too many: nothing was added.
   */
  add(left: Seq, right: Seq): boolean {
    let first = 0;
    while (first < this.#lefts.length && seqLt(this.#rights[first]!, left)) first++;
    let last = first;
    while (last < this.#lefts.length && seqLe(this.#lefts[last]!, right)) last++;
    if (first === last && this.#lefts.length >= this.#limit) return false;
    const start = first < last && seqLt(this.#lefts[first]!, left) ? this.#lefts[first]! : left;
    const end =
      first < last && seqGt(this.#rights[last - 1]!, right) ? this.#rights[last - 1]! : right;
    this.#lefts.splice(first, last - first, start);
    this.#rights.splice(first, last - first, end);
    this.#touched.splice(first, last - first, ++this.#clock);
    return true;
  }

  /** Forgets everything before `point`. */
  removeBefore(point: Seq): void {
    let gone = 0;
    while (gone < this.#lefts.length && seqLe(this.#rights[gone]!, point)) gone++;
    if (gone > 0) {
      this.#lefts.splice(0, gone);
      this.#rights.splice(0, gone);
      this.#touched.splice(0, gone);
    }
    if (this.#lefts.length > 0 && seqLt(this.#lefts[0]!, point)) this.#lefts[0] = point;
  }

  clear(): void {
    this.#lefts.length = 0;
    this.#rights.length = 0;
    this.#touched.length = 0;
  }

  /**
   * Writes up to `max` blocks into `edges`, left and right by turns, what has arrived twice before
   * the ranges (RFC 2883, 4), the one that grew last before the others (RFC 2018, 4), and returns how
   * many.
   */
  newest(edges: Uint32Array, max: number): number {
    let before = Number.POSITIVE_INFINITY;
    let count = 0;
    if (this.hasTwice && max > 0) {
      edges[0] = this.#twiceLeft;
      edges[1] = this.#twiceRight;
      count = 1;
    }
    while (count < max) {
      let best = -1;
      for (let index = 0; index < this.#touched.length; index++) {
        const touched = this.#touched[index]!;
        if (touched < before && (best < 0 || touched > this.#touched[best]!)) best = index;
      }
      if (best < 0) break;
      before = this.#touched[best]!;
      edges[count * 2] = this.#lefts[best]!;
      edges[count * 2 + 1] = this.#rights[best]!;
      count++;
    }
    return count;
  }
}
