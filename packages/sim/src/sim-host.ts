/**
 * A host of a simulated network: a whole stack at the end of one link.
 */

import { captureDevice, type LinkDevice } from '@netlayers/link';
import { createStack, type Stack, type StackOptions, type StackTransport } from '@netlayers/stack';
import type { Driver } from './driver.js';
import type { NetworkNode } from './forwarding.js';
import { type Prefix, parsePrefix } from './prefix.js';
import type { RandomStream } from './random.js';
import type { SimDevice } from './sim-device.js';
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
  readonly device: SimDevice;
  /** Finds the address of a host by its name. */
  resolve(name: string): Promise<string>;
}

/** A host; made by `network.host`. */
export class SimHost implements NetworkNode {
  readonly name: string;
  readonly address: string;
  readonly prefixes: readonly Prefix[];
  readonly forwards = false;
  /** Belongs to the network. */
  readonly device: SimDevice;
  readonly #options: HostOptions;
  readonly #surroundings: HostSurroundings;
  readonly #captured: ByteCollector | null;
  #stack: Stack | null = null;

  constructor(options: HostOptions, surroundings: HostSurroundings) {
    this.address = options.address;
    this.name = options.name ?? options.address;
    this.prefixes = [options.address, ...(options.addresses ?? []), ...(options.routes ?? [])].map(
      parsePrefix,
    );
    this.device = surroundings.device;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#captured = options.capture === true ? new ByteCollector() : null;
  }

  /**
   * The host's stack.
   *
   * @throws Error before the host is linked: its MTU is the link's.
   */
  get stack(): Stack {
    if (this.#stack === null) throw new Error(`link ${this.name} before it is used`);
    return this.#stack;
  }

  /** The stack behind the `Transport` port of `@netlayers/http`, for servers and clients. */
  get transport(): StackTransport {
    return this.stack.transport;
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

  /** Belongs to the network: the device has its link, the stack can begin. */
  start(): void {
    const { name: _name, routes: _routes, capture: _capture, wrapDevice, ...stack } = this.#options;
    const { clock, driver, random, resolve } = this.#surroundings;
    const device = this.#captured === null ? this.device : this.#capturing(this.#captured);
    this.#stack = createStack({
      resolve,
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
    return captureDevice(this.device, { sink, wallTime, interfaceName: this.name });
  }
}
