/**
 * The wire of a packet script: the script's end of it, and the time in which it is. Either a simulated
 * link with a stack of ours behind it, in virtual time; or any device, with whoever is behind it, in
 * the host's time.
 */

import { type Clock, HostClock, hostPause } from '@netlayers/host';
import type { LinkDevice } from '@netlayers/link';
import type { Stack } from '@netlayers/stack';
import { createNetwork, type SimNetwork } from './network.js';
import type { HostOptions } from './sim-host.js';

const LARGEST_PACKET = 0xffff;

/** What a script needs of its wire. */
export interface ScriptWire {
  /** The script's end. */
  readonly device: LinkDevice;
  /** The most octets that a packet of the script may have. */
  readonly largest: number;
  readonly clock: Clock;
  /** The stack of ours behind it; `null` = somebody else's. */
  readonly stack: Stack | null;
  /** `null` = the wire is a real one. */
  readonly network: SimNetwork | null;
  /** Lets happen what happens at this moment. */
  settle(): Promise<void>;
  advance(ms: number): Promise<void>;
}

/** What a simulated wire is made of. */
export interface SimulatedWireOptions extends HostOptions {
  readonly seed?: number;
  readonly mtu?: number;
}

/** A simulated link between a stack of ours and the script at `peerAddress`. */
export function simulatedWire(
  { seed, mtu, ...host }: SimulatedWireOptions,
  peerAddress: string,
): ScriptWire {
  const network = createNetwork({ ...(seed !== undefined && { seed }) });
  const near = network.host(host);
  const endpoint = network.endpoint({ address: peerAddress });
  network.link(near, endpoint, { ...(mtu !== undefined && { mtu }) });
  return {
    device: endpoint.device,
    // A script may send more than the link says that it takes.
    largest: LARGEST_PACKET,
    clock: network.clock,
    stack: near.stack,
    network,
    settle: () => network.settle(),
    advance: (ms) => network.advance(ms),
  };
}

/**
 * A device, whoever is behind it.
 *
 * @param answerMs how long whoever it is may take to answer.
 */
export function deviceWire(device: LinkDevice, answerMs: number): ScriptWire {
  const pause = (ms: number): Promise<void> => new Promise((resolve) => hostPause(resolve, ms));
  return {
    device,
    largest: device.capabilities.mtu,
    clock: new HostClock(),
    stack: null,
    network: null,
    settle: () => pause(answerMs),
    advance: pause,
  };
}
