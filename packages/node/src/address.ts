/**
 * Addresses as handles of Node give them.
 */

import { isIPv6 } from 'node:net';

/** An address and a port. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** What `getsockname` and `getpeername` fill in. */
export interface AddressOut {
  address?: string;
  port?: number;
  family?: string;
}

/** How Node names the kind of an address. */
export const familyOf = (address: string): 'IPv4' | 'IPv6' => (isIPv6(address) ? 'IPv6' : 'IPv4');

/** Fills in an address; returns libuv's zero for success. */
export function putAddress(out: AddressOut, address: string, port: number): number {
  out.address = address;
  out.port = port;
  out.family = familyOf(address);
  return 0;
}
