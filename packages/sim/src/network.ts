/**
 * A network in one process: hosts, routers and links on one virtual clock. The same seed gives the
 * same run, down to the last bit of the last packet.
 *
 * Time moves only while somebody lets it: `run`, `until` or `advance`. Promises, handlers and
 * timers of the network's clock all run in virtual time; files, threads and the timers of the real
 * host do not (see `outside`).
 */

import { parseIpv4 } from '@netlayers/bytes';
import type { Clock } from '@netlayers/host';
import {
  checkEndpointOptions,
  checkHostOptions,
  checkNetworkOptions,
  checkRouterOptions,
  checkRunOptions,
} from './check-options.js';
import { Driver } from './driver.js';
import { type Cut, Fortune } from './fortune.js';
import { ForwardingTable, type Port } from './forwarding.js';
import type { Impairments, LinkWay } from './impairments.js';
import { checkLinkOptions, type LinkOptions, SimLink } from './link.js';
import { LinkDirection, type Wiring } from './link-direction.js';
import type { NetworkOptions, RunOptions } from './network-options.js';
import { PacketPool, type PacketTaker } from './packet.js';
import { nameOf, Partitions, type SimPartition } from './partition.js';
import { randomStream } from './random.js';
import { normalized, SimResolver } from './resolver.js';
import type { NextHop } from './router.js';
import { ScheduledEvent } from './scheduled-event.js';
import { SimDevice } from './sim-device.js';
import { type EndpointOptions, SimEndpoint } from './sim-endpoint.js';
import { type HostOptions, SimHost } from './sim-host.js';
import { type RouterOptions, SimRouter } from './sim-router.js';
import { VirtualClock } from './virtual-clock.js';
import { WireCapture } from './wire-capture.js';
import type { WireObserver } from './wire-event.js';

export type { SimEndpoint } from './sim-endpoint.js';

const DEFAULT_START_MS = 946_684_800_000;
const DEFAULT_LIMIT_MS = 3_600_000;
const DEFAULT_MTU = 1500;
const LEAST_MTU = 68;
const LARGEST_MTU = 65535;

interface LinkPort extends Port, NextHop {}

/** What can be linked. */
export type SimNode = SimHost | SimRouter | SimEndpoint;

/** One side of a partition. */
export type PartitionSide = SimHost | SimEndpoint | readonly (SimHost | SimEndpoint)[];

/** A simulated network; made by `createNetwork`. */
export class SimNetwork {
  /** Virtual time, for programs that take a `Clock`. */
  readonly clock: Clock;
  readonly seed: number;
  /** What hosts look names up with. */
  readonly resolver: SimResolver;
  readonly #fortune: Fortune;
  readonly #clock: VirtualClock;
  readonly #driver: Driver;
  readonly #pool = new PacketPool();
  readonly #wiring: Wiring;
  readonly #capture: WireCapture | null;
  readonly #hosts: SimHost[] = [];
  /** Those with addresses. */
  readonly #ends: (SimHost | SimEndpoint)[] = [];
  readonly #partitions: Partitions;
  readonly #ports = new Map<SimNode, LinkPort[]>();
  readonly #tables = new Map<SimRouter, ForwardingTable<LinkPort>>();
  readonly #reports: (() => string)[] = [];
  #streams = 0;

