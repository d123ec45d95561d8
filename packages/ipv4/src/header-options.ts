/**
 * Options of the IPv4 header (RFC 791, 3.1; router alert: RFC 2113).
 *
 *     +--------+--------+--------+--------//--------+      type: copied flag, class, number
 *     |  type  | length |pointer |   data           |      pointer counts from 1, at the type
 *     +--------+--------+--------+--------//--------+      END (0) and NOP (1) are the type alone
 *
 * Received options are checked and otherwise ignored, with two exceptions: a source route is
 * refused, and record route and timestamp are carried on in an echo reply (RFC 1122, 3.2.2.6).
 * No option is ever added on our own account. Nothing here trusts a length or a pointer.
 */

import { readU32, writeU32 } from '@netlayers/bytes';

/** Option types, copied flag included. */
export const Ipv4Option = {
  END: 0,
  NOP: 1,
  RECORD_ROUTE: 7,
  TIMESTAMP: 68,
  LOOSE_SOURCE_ROUTE: 131,
  STRICT_SOURCE_ROUTE: 137,
  ROUTER_ALERT: 148,
} as const;

/** The largest space for options: IHL counts to fifteen words, five of them fixed. */
export const MAX_OPTIONS_LENGTH = 40;

/** Set in the type of an option that every fragment carries. */
const COPIED = 0x80;

/** Shortest length, and lowest pointer, that an option may have; pointer 0 = it has none. */
function minimumOf(type: number): { length: number; pointer: number } {
  switch (type) {
    case Ipv4Option.RECORD_ROUTE:
    case Ipv4Option.LOOSE_SOURCE_ROUTE:
    case Ipv4Option.STRICT_SOURCE_ROUTE:
      return { length: 3, pointer: 4 };
    case Ipv4Option.TIMESTAMP:
      return { length: 4, pointer: 5 };
    case Ipv4Option.ROUTER_ALERT:
      return { length: 4, pointer: 0 };
    default:
      return { length: 2, pointer: 0 };
  }
}

/**
 * Checks the options `buf[start..end)`.
 *
 * @returns the offset in `buf` of the byte at fault (what a parameter problem points to), or -1.
 */
export function findBadOption(buf: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const type = buf[at]!;
    if (type === Ipv4Option.END) return -1;
    if (type === Ipv4Option.NOP) {
      at++;
      continue;
    }
    if (at + 1 >= end) return at;
    const length = buf[at + 1]!;
    const minimum = minimumOf(type);
    if (length < minimum.length || at + length > end) return at + 1;
    if (minimum.pointer > 0 && buf[at + 2]! < minimum.pointer) return at + 2;
    at += length;
  }
  return -1;
}

/** Calls back with `(type, at, length)` for each option of checked options, END and NOP excepted. */
function forEachOption(
  buf: Uint8Array,
  start: number,
  end: number,
  visit: (type: number, at: number, length: number) => void,
): void {
  let at = start;
  while (at < end && buf[at] !== Ipv4Option.END) {
    if (buf[at] === Ipv4Option.NOP) {
      at++;
      continue;
    }
    visit(buf[at]!, at, buf[at + 1]!);
    at += buf[at + 1]!;
  }
}

/** Whether checked options ask for a route of the sender's choice, used up or not. */
export function hasSourceRoute(buf: Uint8Array, start: number, end: number): boolean {
  let found = false;
  forEachOption(buf, start, end, (type) => {
    if (type === Ipv4Option.LOOSE_SOURCE_ROUTE || type === Ipv4Option.STRICT_SOURCE_ROUTE) {
      found = true;
    }
  });
  return found;
}

/** Collects options and pads them to whole words. */
function collect(
  buf: Uint8Array,
  start: number,
  end: number,
  keep: (type: number) => boolean,
): Uint8Array {
  const kept: number[] = [];
  forEachOption(buf, start, end, (type, at, length) => {
    if (keep(type)) kept.push(...buf.subarray(at, at + length));
  });
  while (kept.length % 4 !== 0) kept.push(Ipv4Option.END);
  return Uint8Array.from(kept);
}

/** The options of all fragments but the first: those with the copied flag (RFC 791, 3.1). */
export const copiedOptions = (options: Uint8Array): Uint8Array =>
  collect(options, 0, options.length, (type) => (type & COPIED) !== 0);

/** Records an address if there is room left. */
function recordRoute(option: Uint8Array, address: number): void {
  const pointer = option[2]!;
  if (pointer + 3 > option.length) return;
  writeU32(option, pointer - 1, address);
  option[2] = pointer + 4;
}

/** Records the time, with our address where the option asks for it. */
function recordTimestamp(option: Uint8Array, address: number, now: number): void {
  const pointer = option[2]!;
  const flag = option[3]! & 0x0f;
  const entry = flag === 0 ? 4 : 8;
  const slot = pointer - 1;
  // Prespecified addresses (3): only the one that is named next may answer.
  if (flag === 3 && slot + entry <= option.length && readU32(option, slot) !== address) return;
  if (slot + entry > option.length) {
    // Full: those that found no room are counted in the high four bits, which do not wrap.
    if (flag !== 3 && option[3]! < 0xf0) option[3] = option[3]! + 0x10;
    return;
  }
  if (flag === 1) writeU32(option, slot, address);
  // Not the time of day, which a pure layer does not know: the high bit says so (RFC 791, 3.1).
  writeU32(option, slot + entry - 4, (Math.floor(now) | 0x80000000) >>> 0);
  option[2] = pointer + entry;
}

/**
 * The options of an echo reply: record route and timestamp of the request `buf[start..end)`, with
 * this host recorded, at full length so that the way back finds room (RFC 1122, 3.2.2.6).
 */
export function echoReplyOptions(
  buf: Uint8Array,
  start: number,
  end: number,
  address: number,
  now: number,
): Uint8Array {
  const options = collect(
    buf,
    start,
    end,
    (type) => type === Ipv4Option.RECORD_ROUTE || type === Ipv4Option.TIMESTAMP,
  );
  forEachOption(options, 0, options.length, (type, at, length) => {
    const option = options.subarray(at, at + length);
    if (type === Ipv4Option.RECORD_ROUTE) recordRoute(option, address);
    else recordTimestamp(option, address, now);
  });
  return options;
}
