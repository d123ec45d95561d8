/**
 * A host of a simulated network: a whole stack at the end of one link, which may crash and come back
 * as another stack at the same place.
 */

import { captureDevice, type LinkDevice } from '@netlayers/link';
import {
  createStack,
  type Stack,
  type StackConnectOptions,
  type StackOptions,
  type StackTransport,
  type TcpSocket,
} from '@netlayers/stack';
import type { Driver } from './driver.js';
import type { NetworkNode } from './forwarding.js';
import type { Packet, PacketTaker } from './packet.js';
import { type Prefix, parsePrefix } from './prefix.js';
import type { RandomStream } from './random.js';
import type { NamedHost, SimResolver } from './resolver.js';
import type { Outlet, SimDevice } from './sim-device.js';
import type { VirtualClock } from './virtual-clock.js';
import { ByteCollector } from './wire-capture.js';

/** What a host is made of: a stack's options, less what the network gives to it. */
export interface HostOptions
  extends Omit<StackOptions, 'device' | 'clock' | 'random' | 'scheduler'> {
  /** What other hosts may call it instead of its address. @default its address */
  readonly name?: string;
  /** Prefixes that routers send here too, e.g. `0.0.0.0/0` for a catch-all. @default none */
  readonly routes?: readonly string[];
  /** Records what the host sends and receives; see `capture()`. @default false */
  readonly capture?: boolean;
  /** Puts something between the stack and its link: a tracer, faults, a capture. @default nothing */
  readonly wrapDevice?: (device: LinkDevice) => LinkDevice;
}

/** What a host needs of its network. */
export interface HostSurroundings {
  readonly clock: VirtualClock;
  readonly driver: Driver;
  readonly random: RandomStream;
  /** Makes the end of a link. */
  createDevice(): SimDevice;
  readonly resolver: SimResolver;
}

/** Where a host is linked. */
interface Plug {
  readonly outlet: Outlet;
  readonly mtu: number;
}

/** A host; made by `network.host`. */
export class SimHost implements NetworkNode, NamedHost, PacketTaker {
  readonly name: string;
  readonly address: string;
  /** All of them; the first one is `address`. */
  readonly addresses: readonly string[];
  readonly prefixes: readonly Prefix[];
  readonly forwards = false;
  readonly #options: HostOptions;
  readonly #surroundings: HostSurroundings;
  readonly #captured: ByteCollector | null;
  #plug: Plug | null = null;
  /** One for each life of the host. */
  #device: SimDevice;
  #stack: Stack | null = null;

  constructor(options: HostOptions, surroundings: HostSurroundings) {
    this.address = options.address;
    this.name = options.name ?? options.address;
    this.addresses = [options.address, ...(options.addresses ?? [])];
    this.prefixes = [...this.addresses, ...(options.routes ?? [])].map(parsePrefix);
    this.#device = surroundings.createDevice();
    this.#options = options;
    this.#surroundings = surroundings;
    this.#captured = options.capture === true ? new ByteCollector() : null;
  }

  /**
   * The host's stack.
   *
   * @throws Error before the host is linked: its MTU is the link's; and while it is down.
   */
  get stack(): Stack {
    if (this.#plug === null) throw new Error(`link ${this.name} before it is used`);
    if (this.#stack === null) throw new Error(`${this.name} has crashed: restart it`);
    return this.#stack;
  }

  /** Whether the host is linked and has not crashed. */
  get isUp(): boolean {
    return this.#stack !== null;
  }

  /** The stack behind the `Transport` port of `@netlayers/http`, for servers and clients. */
  get transport(): StackTransport {
    return this.stack.transport;
  }

  /** Connects from this host: see `Stack.connect`. Names are looked up with the network's resolver. */
  connect(options: StackConnectOptions): Promise<TcpSocket> {
    return this.stack.connect(options);
  }

  /** Looks a name up as this host does: see `SimResolver.lookUp`. */
  lookUp(name: string): Promise<readonly string[]> {
    return this.#surroundings.resolver.lookUp(name, this);
  }

  /**
   * A pcapng file of what the host has sent and received so far.
   *
   * @throws Error unless the host was made with `capture: true`.
   */
  capture(): Uint8Array {
    if (this.#captured === null) throw new Error(`${this.name} was made without capture: true`);
    return this.#captured.bytes();
  }

  /**
   * Ends the host as a cut of power does: no FIN, no RST, its memory is gone, and packets to it fall
   * silently while its link stays. What was promised by its stack is never kept: handlers are not
   * called any more, a pending `connect` or `ping` stays pending, and what is asked of the dead stack
   * later fails with ECONNABORTED. A host that is down stays down.
   *
   * @throws Error before the host is linked.
   */
  crash(): void {
    if (this.#plug === null) throw new Error(`link ${this.name} before it is used`);
    this.#stack?.halt();
    this.#stack = null;
  }

  /**
   * Begins again with a new stack on the same addresses and the same link, which knows nothing of
   * what was: `stack` and `transport` are others. Peers of old connections get RSTs (RFC 9293,
   * 3.5.1). A host that is up crashes first.
   *
   * @throws Error before the host is linked.
   */
  restart(): void {
    this.crash();
    this.#device = this.#surroundings.createDevice();
    this.#boot();
  }

  /** Belongs to the network: joins the host to its link, so that its stack can begin. */
  attach(outlet: Outlet, mtu: number): void {
    this.#plug = { outlet, mtu };
    this.#boot();
  }

  /** Belongs to the network. */
  handleArrival(packet: Packet): void {
    this.#device.handleArrival(packet);
  }

  #boot(): void {
    const { name: _name, routes: _routes, capture: _capture, wrapDevice, ...stack } = this.#options;
    const { clock, driver, random } = this.#surroundings;
    const { outlet, mtu } = this.#plug!;
    this.#device.attach(outlet, mtu);
    const device = this.#captured === null ? this.#device : this.#capturing(this.#captured);
    this.#stack = createStack({
      resolve: (name) => this.lookUp(name),
      ...stack,
      device: wrapDevice === undefined ? device : wrapDevice(device),
      clock,
      random: random.u32,
      scheduler: driver,
    });
  }

  #capturing(sink: ByteCollector): LinkDevice {
    const { clock } = this.#surroundings;
    const wallTime = (): number => clock.wallTime();
    return captureDevice(this.#device, { sink, wallTime, interfaceName: this.name });
  }
}
