/**
 * The end of a link without a stack.
 */

import type { LinkDevice } from '@netlayers/link';
import type { NetworkNode } from './forwarding.js';
import { type Prefix, parsePrefix } from './prefix.js';
import type { SimDevice } from './sim-device.js';

/** What an end without a stack is made of. */
export interface EndpointOptions {
  /** Routers send packets to it here. */
  readonly address: string;
  readonly name?: string;
  readonly routes?: readonly string[];
}

/** The end of a link for a stack of one's own; made by `network.endpoint`. */
export class SimEndpoint implements NetworkNode {
  readonly name: string;
  readonly prefixes: readonly Prefix[];
  readonly forwards = false;
  /** Usable once the endpoint is linked. */
  readonly device: LinkDevice;
  /** Belongs to the network. */
  readonly end: SimDevice;

  constructor(options: EndpointOptions, end: SimDevice) {
    this.name = options.name ?? options.address;
    this.prefixes = [options.address, ...(options.routes ?? [])].map(parsePrefix);
    this.end = end;
    this.device = end;
  }
}
