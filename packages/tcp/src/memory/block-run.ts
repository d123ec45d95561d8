/**
 * Octets that go on from block to block: how far, and how they are read, copied or where they lie.
 */

import type { Block } from './block.js';
import { copyBytes } from './copy-bytes.js';

/** Octets in more pieces than that are not lent. */
const MOST_PIECES = 3;

/** Who reads octets where they are, piece by piece. */
export interface Borrower {
  /** Returns whether it does, with the first piece: then it takes the others too. */
  lend(at: number, buf: Uint8Array, start: number, end: number): boolean;
}

/**
 * Octets of the blocks from `block` on that follow each other without a gap, as many as fit into
 * `most`; memory that is lent is a run by itself.
 */
export function runFrom(block: Block, most: number): { length: number; beyond: Block | null } {
  let { length } = block;
  let last = block;
  while (last.next !== null && goesOn(last, last.next) && length + last.next.length <= most) {
    last = last.next;
    length += last.length;
  }
  return { length, beyond: last.next };
}

const goesOn = (block: Block, next: Block): boolean =>
  next.at === block.stop && !block.isLent && !next.isLent;

/**
 * Copies the `length` octets from `position` on, one at least, into `to` at `at`.
 *
 * @param block one at or before them.
 * @returns the block that the last of them lies in.
 */
export function copyFrom(
  block: Block,
  position: number,
  length: number,
  to: Uint8Array,
  at: number,
): Block {
  const end = position + length;
  for (;;) {
    const from = block.start + (position - block.at);
    const here = Math.min(end - position, block.end - from);
    if (here > 0) {
      // Of memory that is gone nothing can be known, and nobody else's may leave in its place.
      if (block.isThere) copyBytes(block.bytes, from, from + here, to, at);
      else to.fill(0, at, at + here);
      at += here;
      position += here;
      if (position === end) return block;
    }
    block = block.next!;
  }
}

/**
 * Has `to` read the `length` octets from `position` on, one at least, where they are, as what stands
 * at `at` there.
 *
 * @param block one at or before them.
 * @returns the block that the last of them lies in; null, and nothing is lent, where there are too
 *   many pieces, or one is gone, or where it takes none.
 */
export function lendFrom(
  block: Block,
  position: number,
  length: number,
  to: Borrower,
  at: number,
): Block | null {
  const end = position + length;
  while (block.stop <= position) block = block.next!;
  let last = block;
  for (let piece = 1; last.isThere && last.stop < end; piece++) {
    if (piece === MOST_PIECES) return null;
    last = last.next!;
  }
  if (!last.isThere) return null;
  for (;;) {
    const start = block.start + (position - block.at);
    const here = Math.min(end - position, block.end - start);
    if (!to.lend(at, block.bytes, start, start + here)) return null;
    if (block === last) return last;
    at += here;
    position += here;
    block = block.next!;
  }
}
