/**
 * Sequence-number arithmetic, modulo 2^32 (RFC 9293, 3.4).
 *
 * Never compare two numbers with `<`: order exists only within half the space, which is what these
 * functions implement. Lengths and distances are plain numbers.
 *
 * A header carries a uint32, a `SeqNumber`. What a connection remembers is the same point as an
 * int32, a `Seq`: V8 keeps an int32 inside of the object, while a uint32 above 2^31 is a box of its
 * own, and code that has only seen smaller ones starts anew when the first of those comes along, in
 * the midst of a transfer. The two types keep them from being compared by `===`.
 */

declare const numberBrand: unique symbol;
declare const pointBrand: unique symbol;

/** A sequence number as it stands in a header, a uint32. */
export type SeqNumber = number & { readonly [numberBrand]: 'SeqNumber' };

/** A point in sequence space as it is remembered, an int32. */
export type Seq = number & { readonly [pointBrand]: 'Seq' };

type Either = SeqNumber | Seq;

/** Wraps any integer into the numbers of headers. */
export const seqNumber = (n: number): SeqNumber => (n >>> 0) as SeqNumber;

/** `a + n`, as a header says it. */
export const seqNumberAdd = (a: Either, n: number): SeqNumber => ((a + n) >>> 0) as SeqNumber;

/** Wraps any integer into sequence space. */
export const seq = (n: number): Seq => (n | 0) as Seq;

/** `a + n`. */
export const seqAdd = (a: Either, n: number): Seq => ((a + n) | 0) as Seq;

/** The signed distance from `b` to `a`: positive when `a` is later. */
export const seqDiff = (a: Either, b: Either): number => (a - b) | 0;

/** Whether both are the same point. */
export const seqEq = (a: Either, b: Either): boolean => ((a - b) | 0) === 0;

/** `a < b` in sequence space. */
export const seqLt = (a: Either, b: Either): boolean => ((a - b) | 0) < 0;

/** `a =< b` in sequence space. */
export const seqLe = (a: Either, b: Either): boolean => ((a - b) | 0) <= 0;

/** `a > b` in sequence space. */
export const seqGt = (a: Either, b: Either): boolean => ((a - b) | 0) > 0;

/** `a >= b` in sequence space. */
export const seqGe = (a: Either, b: Either): boolean => ((a - b) | 0) >= 0;

/** The later of two. */
export const seqMax = (a: Seq, b: Seq): Seq => (seqLt(a, b) ? b : a);
