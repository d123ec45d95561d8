/**
 * The memory behind requests about interfaces and routes: struct ifreq and struct rtentry in one
 * block whose address the kernel is given.
 *
 *     ifreq    0 name[16] | 16 value: short, int or sockaddr_in                          40 bytes
 *     rtentry  8 target | 24 gateway | 40 mask (sockaddr_in) | 56 flags (short) | 88 name*   120
 *     sockaddr_in  0 family (short) | 2 port | 4 address                                 16 bytes
 *
 * Little-endian and 64-bit, as x64 and arm64 are; addresses are in network order within.
 */

import { encodeAscii, readU32, writeU32 } from '@netlayers/bytes';
import { maskOf, type Network } from './cidr.js';
import { RouteFlag, Sys } from './linux.js';
import type { Syscalls } from './syscalls.js';

/** Bytes of an interface's name with its closing zero. */
const NAME_LENGTH = 16;
const VALUE = 16;
const IFREQ_LENGTH = 40;
const ROUTE_TARGET = 8;
const ROUTE_MASK = 40;
const ROUTE_FLAGS = 56;
const ROUTE_NAME_POINTER = 88;
const ROUTE_LENGTH = 120;

/** One request at a time; each `start...` method returns the address to give to ioctl. */
export class InterfaceRequestBlock {
  /** Kept here for as long as its address is in use. */
  readonly #bytes = new Uint8Array(new ArrayBuffer(256));
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #base: number;

  constructor(syscalls: Syscalls) {
    this.#base = syscalls.addressOf(this.#bytes);
  }

  /** Begins a request about an interface, with a value of zero. */
  start(name: string): number {
    this.#bytes.fill(0);
    encodeAscii(name.slice(0, NAME_LENGTH - 1), this.#bytes, 0);
    return this.#base;
  }

  startShort(name: string, value: number): number {
    const address = this.start(name);
    this.#view.setUint16(VALUE, value, true);
    return address;
  }

  startInt(name: string, value: number): number {
    const address = this.start(name);
    this.#view.setInt32(VALUE, value, true);
    return address;
  }

  /** An int of its own, for requests that take a pointer to one and no name. */
  startPlainInt(value: number): number {
    const address = this.start('');
    this.#view.setInt32(0, value, true);
    return address;
  }

  startAddress(name: string, ipv4: number): number {
    const address = this.start(name);
    this.#writeSocketAddress(VALUE, ipv4);
    return address;
  }

  /** Begins the request for a route to a network through an interface. */
  startRoute(name: string, network: Network): number {
    this.start(name);
    this.#bytes.copyWithin(ROUTE_LENGTH, 0, NAME_LENGTH);
    this.#bytes.fill(0, 0, IFREQ_LENGTH);
    this.#writeSocketAddress(ROUTE_TARGET, network.address);
    this.#writeSocketAddress(ROUTE_MASK, maskOf(network.prefixLength));
    const host = network.prefixLength === 32 ? RouteFlag.RTF_HOST : 0;
    this.#view.setUint16(ROUTE_FLAGS, RouteFlag.RTF_UP | host, true);
    const pointer = BigInt(this.#base + ROUTE_LENGTH);
    this.#view.setBigUint64(ROUTE_NAME_POINTER, pointer, true);
    return this.#base;
  }

  /** The name that the kernel has filled in. */
  readName(): string {
    const end = this.#bytes.indexOf(0);
    return String.fromCharCode(...this.#bytes.subarray(0, Math.min(end, NAME_LENGTH)));
  }

  readShort(): number {
    return this.#view.getUint16(VALUE, true);
  }

  readInt(): number {
    return this.#view.getInt32(VALUE, true);
  }

  readAddress(): number {
    return readU32(this.#bytes, VALUE + 4);
  }

  #writeSocketAddress(at: number, ipv4: number): void {
    this.#view.setUint16(at, Sys.AF_INET, true);
    writeU32(this.#bytes, at + 4, ipv4);
  }
}
