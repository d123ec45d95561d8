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

/** Of a host that is used before it is linked, if ever: that of a link by default, in bytes. */
const MTU_WITHOUT_LINK = 1500;

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
  #isDown = false;
  #droppedWithoutLink = 0;
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
   * The host's stack. One that is used before it is linked reaches itself only: what it sends to others
   * is dropped and counted, and the MTU of the link to come has to be the 1500 bytes it began with.
   *
   * @throws Error while the host is down.
   */
  get stack(): Stack {
    if (this.#isDown) throw new Error(`${this.name} has crashed: restart it`);
    return this.#stack ?? this.#boot();
  }

  /** Whether the host has not crashed. */
  get isUp(): boolean {
    return !this.#isDown;
  }

  /** Connections in any state but CLOSED and TIME-WAIT; 0 while no stack has begun. */
  get connections(): number {
    return this.#stack?.counters().connections ?? 0;
  }

  /** Packets to others that were dropped because the host had no link. */
  get droppedWithoutLink(): number {
    return this.#droppedWithoutLink;
  }

  /** The stack behind the `Transport` port of `@netlayers/http`, for servers and clients. */
  get transport(): StackTransport {
    return this.stack.transport;
  }

  /**
   * Connects from this host: see `Stack.connect`. Names are looked up with the network's resolver.
   *
   * @throws rejects with an Error of code ENETUNREACH, too, without a link to another host.
   */
  async connect(options: StackConnectOptions): Promise<TcpSocket> {
    const { stack } = this;
    if (this.#plug === null) await this.#refuseOthers(options.host);
    return await stack.connect(options);
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
   */
  crash(): void {
    this.#stack?.halt();
    this.#stack = null;
    this.#isDown = true;
  }

  /**
   * Begins again with a new stack on the same addresses and the same link, which knows nothing of
   * what was: `stack` and `transport` are others. Peers of old connections get RSTs (RFC 9293,
   * 3.5.1). A host that is up crashes first.
   */
  restart(): void {
    this.crash();
    this.#isDown = false;
    this.#device = this.#surroundings.createDevice();
    if (this.#plug !== null) this.#boot();
  }

  /** Belongs to the network: @throws Error for an MTU that the host cannot take any more. */
  checkMtu(mtu: number): void {
    if (this.#stack === null || this.#plug !== null || mtu === MTU_WITHOUT_LINK) return;
    throw new Error(`link ${this.name} before it is used: its MTU is the link's`);
  }

  /** Belongs to the network: joins the host to its link, where its stack begins unless it has begun. */
  attach(outlet: Outlet, mtu: number): void {
    this.#plug = { outlet, mtu };
    if (this.#stack !== null) this.#device.attach(outlet, mtu);
    else if (this.isUp) this.#boot();
  }

  /** Belongs to the network. */
  handleArrival(packet: Packet): void {
    this.#device.handleArrival(packet);
  }

  #boot(): Stack {
    const { name: _name, routes: _routes, capture: _capture, wrapDevice, ...stack } = this.#options;
    const { clock, driver, random } = this.#surroundings;
    const { outlet, mtu } = this.#plug ?? this.#nowhere();
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
    return this.#stack;
  }

  #nowhere(): Plug {
    const send = (): void => {
      this.#droppedWithoutLink++;
    };
    return { outlet: { send }, mtu: MTU_WITHOUT_LINK };
  }

  /** A packet into nowhere would only time out. */
  async #refuseOthers(host: string): Promise<void> {
    const addresses = await this.lookUp(host);
    if (addresses.some((address) => this.#isLocal(address))) return;
    throw Object.assign(new Error(`${this.name} has no link to ${host}: network.link(...)`), {
      code: 'ENETUNREACH',
    });
  }

  #isLocal(address: string): boolean {
    return address.startsWith('127.') || this.addresses.includes(address);
  }

  #capturing(sink: ByteCollector): LinkDevice {
    const { clock } = this.#surroundings;
    const wallTime = (): number => clock.wallTime();
    return captureDevice(this.#device, { sink, wallTime, interfaceName: this.name });
  }
}
