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

/**
 * The address of IPv4 inside of one of IPv6 (RFC 4291, 2.5.5.2), written with points or, as URLs write
 * it, in hexadecimal; `null` = there is none.
 */
export function mappedAddress(address: string): string | null {
  const [, points, high, low] =
    /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/i.exec(address) ?? [];
  if (points !== undefined) return points;
  if (high === undefined || low === undefined) return null;
  const numbers = [high, low].map((text) => Number.parseInt(text, 16));
  return numbers.flatMap((number) => [number >>> 8, number & 0xff]).join('.');
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
