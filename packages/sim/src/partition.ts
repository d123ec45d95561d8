/**
 * Cuts between hosts: packets from the addresses of one group to those of another are lost on every
 * link, whatever stands between them, and everybody else is reached as before. That is what a
 * firewall or a broken backbone does; a cut in one direction only leaves half-open connections.
 *
 * An address belongs to the node with the longest prefix for it, so a catch-all host is cut off
 * without everybody else. What a router says about itself passes.
 */

import { readU32 } from '@netlayers/bytes';
import { type Cut, endsName, type Fortune } from './fortune.js';
import type { NetworkNode } from './forwarding.js';
import { checkWay, type LinkWay } from './impairments.js';
import { contains } from './prefix.js';

const SOURCE_AT = 12;
const DESTINATION_AT = 16;
const LEAST_HEADER = 20;

/** A cut that can be mended; made by `network.partition`. */
export class SimPartition {
  readonly #a: ReadonlySet<NetworkNode>;
  readonly #b: ReadonlySet<NetworkNode>;
  readonly #way: LinkWay | undefined;
  readonly #onHeal: (partition: SimPartition) => void;

  constructor(
    a: readonly NetworkNode[],
    b: readonly NetworkNode[],
    way: LinkWay | undefined,
    onHeal: (partition: SimPartition) => void,
  ) {
    this.#a = new Set(a);
    this.#b = new Set(b);
    this.#way = way;
    this.#onHeal = onHeal;
  }

  /** Lets packets pass again, unless another partition is in their way. */
  heal(): void {
    this.#onHeal(this);
  }

  /** Whether packets from one node to another are lost. */
  cuts(from: NetworkNode, to: NetworkNode): boolean {
    if (this.#way !== 'back' && this.#a.has(from) && this.#b.has(to)) return true;
    return this.#way !== 'there' && this.#b.has(from) && this.#a.has(to);
  }
}

/** The partitions of one network. */
export class Partitions {
  readonly #nodes: readonly NetworkNode[];
  readonly #fortune: Fortune;
  readonly #open = new Map<SimPartition, Cut>();
  readonly #owners = new Map<number, NetworkNode | null>();
  /** Nodes that there were when the first owner was looked up. */
  #counted = 0;

  /** @param nodes of the network; more may come. */
  constructor(nodes: readonly NetworkNode[], fortune: Fortune) {
    this.#nodes = nodes;
    this.#fortune = fortune;
  }

  /** @throws TypeError for a node without addresses, or one on both sides. */
  add(
    a: readonly NetworkNode[],
    b: readonly NetworkNode[],
    way: LinkWay | undefined,
  ): SimPartition {
    checkWay(way);
    for (const node of [...a, ...b]) {
      if (!this.#nodes.includes(node)) {
        throw new TypeError(`${nameOf(node)} is no host or endpoint of this network`);
      }
      if (a.includes(node) && b.includes(node)) {
        throw new TypeError(`${node.name} is on both sides of the partition`);
      }
    }
    const partition = new SimPartition(a, b, way, (healed) => this.#heal(healed));
    const cut = this.#fortune.cut('partition', endsName(namesOf(a), namesOf(b), way));
    if (cut !== null) this.#open.set(partition, cut);
    return partition;
  }

  /** Mends every cut. */
  heal(): void {
    for (const partition of this.#open.keys()) this.#heal(partition);
  }

  /** Whether the packet `buf[start..end)` is lost. */
  cuts(buf: Uint8Array, start: number, end: number): boolean {
    if (this.#open.size === 0 || end - start < LEAST_HEADER) return false;
    const from = this.#ownerOf(readU32(buf, start + SOURCE_AT));
    const to = this.#ownerOf(readU32(buf, start + DESTINATION_AT));
    if (from === null || to === null) return false;
    for (const partition of this.#open.keys()) if (partition.cuts(from, to)) return true;
    return false;
  }

  #heal(partition: SimPartition): void {
    const cut = this.#open.get(partition);
    if (cut !== undefined) this.#fortune.end(cut);
    this.#open.delete(partition);
  }

  #ownerOf(address: number): NetworkNode | null {
    if (this.#counted !== this.#nodes.length) {
      this.#counted = this.#nodes.length;
      this.#owners.clear();
    }
    const known = this.#owners.get(address);
    if (known !== undefined) return known;
    let owner: NetworkNode | null = null;
    let longest = -1;
    for (const node of this.#nodes) {
      for (const prefix of node.prefixes) {
        if (prefix.length <= longest || !contains(prefix, address)) continue;
        owner = node;
        longest = prefix.length;
      }
    }
    this.#owners.set(address, owner);
    return owner;
  }
}

/** What a node is called, or, of what is none, what it is. */
export const nameOf = (node: NetworkNode | string | undefined): string =>
  typeof node === 'string' ? `'${node}'` : String(node?.name ?? node);

const namesOf = (nodes: readonly NetworkNode[]): string => nodes.map(({ name }) => name).join(', ');
