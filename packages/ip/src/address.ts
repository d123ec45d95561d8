/**
 * An IP address as everything above IP sees it: something to hand on, compare, hash, keep and print,
 * and never to compute with. How it is represented is the business of the IP version:
 *
 * - An IPv4 address is its uint32. It costs nothing, and numbers need no keeping.
 * - An IPv6 address is an object with four words, and its layer has two of them that it fills in
 *   again for every packet, as it does with its header. So nothing is allocated per packet, and an
 *   address that was handed up is valid until the handler returns: `keepAddress` is for later.
 *
 * The invariant: two addresses are never compared with `===`, which would compare objects. Addresses
 * of different versions are different.
 */

import { formatIpv4 } from '@netlayers/bytes';

/** An address that does not fit into a number; the version's own class implements it. */
export interface WideAddress {
  /** Whether this is the same address. */
  equals(other: WideAddress): boolean;
  /** Mixes the address into a hash, an int32. */
  hash(seed: number): number;
  /** Writes the address as 32-bit words, in network order, at `at`; returns the index behind. */
  writeWords(into: Int32Array, at: number): number;
  /** An address that will never change: this one if it never does, else a copy. */
  keep(): WideAddress;
  /** The address as people write it. */
  toString(): string;
}

/** An address of any version. */
export type IpAddress = number | WideAddress;

/** The most words that `writeAddress` writes. */
export const LONGEST_ADDRESS_WORDS = 4;

/** Whether two addresses are the same. */
export const sameAddress = (a: IpAddress, b: IpAddress): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a.equals(b));

/** Mixes an address into a hash: start with a secret seed, end with a mix of the caller's own. */
export const hashAddress = (address: IpAddress, seed: number): number =>
  typeof address === 'number'
    ? Math.imul(seed ^ (seed >>> 15) ^ address, 0x85ebca6b)
    : address.hash(seed);

/**
 * Writes an address as 32-bit words, in network order, for a hash that takes words.
 *
 * @returns the index behind: one further, or up to `LONGEST_ADDRESS_WORDS`.
 */
export function writeAddress(address: IpAddress, into: Int32Array, at: number): number {
  if (typeof address !== 'number') return address.writeWords(into, at);
  into[at] = address;
  return at + 1;
}

/** The address in a form that stays valid after the handler has returned. */
export const keepAddress = (address: IpAddress): IpAddress =>
  typeof address === 'number' ? address : address.keep();

/** The address as people write it. */
export const formatAddress = (address: IpAddress): string =>
  typeof address === 'number' ? formatIpv4(address) : address.toString();
