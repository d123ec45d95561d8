/**
 * Which datagrams may come in and go out by their addresses alone (RFC 1122, 3.2.1.3 and 3.3.6).
 *
 * An address that no single host on a wire can have ("martian") neither reaches a protocol nor is
 * ever answered, so no packet makes this stack shout at a network. Broadcast is received by protocols
 * that ask for it, multicast by nobody here. What is local, the loopback network and our own addresses, is reached from
 * inside only.
 */

import type { DropReason } from './drop-reason.js';

/** Whether one host on a wire can have this address: not 0/8, 127/8, multicast or class E. */
export function isUnicast(address: number): boolean {
  const network = address >>> 24;
  return network !== 0 && network !== 127 && network < 224;
}

/** Whether an address is one of the loopback network, 127/8. */
export const isLoopback = (address: number): boolean => address >>> 24 === 127;

/** The network mask of a prefix length, as uint32. */
export const prefixMask = (prefixLength: number): number =>
  prefixLength === 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0;

const LIMITED_BROADCAST = 0xffffffff;

/** Knows the addresses of one stack. */
export class AddressPolicy {
  /** The address that packets leave from when nothing else is said. */
  readonly primary: number;
  readonly #addresses: readonly number[];
  /** Both forms of the subnet's broadcast, all ones and all zeros; 0 where a subnet has none. */
  readonly #broadcast: number;
  readonly #network: number;
  readonly #acceptAny: boolean;

  /**
   * @param addresses ours; the first is the primary one and lies in the subnet.
   * @param prefixLength of the subnet, 0 to 32; 31 and 32 have no broadcast (RFC 3021).
   * @param acceptAny take datagrams to every unicast address.
   * @throws RangeError for an address that no host can have.
   */
  constructor(addresses: readonly [number, ...number[]], prefixLength: number, acceptAny: boolean) {
    if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > 32) {
      throw new RangeError(`prefix length ${prefixLength} is not one of 0 to 32`);
    }
    const [primary] = addresses;
    const mask = prefixMask(prefixLength);
    const hasBroadcast = prefixLength > 0 && prefixLength < 31;
    this.primary = primary;
    this.#addresses = [...addresses];
    this.#network = hasBroadcast ? (primary & mask) >>> 0 : 0;
    this.#broadcast = hasBroadcast ? (primary | ~mask) >>> 0 : 0;
    this.#acceptAny = acceptAny;
    for (const address of addresses) {
      if (address >>> 0 !== address || !isUnicast(address) || this.isBroadcast(address)) {
        throw new RangeError(`0x${address.toString(16)} is not the address of a host`);
      }
    }
  }

  /** Whether an address was given to this stack by name, so to speak. */
  owns(address: number): boolean {
    const addresses = this.#addresses;
    for (let i = 0; i < addresses.length; i++) if (addresses[i] === address) return true;
    return false;
  }

  /** Whether packets to an address never leave this host (RFC 1122, 3.2.1.3 (g)). */
  isLocal(address: number): boolean {
    return isLoopback(address) || this.owns(address);
  }

  /** Whether this stack may send from, and is reached at, an address. */
  isOurs(address: number): boolean {
    return this.isLocal(address) || (this.#acceptAny && this.isForeignHost(address));
  }

  /** Whether packets to `destination` may leave from `source`: from 127/8 only what is local. */
  isSourceFor(source: number, destination: number): boolean {
    return this.isOurs(source) && (!isLoopback(source) || this.isLocal(destination));
  }

  /** Whether everybody is meant: 255.255.255.255 or the subnet's own broadcast. */
  isBroadcast(address: number): boolean {
    return (
      address === LIMITED_BROADCAST ||
      (this.#broadcast !== 0 && (address === this.#broadcast || address === this.#network))
    );
  }

  /** Whether an address is that of one host other than us: what may be answered and sent to. */
  isForeignHost(address: number): boolean {
    return isUnicast(address) && !this.isBroadcast(address) && !this.owns(address);
  }

  /** Judges the addresses of a received datagram; null = it is for us. */
  refusal(source: number, destination: number): DropReason | null {
    if (!this.isForeignHost(source)) return 'martian-source';
    if (this.owns(destination)) return null;
    if (this.isBroadcast(destination)) return 'broadcast';
    if (!isUnicast(destination)) {
      return destination >>> 28 === 0xe ? 'multicast' : 'martian-destination';
    }
    return this.#acceptAny ? null : 'not-ours';
  }
}
