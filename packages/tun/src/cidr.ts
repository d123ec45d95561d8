/**
 * IPv4 networks in CIDR notation (RFC 4632, 3.1), as the pair of a uint32 and a prefix length.
 */

import { formatIpv4, parseIpv4Cidr } from '@netlayers/bytes';
import { TunError } from './errors.js';

/** A network: `address` has no bits set behind its first `prefixLength`. */
export interface Network {
  readonly address: number;
  readonly prefixLength: number;
}

/** The netmask of a prefix length, as uint32. */
export const maskOf = (prefixLength: number): number =>
  prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;

/** The network of that prefix length that an address lies in. */
export const networkOf = (address: number, prefixLength: number): Network => ({
  address: (address & maskOf(prefixLength)) >>> 0,
  prefixLength,
});

/** Whether two networks have an address in common: the shorter prefix then contains the longer. */
export function networksOverlap(a: Network, b: Network): boolean {
  const mask = maskOf(Math.min(a.prefixLength, b.prefixLength));
  return ((a.address ^ b.address) & mask) === 0;
}

export const formatCidr = (network: Network): string =>
  `${formatIpv4(network.address)}/${network.prefixLength}`;

/**
 * Parses `10.1.0.0/16`; a bare address is a /32.
 *
 * @throws TunError `EINVAL` for malformed text and for an address with bits behind the prefix.
 */
export function parseCidr(text: string): Network {
  const parsed = parseIpv4Cidr(text);
  if (parsed === null) {
    throw new TunError('EINVAL', `"${text}" is not a network: give one like 10.1.0.0/16`);
  }
  const network = networkOf(parsed.address, parsed.prefixLength);
  if (network.address !== parsed.address) {
    throw new TunError('EINVAL', `"${text}" has bits behind its prefix: ${formatCidr(network)}`);
  }
  return network;
}
