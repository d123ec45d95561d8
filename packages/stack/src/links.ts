/**
 * What the options say about links, as routes and addresses of IPv4, and as the device to drive.
 */

import { formatIpv4, parseIpv4, parseIpv4Cidr } from '@netlayers/bytes';
import type { Ipv4Options, Route } from '@netlayers/ipv4';
import { type DrivenDevice, LinkGroup } from './link-group.js';
import type { StackLink, StackOptions } from './stack-options.js';

/** The links of a stack, ready for use. */
export interface Links {
  readonly driven: DrivenDevice;
  readonly ipv4: Pick<Ipv4Options, 'addresses' | 'routes' | 'forwardFrom'>;
}

/** Parses a dotted address. @throws RangeError for anything else. */
export function ipv4Of(text: string): number {
  const address = parseIpv4(text);
  if (address === null) throw new RangeError(`${text} is not an IPv4 address such as 10.0.0.2`);
  return address;
}

/**
 * @throws RangeError for an address or a network that cannot be, a device that is named twice;
 *   TypeError for `forward` without links, or between devices that segment differently.
 */
export function linksOf(options: StackOptions): Links {
  const { device, links = [], forward = false } = options;
  const addresses = (options.addresses ?? []).map(ipv4Of);
  if (links.length === 0) {
    if (forward) throw new TypeError('forward needs links: with one device there is no way on');
    return { driven: device, ipv4: { addresses } };
  }
  const group = new LinkGroup([device, ...links.map((link) => link.device)]);
  if (new Set([device, ...links.map((link) => link.device)]).size <= links.length) {
    throw new RangeError('each of the links has a device of its own');
  }
  if (forward) refuseUnequalOffload(options);
  const own = links.flatMap(({ address }) => (address === undefined ? [] : [ipv4Of(address)]));
  return {
    driven: group,
    ipv4: {
      addresses: [...addresses, ...own],
      routes: [{ network: 0, prefixLength: 0 }, ...links.flatMap(routesOf)],
      ...(forward && { forwardFrom: group }),
    },
  };
}

function routesOf({ device, address, networks, mtu }: StackLink): Route[] {
  return networks.map((text) => {
    const network = parseIpv4Cidr(text);
    if (network === null) throw new RangeError(`${text} is not a network such as 10.1.0.0/16`);
    return {
      device,
      network: network.address,
      prefixLength: network.prefixLength,
      ...(address !== undefined && { source: ipv4Of(address) }),
      ...(mtu !== undefined && { mtu }),
    };
  });
}

/** Merged segments could not be cut again for a device that does not do it. */
function refuseUnequalOffload({ device, links = [], address }: StackOptions): void {
  const wanted = device.capabilities.segmentationOffload;
  const other = links.find((link) => link.device.capabilities.segmentationOffload !== wanted);
  if (other === undefined) return;
  const to = other.networks[0] ?? formatIpv4(ipv4Of(address));
  throw new TypeError(
    `forward: the link to ${to} and the device differ in offload; open both without it`,
  );
}
