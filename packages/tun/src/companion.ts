/**
 * Who sits on the other end: with our stack at X, the kernel's end of the point-to-point link is
 * the companion of X.
 *
 * Without an address of its own on the link, the kernel would own X and answer our peers itself.
 */

import { formatIpv4, parseIpv4 } from '@netlayers/bytes';
import { TunError } from './errors.js';

/**
 * Parses an address that a host may own, as a uint32.
 *
 * @throws TunError `EINVAL` for text that is none, and for 0.0.0.0/8, loopback, multicast and above.
 */
export function parseHostAddress(text: string): number {
  const address = parseIpv4(text);
  const first = address === null ? 0 : address >>> 24;
  if (address === null || first === 0 || first === 127 || first >= 224) {
    throw new TunError('EINVAL', `"${text}" is not a host's IPv4 address: give one like 10.0.0.2`);
  }
  return address;
}

/** The companion of a uint32 address; see `companionOf`. */
export const companionAddress = (address: number): number =>
  (address & 0xff) >= 0xfe ? address - 1 : address + 1;

/**
 * Gives the kernel's end for our address X: X+1 within X's /24, or X-1 where X+1 would be its
 * broadcast address or lie outside.
 *
 * @throws TunError `EINVAL` for text that is no host's address.
 */
export const companionOf = (address: string): string =>
  formatIpv4(companionAddress(parseHostAddress(address)));
