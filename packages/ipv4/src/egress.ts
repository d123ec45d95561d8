/**
 * Which way packets leave: through the device, one of several, or back to ourselves. Packets to 127/8 and to our own
 * addresses never get to the device (RFC 1122, 3.2.1.3 (g) and 3.3.1.1).
 *
 * The way is chosen when the destination is another than that of the packet before: a stream pays one
 * comparison a packet. The loopback begins with the first packet for it, since most stacks have none.
 */

import { type LinkDevice, LoopbackDevice, type PacketReceiver } from '@netlayers/link';
import type { AddressPolicy } from './address-policy.js';
import type { RouteTable } from './routes.js';

/** The ways out of one stack. */
export class Egress {
  /** Where the last reservation was made. */
  current: LinkDevice;
  readonly #device: LinkDevice;
  readonly #policy: AddressPolicy;
  /** Asked where there are several devices to choose from. */
  readonly #routes: RouteTable | null;
  #loopback: LoopbackDevice | null = null;
  /** Whom `current` was chosen for; 0 is nobody. */
  #destination = 0;

  constructor(device: LinkDevice, policy: AddressPolicy, routes: RouteTable) {
    this.current = device;
    this.#device = device;
    this.#policy = policy;
    this.#routes = routes.devices.length > 1 ? routes : null;
  }

  /** The device for a packet to `destination`, in which room may be reserved now. */
  towards(destination: number): LinkDevice {
    if (destination !== this.#destination) this.#choose(destination);
    return this.current;
  }

  /** Lets what was sent to ourselves be received; returns whether something waits. */
  flushLooped(): boolean {
    if (this.#loopback === null) return false;
    this.#loopback.flush();
    return this.#loopback.waiting > 0;
  }

  /** Delivers at most `max` packets to ourselves and returns how many. */
  receiveLooped(max: number, receiver: PacketReceiver): number {
    return this.#loopback === null ? 0 : this.#loopback.receive(max, receiver);
  }

  #choose(destination: number): void {
    this.#destination = destination;
    if (this.#policy.isLocal(destination)) {
      this.#loopback ??= new LoopbackDevice();
      this.current = this.#loopback;
    } else {
      this.current = this.#routes?.find(destination)?.device ?? this.#device;
    }
  }
}
