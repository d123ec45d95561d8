/**
 * The octets of an address in text, of whichever version: for protocols that carry both.
 */

import { writeU32 } from './endian.js';
import { parseIpv4 } from './ipv4-address.js';
import { parseIpv6 } from './ipv6-address.js';

/** The 4 octets of an IPv4 address, the 16 of an IPv6 one; `null` for what is neither. */
export function parseIpOctets(text: string): Uint8Array | null {
  const address = parseIpv4(text);
  if (address === null) return parseIpv6(text);
  const octets = new Uint8Array(4);
  writeU32(octets, 0, address);
  return octets;
}
