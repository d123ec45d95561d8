/**
 * Sets of addresses in CIDR notation, as routes of a simulated network name them.
 */

import { parseIpv4 } from '@netlayers/bytes';
import { prefixMask } from '@netlayers/ipv4';

/** The addresses that share their first `length` bits with `network`. */
export interface Prefix {
  readonly network: number;
  readonly length: number;
}

/**
 * Reads `10.1.0.0/16`, or `10.0.0.7` for one address.
 *
 * @throws RangeError for anything else.
 */
export function parsePrefix(text: string): Prefix {
  const [address = '', length = '32', ...rest] = text.split('/');
  const network = parseIpv4(address);
  if (network === null || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32) {
    throw new RangeError(`${text} is neither an address nor a prefix such as 10.1.0.0/16`);
  }
  return { network: (network & prefixMask(Number(length))) >>> 0, length: Number(length) };
}

/** Whether an address belongs to a prefix. */
export const contains = (prefix: Prefix, address: number): boolean =>
  (address & prefixMask(prefix.length)) >>> 0 === prefix.network;
