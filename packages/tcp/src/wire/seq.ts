/**
 * Sequence-number arithmetic, modulo 2^32 (RFC 9293, 3.4).
 *
 * A `Seq` is always a uint32. Never compare two with `<`: order exists only within half the space,
 * which is what these functions implement. Lengths and distances are plain numbers.
 */

declare const brand: unique symbol;

/** A point in sequence space. */
export type Seq = number & { readonly [brand]: 'Seq' };

/** Wraps any integer into sequence space. */
export const seq = (n: number): Seq => (n >>> 0) as Seq;

/** `a + n`. */
export const seqAdd = (a: Seq, n: number): Seq => ((a + n) >>> 0) as Seq;

/** The signed distance from `b` to `a`: positive when `a` is later. */
export const seqDiff = (a: Seq, b: Seq): number => (a - b) | 0;

/** `a < b` in sequence space. */
export const seqLt = (a: Seq, b: Seq): boolean => ((a - b) | 0) < 0;

/** `a =< b` in sequence space. */
export const seqLe = (a: Seq, b: Seq): boolean => ((a - b) | 0) <= 0;

/** `a > b` in sequence space. */
export const seqGt = (a: Seq, b: Seq): boolean => ((a - b) | 0) > 0;

/** `a >= b` in sequence space. */
export const seqGe = (a: Seq, b: Seq): boolean => ((a - b) | 0) >= 0;

/** The later of two. */
export const seqMax = (a: Seq, b: Seq): Seq => (seqLt(a, b) ? b : a);
