/**
 * The network that a simulated program is given: hosts by name, whatever can go wrong with links and
 * names, and a script of events.
 */

import type { Clock } from '@netlayers/host';
import {
  createNetwork,
  type HostOptions,
  type LinkOptions,
  type LinkWay,
  type NetworkOptions,
  type RouterOptions,
  type ScheduledEvent,
  type SimLink,
  type SimNetwork,
  type SimPartition,
  type SimResolver,
  type SimRouter,
} from '../src/index.js';
import { NodeHost } from './node-host.js';

/** What can be linked. */
export type NodeSimNode = NodeHost | SimRouter;

/** One side of a partition. */
export type NodePartitionSide = NodeHost | readonly NodeHost[];

/** Settings of a host; where its address is left out it has the next free one of 10.0.0.0/16. */
export interface NodeHostOptions extends Partial<Omit<HostOptions, 'name'>> {}

const HOSTS_PER_BLOCK = 254;

/** A simulated network of hosts that run Node programs. */
export class NodeNetwork {
  /** The network below, for what is not offered here. */
  readonly sim: SimNetwork;
  readonly #hosts: NodeHost[] = [];
  #lastAddress = 0;

  constructor(options: NetworkOptions) {
    this.sim = createNetwork(options);
    this.sim.report(() => this.#describeTimers());
  }

  get seed(): number {
    return this.sim.seed;
  }

  /** Virtual time. */
  get clock(): Clock {
    return this.sim.clock;
  }

  /** Names beside those of hosts, and what goes wrong with looking them up. */
  get resolver(): SimResolver {
    return this.sim.resolver;
  }

  /** Every host so far. */
  get hosts(): readonly NodeHost[] {
    return this.#hosts;
  }

  /**
   * Adds a host, which others reach by its name once it is linked.
   *
   * @throws TypeError for an unknown option; RangeError for what is no name, or another host's.
   */
  host(name: string, options: NodeHostOptions = {}): NodeHost {
    if (typeof name !== 'string') {
      throw new TypeError(`a host needs a name, net.host('api.test'), not ${String(name)}`);
    }
    const { address = this.#nextAddress(), ...rest } = options;
    const host = new NodeHost(this.sim.host({ ...rest, name, address }), this.clock);
    this.#hosts.push(host);
    return host;
  }

  /** Adds a router, to which any number of nodes can be linked. */
  router(options?: RouterOptions): SimRouter {
    return this.sim.router(options);
  }

  /** Links two nodes; a host has one link, a router any number. See `SimNetwork.link`. */
  link(a: NodeSimNode, b: NodeSimNode, options?: LinkOptions): SimLink {
    return this.sim.link(simOf(a), simOf(b), options);
  }

  /** Links hosts to a router of their own, all with the same options; returns their links in order. */
  connectAll(hosts: readonly NodeHost[], options?: LinkOptions): SimLink[] {
    const router = this.router();
    return hosts.map((host) => this.link(host, router, options));
  }

  /** Loses every packet between two hosts, or groups of hosts. See `SimNetwork.partition`. */
  partition(a: NodePartitionSide, b: NodePartitionSide, way?: LinkWay): SimPartition {
    return this.sim.partition(sideOf(a), sideOf(b), way);
  }

  /** Ends every partition. */
  heal(): void {
    this.sim.heal();
  }

  /** Puts down what happens at a moment, in ms since the network was made. See `SimNetwork.at`. */
  at(atMs: number, action: () => unknown): ScheduledEvent {
    return this.sim.at(atMs, action);
  }

  /** Resolves after some virtual time. */
  sleep(ms: number): Promise<void> {
    return this.sim.sleep(ms);
  }

  /** Waits for something of the real world; time stands still meanwhile. */
  outside<T>(promise: PromiseLike<T>): Promise<T> {
    return this.sim.outside(promise);
  }

  #describeTimers(): string {
    const waiting = this.#hosts.filter(({ timers }) => timers > 0);
    const counts = waiting.map(({ name, timers }) => `${name} has ${timers}`);
    return `waiting timers: ${counts.join(', ') || 'no host has any'}`;
  }

  #nextAddress(): string {
    const at = this.#lastAddress++;
    return `10.0.${Math.floor(at / HOSTS_PER_BLOCK)}.${(at % HOSTS_PER_BLOCK) + 1}`;
  }
}

const simOf = (node: NodeSimNode): NodeHost['sim'] | SimRouter =>
  node instanceof NodeHost ? node.sim : node;

const sideOf = (side: NodePartitionSide): NodeHost['sim'][] =>
  (Array.isArray(side) ? side : [side as NodeHost]).map((host: NodeHost) =>
    simOf(host),
  ) as NodeHost['sim'][];
