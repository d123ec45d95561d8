/**
 * A router of a simulated network: the node around a `Forwarder`.
 */

import type { NetworkNode } from './forwarding.js';
import type { Packet, PacketPool, PacketTaker } from './packet.js';
import type { Prefix } from './prefix.js';
import { Forwarder, type NextHop, type RouterCounts } from './router.js';

/** What a router is made of. */
export interface RouterOptions {
  /** Where its ICMP errors come from. @default 192.0.2.1 (RFC 5737) */
  readonly address?: string;
  readonly name?: string;
  /** Sends ICMP errors about what it drops. @default true */
  readonly icmp?: boolean;
}

/** A router; made by `network.router`. */
export class SimRouter implements NetworkNode, PacketTaker {
  readonly name: string;
  readonly prefixes: readonly Prefix[] = [];
  readonly forwards = true;
  readonly #forwarder: Forwarder;
  readonly #pool: PacketPool;

  constructor(
    name: string,
    address: number,
    icmp: boolean,
    pool: PacketPool,
    find: (router: SimRouter, address: number) => NextHop | null,
  ) {
    this.name = name;
    this.#pool = pool;
    this.#forwarder = new Forwarder(address, icmp, (destination) => find(this, destination));
  }

  /** What it has forwarded and dropped; live. */
  get counts(): Readonly<RouterCounts> {
    return this.#forwarder.counts;
  }

  handleArrival(packet: Packet): void {
    this.#forwarder.forward(packet.bytes, 0, packet.length);
    this.#pool.give(packet);
  }
}
