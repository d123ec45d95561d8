/**
 * Whether a pair of addresses would take traffic away from something this machine already has, and
 * which pair would not.
 */

import { formatIpv4 } from '@netlayers/bytes';
import { formatCidr, type Network, networkOf, networksOverlap } from './cidr.js';
import { companionAddress } from './companion.js';
import { TunError } from './errors.js';
import type { TakenNetwork } from './routing-table.js';

/** Routes shorter than this say "everything else" (a default route, or one cut into halves). */
const SHORTEST_OWNED_PREFIX = 8;

/** The address pair of a link, as uint32, and the subnet that goes with it. */
export interface AddressPair {
  readonly address: number;
  readonly peer: number;
  /** Prefix length of the subnet around `address` that is sent to the device; 32 = only itself. */
  readonly prefixLength: number;
}

/** The first network that has an address in common with the pair, or `null`. */
export function findOverlap(
  pair: AddressPair,
  taken: readonly TakenNetwork[],
): TakenNetwork | null {
  const ours: Network[] = [networkOf(pair.address, pair.prefixLength), networkOf(pair.peer, 32)];
  const owned = taken.filter((network) => network.prefixLength >= SHORTEST_OWNED_PREFIX);
  return owned.find((network) => ours.some((mine) => networksOverlap(mine, network))) ?? null;
}

/** A pair from the private ranges (RFC 1918) that overlaps nothing, or `null`. */
export function freePair(
  taken: readonly TakenNetwork[],
  prefixLength = 32,
): { address: number; peer: number } | null {
  const bases = [
    ...Array.from({ length: 256 }, (_, i) => (10 << 24) | (i << 8)),
    ...Array.from({ length: 256 }, (_, i) => (10 << 24) | (i << 16)),
    ...Array.from({ length: 16 }, (_, i) => (172 << 24) | ((16 + i) << 16)),
    ...Array.from({ length: 256 }, (_, i) => (192 << 24) | (168 << 16) | (i << 8)),
  ];
  for (const base of bases) {
    const address = (base | 2) >>> 0;
    const peer = companionAddress(address);
    if (findOverlap({ address, peer, prefixLength }, taken) === null) return { address, peer };
  }
  return null;
}

/**
 * Refuses a pair that overlaps.
 *
 * @throws TunError `EADDRINUSE`, naming what is in the way and a pair that is free.
 */
export function refuseOverlap(pair: AddressPair, taken: readonly TakenNetwork[]): void {
  const inTheWay = findOverlap(pair, taken);
  if (inTheWay === null) return;
  const free = freePair(taken, pair.prefixLength);
  const what =
    inTheWay.interfaceName === null
      ? `this machine's own ${formatIpv4(inTheWay.address)}`
      : `the route to ${formatCidr(inTheWay)} on ${inTheWay.interfaceName}`;
  const advice =
    free === null
      ? 'give an address outside of it'
      : `${formatIpv4(free.address)} (with ${formatIpv4(free.peer)} for the kernel) is free`;
  throw new TunError(
    'EADDRINUSE',
    `${formatIpv4(pair.address)} (with ${formatIpv4(pair.peer)} for the kernel) overlaps ${what}: ${advice}`,
  );
}

/**
 * Refuses a route that another interface has in the same words: the kernel would take both and
 * follow ours. A more specific one is what routes are for.
 *
 * @throws TunError `EADDRINUSE`, naming the other interface.
 */
export function refuseSameRoute(
  wanted: readonly Network[],
  name: string,
  taken: readonly TakenNetwork[],
): void {
  for (const route of wanted) {
    const text = formatCidr(route);
    const same = taken.find(
      (network) =>
        network.interfaceName !== null &&
        network.interfaceName !== name &&
        formatCidr(network) === text,
    );
    if (same === undefined) continue;
    const advice =
      route.prefixLength === 0
        ? 'give 0.0.0.0/1 and 128.0.0.0/1 to send everything here'
        : `remove it with sudo ip route del ${text} dev ${same.interfaceName}, or give a longer prefix`;
    throw new TunError('EADDRINUSE', `${same.interfaceName} has a route to ${text}: ${advice}`);
  }
}
