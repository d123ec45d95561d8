/**
 * An endless stream of bytes that can be checked anywhere without being kept: random bytes that
 * repeat after a prime number, so that a segment in the wrong place does not fit by chance.
 */

import { seededRandom } from '@netlayers/testkit';

const PERIOD = 1_048_583;
const LARGEST_PIECE = 0x2_0000;

/** One period, and so much of the next that every piece is contiguous. */
const BLOCK = ((): Buffer => {
  const block = Buffer.allocUnsafeSlow(PERIOD + LARGEST_PIECE);
  const random = seededRandom(20260101);
  for (let at = 0; at < PERIOD; at++) block[at] = random.u32();
  block.copyWithin(PERIOD, 0, LARGEST_PIECE);
  return block;
})();

/** The bytes from `offset` on, at most `length` and at most 128 KiB of them; not to be changed. */
export function patternAt(offset: number, length: number): Uint8Array {
  const at = offset % PERIOD;
  return BLOCK.subarray(at, at + Math.min(length, LARGEST_PIECE));
}

/** That many bytes of the pattern, in one piece. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const piece = patternAt(at, length - at);
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Checks a stream against the pattern while it passes. */
export class PatternCheck {
  received = 0;
  /** Where the first byte stood that was wrong; -1 = all were right. */
  firstWrong = -1;

  take(buf: Uint8Array, start = 0, end = buf.length): void {
    for (let at = start; at < end; ) {
      const expected = patternAt(this.received, end - at);
      const got = buf.subarray(at, at + expected.length);
      if (this.firstWrong < 0 && Buffer.compare(got, expected) !== 0) {
        this.firstWrong = this.received + got.findIndex((byte, index) => byte !== expected[index]);
      }
      at += expected.length;
      this.received += expected.length;
    }
  }
}
