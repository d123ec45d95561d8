/**
 * The Internet checksum (RFC 1071): the one's complement of the one's complement sum of 16-bit
 * words. Sums are carried as plain numbers, so that a pseudo-header is a number and never bytes.
 *
 * Long runs are added as native 32-bit words. That is allowed in either byte order because the sum
 * is the same up to a swap of its two bytes (RFC 1071, 2 (B)), and at odd addresses for the same
 * reason: a run that starts one byte later sums to the swapped value.
 */

/** Below this many bytes a byte loop is faster than finding the word view. */
const WORDS_FROM = 64;

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** All words of an array's memory, and where in it the array begins. */
interface WordView {
  readonly array: Uint8Array;
  readonly at: number;
  readonly words: Uint32Array;
}

const viewOf = (array: Uint8Array): WordView => ({
  array,
  at: array.byteOffset,
  words: new Uint32Array(array.buffer, 0, array.buffer.byteLength >>> 2),
});

// Those of the two arrays that were summed last: packets come from one slab and leave from another, again
// and again, and asking an array for its buffer is a call into the engine.
let viewed = viewOf(new Uint8Array(0));
let viewedBefore = viewed;

const swap16 = (sum: number): number => ((sum & 0xff) << 8) | (sum >>> 8);

/** Folds a sum of any size below 2^53 into 16 bits, with end-around carry. */
export function checksumFold(sum: number): number {
  const high = (sum / 0x1_0000_0000) >>> 0;
  const low = sum >>> 0;
  sum = (high >>> 16) + (high & 0xffff) + (low >>> 16) + (low & 0xffff);
  sum = (sum >>> 16) + (sum & 0xffff);
  return (sum >>> 16) + (sum & 0xffff);
}

/** Adds big-endian words byte by byte; an odd last byte is the high half of a word. */
function sumBytes(buf: Uint8Array, start: number, end: number): number {
  let sum = 0;
  let at = start;
  for (const last = end - 1; at < last; at += 2) sum += (buf[at]! << 8) | buf[at + 1]!;
  return at < end ? sum + (buf[at]! << 8) : sum;
}

function view(buf: Uint8Array): void {
  const next = viewedBefore.array === buf ? viewedBefore : viewOf(buf);
  viewedBefore = viewed;
  viewed = next;
}

/**
 * Adds a run of the viewed array whose first byte lies at an even address of its buffer, most of it in
 * 32-bit words.
 */
function sumWords(buf: Uint8Array, start: number, end: number): number {
  const { words: all, at: base } = viewed;
  const first = (base + start + 3) & ~3;
  const last = (base + end) & ~3;
  let a = 0;
  let b = 0;
  let at = first >>> 2;
  const stop = last >>> 2;
  for (const unrolled = stop - 7; at < unrolled; at += 8) {
    a += all[at]! + all[at + 1]! + (all[at + 2]! + all[at + 3]!);
    b += all[at + 4]! + all[at + 5]! + (all[at + 6]! + all[at + 7]!);
  }
  for (; at < stop; at++) a += all[at]!;
  const middle = checksumFold(a + b);
  let sum = HOST_IS_LITTLE_ENDIAN ? swap16(middle) : middle;
  if (first !== base + start) sum += sumBytes(buf, start, first - base);
  if (last !== base + end) sum += sumBytes(buf, last - base, end);
  return sum;
}

/**
 * Sums `buf[start..end)` as big-endian 16-bit words on top of `initial`, not folded below 16 bits
 * and not complemented, so that sums of several runs can be added.
 *
 * Only the last run of several may have an odd length.
 */
export function checksumSum(buf: Uint8Array, start: number, end: number, initial = 0): number {
  if (end - start < WORDS_FROM) return initial + sumBytes(buf, start, end);
  if (buf !== viewed.array) view(buf);
  if (((viewed.at + start) & 1) === 0) return initial + sumWords(buf, start, end);
  // An odd address: the first byte is the low half of a word that starts one byte earlier.
  return initial + swap16(checksumFold(buf[start]! + sumWords(buf, start + 1, end)));
}

/**
 * Computes the checksum of `buf[start..end)` with a sum `initial` added, e.g. that of a
 * pseudo-header. Over data that carries a correct checksum the result is 0.
 */
export const checksum = (buf: Uint8Array, start: number, end: number, initial = 0): number =>
  checksumFold(checksumSum(buf, start, end, initial)) ^ 0xffff;

/**
 * Sums the IPv4 pseudo-header (RFC 9293, 3.1): addresses as uint32, the protocol number, and the
 * length in bytes of the transport header with its payload.
 */
export const pseudoHeaderSum = (
  source: number,
  destination: number,
  protocol: number,
  length: number,
): number =>
  (source >>> 16) +
  (source & 0xffff) +
  (destination >>> 16) +
  (destination & 0xffff) +
  protocol +
  length;
