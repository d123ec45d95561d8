/**
 * Finds the ways through a network: for a router, which of its links is the first on the shortest
 * path to each address. Only routers are passed through.
 */

import { contains, type Prefix } from './prefix.js';

/** Something that links end at. */
export interface NetworkNode {
  readonly name: string;
  /** Addresses that are to be found here. */
  readonly prefixes: readonly Prefix[];
  readonly forwards: boolean;
}

/** One node's end of a link. */
export interface Port {
  readonly node: NetworkNode;
  readonly neighbour: NetworkNode;
}

interface Way<P extends Port> {
  readonly prefix: Prefix;
  readonly port: P;
}

/** The routes of one router. */
export class ForwardingTable<P extends Port> {
  readonly #ways: Way<P>[] = [];
  readonly #found = new Map<number, P | null>();

  /** @param portsOf the ports of any node. */
  constructor(router: NetworkNode, portsOf: (node: NetworkNode) => readonly P[]) {
    const seen = new Set([router]);
    let reached = portsOf(router).map((port) => ({ node: port.neighbour, port }));
    while (reached.length > 0) {
      const further: typeof reached = [];
      for (const { node, port } of reached) {
        if (seen.has(node)) continue;
        seen.add(node);
        for (const prefix of node.prefixes) this.#ways.push({ prefix, port });
        if (!node.forwards) continue;
        for (const next of portsOf(node)) further.push({ node: next.neighbour, port });
      }
      reached = further;
    }
    // The longest prefix first; sorting is stable, so the nearer node comes first among equals.
    this.#ways.sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** The port towards an address; `null` = nobody has it. */
  find(address: number): P | null {
    const known = this.#found.get(address);
    if (known !== undefined) return known;
    const way = this.#ways.find(({ prefix }) => contains(prefix, address));
    const port = way?.port ?? null;
    this.#found.set(address, port);
    return port;
  }
}