  constructor(options: NetworkOptions) {
    checkNetworkOptions(options);
    const startMs = options.startMs ?? DEFAULT_START_MS;
    this.seed = options.seed ?? 1;
    this.#clock = new VirtualClock(startMs);
    this.clock = this.#clock;
    this.resolver = new SimResolver(this.#clock, this.#hosts);
    this.#fortune = new Fortune(this.#clock, options.misfortunes);
    this.#partitions = new Partitions(this.#ends, this.#fortune);
    this.#driver = new Driver(this.#clock, () => this.#describe());
    this.#capture = options.capture === true ? new WireCapture(startMs) : null;
    this.#wiring = {
      clock: this.#clock,
      pool: this.#pool,
      partitions: this.#partitions,
      fortune: this.#fortune,
      observer: bothOf(options.observe ?? null, this.#capture),
    };
  }

  /**
   * Adds a host. Its stack begins when it is linked, or used before.
   *
   * @throws TypeError for an unknown option; RangeError for one out of range, or a name that another
   *   host has.
   */
  host(options: HostOptions): SimHost {
    checkHostOptions(options);
    this.#checkName(options.name ?? options.address);
    const host = new SimHost(options, {
      clock: this.#clock,
      driver: this.#driver,
      random: randomStream(this.seed, this.#streams++),
      createDevice: () => new SimDevice(this.#pool, options.name ?? options.address),
      resolver: this.resolver,
    });
    this.#hosts.push(host);
    this.#capture?.name(host.addresses, host.name);
    this.#ends.push(host);
    this.#ports.set(host, []);
    return host;
  }

  /** Adds a router, to which any number of nodes can be linked. */
  router(options: RouterOptions = {}): SimRouter {
    checkRouterOptions(options);
    const text = options.address ?? '192.0.2.1';
    const address = parseIpv4(text);
    if (address === null) throw new RangeError(`${text} is not an IPv4 address`);
    const router = new SimRouter(
      options.name ?? 'router',
      address,
      options.icmp ?? true,
      this.#pool,
      (from, destination) => this.#nextHop(from, destination),
    );
    this.#ports.set(router, []);
    return router;
  }

  /** Adds an end for a stack that is not ours: its `device` is a `LinkDevice`. */
  endpoint(options: EndpointOptions): SimEndpoint {
    checkEndpointOptions(options);
    const name = options.name ?? options.address;
    const endpoint = new SimEndpoint(options, new SimDevice(this.#pool, name));
    this.#ends.push(endpoint);
    this.#ports.set(endpoint, []);
    return endpoint;
  }

  /**
   * Links two nodes of this network. Hosts and endpoints have one link, routers any number.
   *
   * @throws TypeError for an unknown option or what is no node; RangeError for one out of range; Error for a node that has
   *   its link already.
   */
  link(a: SimNode, b: SimNode, options: LinkOptions = {}): SimLink {
    checkLinkOptions(options);
    const { mtu = DEFAULT_MTU, there, back, ...both } = options;
    if (!Number.isInteger(mtu) || mtu < LEAST_MTU || mtu > LARGEST_MTU) {
      throw new RangeError(`an MTU is ${LEAST_MTU} to ${LARGEST_MTU} bytes, not ${mtu}`);
    }
    for (const node of [a, b]) this.#checkFree(node, mtu);
    if (a === b) throw new Error(`${a.name} cannot be linked with itself`);
    const forth = this.#direction(a, b, { ...both, ...there });
    const home = this.#direction(b, a, { ...both, ...back });
    this.#plug(a, b, forth, mtu);
    this.#plug(b, a, home, mtu);
    this.#tables.clear();
    return new SimLink(mtu, forth, home, this.#fortune);
  }

  /**
   * Runs a program in virtual time and resolves with what it returns.
   *
   * @throws rejects with what the program, or a handler on the way, throws; with a SimError when
   *   nothing is left to happen (EDEADLOCK) or the limit is reached (ELIMIT).
   */
  async run<T>(program: () => T | PromiseLike<T>, options: RunOptions = {}): Promise<T> {
    checkRunOptions('run', options);
    let isDone = false;
    const result = (async () => {
      try {
        return await program();
      } finally {
        isDone = true;
      }
    })();
    // A program that outlives its time must not end the process when it fails later.
    result.catch(() => {});
    await this.until(() => isDone, options);
    return await result;
  }

  /** Lets time run until a condition holds; it is looked at once a moment. */
  until(condition: () => boolean, options: RunOptions = {}): Promise<void> {
    checkRunOptions('until', options);
    return this.#driver.drive(condition, options.limitMs ?? DEFAULT_LIMIT_MS);
  }

  /**
   * Puts down what happens at a moment, in ms of virtual time since the network was made. What the
   * action throws or rejects with fails whoever lets time run, or else the next one who does.
   *
   * @throws RangeError for a time that is past, or none.
   */
  at(atMs: number, action: () => unknown): ScheduledEvent {
    return new ScheduledEvent(this.#clock, atMs, action, (error) => this.#driver.fail(error));
  }

  /**
   * Loses every packet between two hosts, or groups of hosts, from now on; `heal` of what is returned
   * ends it. Packets that are on a link already get to its end, and may be lost on the next one.
   *
   * @param way `there`: only from `a` to `b`; `back`: only from `b` to `a`. @default both
   * @throws TypeError for a node of another network, a router, or one on both sides.
   */
  partition(a: PartitionSide, b: PartitionSide, way?: LinkWay): SimPartition {
    return this.#partitions.add(nodesOf(a), nodesOf(b), way);
  }

  /** Every partition and every link taken down so far; live. */
  get cuts(): readonly Readonly<Cut>[] {
    return this.#fortune.cuts;
  }

  /** Ends every partition. */
  heal(): void {
    this.#partitions.heal();
  }

  /** Resolves after some virtual time, which somebody has to let run. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#clock.now() + ms, resolve);
    });
  }

  /** Lets that much time pass, and everything happen up to then. */
  async advance(ms: number): Promise<void> {
    const end = this.#clock.now() + ms;
    this.#clock.setTimer(end, () => {});
    await this.until(() => this.#clock.now() >= end && this.#clock.nextEvent > end, {
      limitMs: ms,
    });
  }

  /** Lets everything happen that happens at this moment; time stands still. */
  settle(): Promise<void> {
    const now = this.#clock.now();
    return this.until(() => this.#clock.nextEvent > now, { limitMs: 0 });
  }

  /**
   * Waits for something of the real world, a file or a thread; virtual time stands still meanwhile.
   */
  outside<T>(promise: PromiseLike<T>): Promise<T> {
    return this.#driver.hold(promise);
  }

  /** Adds to what is said of a program that cannot go on: who waits, and for what, in a few words. */
  report(describe: () => string): void {
    this.#reports.push(describe);
  }

  /**
   * A pcapng file of every packet on every link so far, with its fate as a comment.
   *
   * @throws Error unless the network was made with `capture: true`.
   */
  capture(): Uint8Array {
    if (this.#capture === null) throw new Error('the network was made without capture: true');
    return this.#capture.bytes();
  }

  #checkName(name: string): void {
    if (!this.#hosts.some((host) => normalized(host.name) === normalized(name))) return;
    throw new RangeError(`there is a host ${name} already: give each host a name of its own`);
  }

  #checkFree(node: SimNode, mtu: number): void {
    const ports = this.#ports.get(node);
    if (ports === undefined) {
      if (typeof node?.name === 'string') {
        throw new Error(`${node.name} belongs to another network`);
      }
      throw new TypeError(
        `a link joins two nodes, as net.host('a.test') gives them, and ${nameOf(node)} is none`,
      );
    }
    if (ports.length > 0 && !node.forwards) {
      throw new Error(`${node.name} has its link: put a router between more than two`);
    }
    if (node instanceof SimHost) node.checkMtu(mtu);
  }

  #direction(from: SimNode, to: SimNode, impairments: Impairments): LinkDirection {
    const random = randomStream(this.seed, this.#streams++);
    return new LinkDirection(this.#wiring, random, impairments, takerOf(to), from.name, to.name);
  }

  #plug(node: SimNode, neighbour: SimNode, out: LinkDirection, mtu: number): void {
    const send = (buf: Uint8Array, start: number, end: number): void => out.send(buf, start, end);
    this.#ports.get(node)?.push({ node, neighbour, mtu, send });
    if (node instanceof SimRouter) return;
    if (node instanceof SimHost) node.attach(out, mtu);
    else node.end.attach(out, mtu);
  }

  #nextHop(router: SimRouter, address: number): NextHop | null {
    let table = this.#tables.get(router);
    if (table === undefined) {
      table = new ForwardingTable(router, (node) => this.#ports.get(node as SimNode) ?? []);
      this.#tables.set(router, table);
    }
    return table.find(address);
  }

  #describe(): string {
    const linked = this.#hosts.filter((host) => (this.#ports.get(host)?.length ?? 0) > 0);
    const counts = linked.map((host) =>
      host.isUp ? `${host.name} has ${host.connections}` : `${host.name} is down`,
    );
    const connections = `open connections: ${counts.join(', ') || 'no host is linked'}`;
    return [connections, ...this.#reports.map((report) => report())].join('; ');
  }
}

const takerOf = (node: SimNode): PacketTaker => (node instanceof SimEndpoint ? node.end : node);

const nodesOf = (side: PartitionSide): readonly (SimHost | SimEndpoint)[] =>
  Array.isArray(side) ? side : [side as SimHost | SimEndpoint];

function bothOf(observe: WireObserver | null, capture: WireCapture | null): WireObserver | null {
  if (capture === null) return observe;
  return (event) => {
    capture.write(event);
    observe?.(event);
  };
}

/** Makes a network without hosts. */
export const createNetwork = (options: NetworkOptions = {}): SimNetwork => new SimNetwork(options);
