/**
 * Where packets go: longest prefix match (RFC 1122, 3.3.1).
 *
 * Every device is point-to-point, so a route names a device and no gateway. What it decides is whether
 * a destination can be reached at all, through which device, from which of our addresses, and how
 * large packets to it may be. Path MTU discovery is not kept here: it belongs to the transport that probes.
 */

import type { LinkDevice } from '@netlayers/link';
import { prefixMask } from './address-policy.js';
import { IPV4_SMALLEST_MTU } from './header.js';

/** One entry of the table. */
export interface Route {
  /** Network address, uint32; bits behind the prefix are ignored. */
  readonly network: number;
  /** 0 to 32 bits; 0 is the default route. */
  readonly prefixLength: number;
  /** The address that packets leave from, uint32. @default the stack's primary address */
  readonly source?: number;
  /** The device that packets leave through. @default that of the layer */
  readonly device?: LinkDevice;
  /** The largest IP packet, in bytes. @default the device's MTU, which is also the upper limit */
  readonly mtu?: number;
}

/** What the table says about a destination. */
export interface Hop {
  readonly source: number;
  readonly mtu: number;
}

/** A route, ready to be followed. */
export interface RouteEntry extends Hop {
  readonly network: number;
  readonly mask: number;
  readonly device: LinkDevice;
}

/** The routes of one stack; fixed for its life. */
export class RouteTable {
  /** The devices that packets can leave through, each once; the layer's own is the first. */
  readonly devices: readonly LinkDevice[];
  readonly #entries: readonly RouteEntry[];

  /**
   * @param source of the routes that name none.
   * @param device of the routes that name none.
   * @throws RangeError for a prefix length outside of 0 to 32, or an MTU below 68 (RFC 791, 3.2).
   */
  constructor(routes: readonly Route[], source: number, device: LinkDevice) {
    this.devices = [...new Set([device, ...routes.map((route) => route.device ?? device)])];
    this.#entries = [...routes]
      .sort((a, b) => b.prefixLength - a.prefixLength)
      .map((route) => {
        const { prefixLength } = route;
        if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > 32) {
          throw new RangeError(`prefix length ${prefixLength} is not one of 0 to 32`);
        }
        const mask = prefixMask(prefixLength);
        const through = route.device ?? device;
        const { mtu } = through.capabilities;
        const routeMtu = Math.min(route.mtu ?? mtu, mtu);
        if (!(routeMtu >= IPV4_SMALLEST_MTU)) {
          throw new RangeError(`an MTU of ${routeMtu} is below ${IPV4_SMALLEST_MTU} bytes`);
        }
        return {
          network: (route.network & mask) >>> 0,
          mask,
          source: route.source ?? source,
          mtu: routeMtu,
          device: through,
        };
      });
  }

  /** Finds the most specific route; null = unreachable. */
  find(destination: number): RouteEntry | null {
    for (let i = 0; i < this.#entries.length; i++) {
      const entry = this.#entries[i]!;
      if ((destination & entry.mask) >>> 0 === entry.network) return entry;
    }
    return null;
  }
}
