/**
 * TCP options: MSS (RFC 9293, 3.7.1), window scale and timestamps (RFC 7323), SACK-permitted and
 * SACK (RFC 2018). Unknown options are skipped by their length (RFC 9293, MUST-6 and MUST-68).
 *
 * Emitters write whole groups in the layouts that other stacks use too, padded with NOPs to a
 * multiple of four bytes.
 */

import { readU16, readU32, writeU16, writeU32 } from '@netlayers/bytes';
import type { Seq } from './seq.js';

const END = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;

/** RFC 7323, 2.3: a larger shift count is taken as this one. */
export const MAX_WINDOW_SHIFT = 14;

/** Length of the timestamps option with its two NOPs, in bytes. */
export const TIMESTAMPS_LENGTH = 12;

/** The first four bytes of that: what almost every segment carries, and nothing else (RFC 7323, appendix A). */
const ALIGNED_TIMESTAMPS = (NOP << 24) | (NOP << 16) | (TIMESTAMPS << 8) | 10;

/** The options of one segment. */
export interface TcpHeaderOptions {
  /** Maximum segment size; 0 = absent. */
  mss: number;
  /** Window scale shift count, 0 to 14; -1 = absent. */
  windowShift: number;
  sackPermitted: boolean;
  hasTimestamp: boolean;
  tsval: number;
  tsecr: number;
  /** How many SACK blocks there are, at most 4. */
  sackCount: number;
  /** Left and right edge of each block, by turns. */
  readonly sackEdges: Uint32Array;
}

/** Resets the options to those of a segment that carries none. */
export function clearOptions(into: TcpHeaderOptions): void {
  into.mss = 0;
  into.windowShift = -1;
  into.sackPermitted = false;
  into.hasTimestamp = false;
  into.tsval = 0;
  into.tsecr = 0;
  into.sackCount = 0;
}

/**
 * Parses the options in `buf[start..end)`. An option of a known kind but a wrong length is ignored,
 * as RFC 9293, 3.1 leaves it to us; one whose length does not fit the header makes all of the
 * segment unusable.
 *
 * @returns false when a length is impossible.
 */
export function parseOptions(
  buf: Uint8Array,
  start: number,
  end: number,
  into: TcpHeaderOptions,
): boolean {
  if (end - start === TIMESTAMPS_LENGTH && readU32(buf, start) === ALIGNED_TIMESTAMPS) {
    takeTimestamps(buf, start + 2, into);
    return true;
  }
  let at = start;
  while (at < end) {
    const kind = buf[at]!;
    if (kind === END) return true;
    if (kind === NOP) {
      at++;
      continue;
    }
    const length = at + 1 < end ? buf[at + 1]! : 0;
    if (length < 2 || at + length > end) return false;
    parseOption(buf, at, kind, length, into);
    at += length;
  }
  return true;
}

function parseOption(
  buf: Uint8Array,
  at: number,
  kind: number,
  length: number,
  into: TcpHeaderOptions,
): void {
  if (kind === TIMESTAMPS && length === 10) {
    takeTimestamps(buf, at, into);
  } else if (kind === SACK && length >= 10 && (length - 2) % 8 === 0) {
    into.sackCount = Math.min((length - 2) / 8, 4);
    for (let edge = 0; edge < into.sackCount * 2; edge++) {
      into.sackEdges[edge] = readU32(buf, at + 2 + edge * 4);
    }
  } else if (kind === MSS && length === 4) {
    into.mss = readU16(buf, at + 2);
  } else if (kind === WINDOW_SCALE && length === 3) {
    into.windowShift = Math.min(buf[at + 2]!, MAX_WINDOW_SHIFT);
  } else if (kind === SACK_PERMITTED && length === 2) {
    into.sackPermitted = true;
  }
}

/** Takes the timestamps option at `at`. */
function takeTimestamps(buf: Uint8Array, at: number, into: TcpHeaderOptions): void {
  into.hasTimestamp = true;
  into.tsval = readU32(buf, at + 2);
  into.tsecr = readU32(buf, at + 6);
}

/** Writes MSS and returns the offset behind it. */
export function emitMss(buf: Uint8Array, at: number, mss: number): number {
  buf[at] = MSS;
  buf[at + 1] = 4;
  writeU16(buf, at + 2, mss);
  return at + 4;
}

/** Writes SACK-permitted behind two NOPs and returns the offset behind it. */
export function emitSackPermitted(buf: Uint8Array, at: number): number {
  buf[at] = NOP;
  buf[at + 1] = NOP;
  buf[at + 2] = SACK_PERMITTED;
  buf[at + 3] = 2;
  return at + 4;
}

/** Writes the timestamps behind two NOPs and returns the offset behind them. */
export function emitTimestamps(buf: Uint8Array, at: number, tsval: number, tsecr: number): number {
  buf[at] = NOP;
  buf[at + 1] = NOP;
  buf[at + 2] = TIMESTAMPS;
  buf[at + 3] = 10;
  writeU32(buf, at + 4, tsval);
  writeU32(buf, at + 8, tsecr);
  return at + TIMESTAMPS_LENGTH;
}

/** Writes the window scale behind one NOP and returns the offset behind it. */
export function emitWindowShift(buf: Uint8Array, at: number, shift: number): number {
  buf[at] = NOP;
  buf[at + 1] = WINDOW_SCALE;
  buf[at + 2] = 3;
  buf[at + 3] = shift;
  return at + 4;
}

/** Length of a SACK option with that many blocks and its two NOPs, in bytes. */
export const sackLength = (blocks: number): number => (blocks === 0 ? 0 : 4 + blocks * 8);

/** How many SACK blocks fit into that many bytes of options. */
export const sackBlocksWithin = (length: number): number => Math.max(0, (length - 4) >> 3);

/** Writes the first `blocks` SACK blocks of `edges` behind two NOPs and returns the offset behind them. */
export function emitSack(
  buf: Uint8Array,
  at: number,
  edges: ArrayLike<Seq | number>,
  blocks: number,
): number {
  buf[at] = NOP;
  buf[at + 1] = NOP;
  buf[at + 2] = SACK;
  buf[at + 3] = 2 + blocks * 8;
  for (let edge = 0; edge < blocks * 2; edge++) writeU32(buf, at + 4 + edge * 4, edges[edge]!);
  return at + sackLength(blocks);
}
