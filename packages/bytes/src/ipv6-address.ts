/**
 * IPv6 addresses between octets and text (RFC 4291, 2.2; RFC 5952).
 *
 * Strict as inet_pton: no zone, no brackets, no blanks. The stack has no IPv6 of its own: these are
 * addresses that proxies and the operating system talk about.
 */

import { readU16, writeU16 } from './endian.js';
import { formatIpv4, parseIpv4 } from './ipv4-address.js';

const GROUPS = 8;

/** Parses an address into its 16 octets, or returns `null`. */
export function parseIpv6(text: string): Uint8Array | null {
  // The last 32 bits may be written as an IPv4 address.
  const dotted = /^(.*:)([\d.]+)$/.exec(text);
  if (dotted !== null && text.includes('.')) {
    const low = parseIpv4(dotted[2] ?? '');
    if (low === null) return null;
    const head = (low >>> 16).toString(16);
    return parseIpv6(`${dotted[1]}${head}:${(low & 0xffff).toString(16)}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [front = [], back = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = GROUPS - front.length - back.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const octets = new Uint8Array(2 * GROUPS);
  const groups = [...front, ...Array<string>(missing).fill('0'), ...back];
  for (const [index, group] of groups.entries()) {
    if (!/^[\da-f]{1,4}$/i.test(group)) return null;
    writeU16(octets, 2 * index, Number.parseInt(group, 16));
  }
  return octets;
}

/** Formats 16 octets as RFC 5952 asks: lower case, the longest run of zeros left out. */
export function formatIpv6(buf: Uint8Array, at: number): string {
  const groups = Array.from({ length: GROUPS }, (_, index) => readU16(buf, at + 2 * index));
  let longest = { start: 0, length: 1 };
  for (let start = 0; start < GROUPS; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > longest.length) longest = { start, length };
  }
  // An IPv4 address in this form is read by people (RFC 5952, 5).
  if (longest.start === 0 && longest.length === 5 && groups[5] === 0xffff) {
    return `::ffff:${formatIpv4(((groups[6]! << 16) | groups[7]!) >>> 0)}`;
  }
  const texts = groups.map((group) => group.toString(16));
  if (longest.length === 1) return texts.join(':');
  const front = texts.slice(0, longest.start).join(':');
  return `${front}::${texts.slice(longest.start + longest.length).join(':')}`;
}
