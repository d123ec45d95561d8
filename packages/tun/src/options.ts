/**
 * What `createTun` is asked for, checked, as the numbers that the rest of the package works with.
 */

import { formatIpv4 } from '@netlayers/bytes';
import { type Network, parseCidr } from './cidr.js';
import { companionAddress, parseHostAddress } from './companion.js';
import { TunError } from './errors.js';
import type { Subject } from './explain-errno.js';
import type { AddressPair } from './overlap.js';
import type { TunDriver } from './tun-device.js';

/** The range of MTUs that Linux takes for a TUN device; below, IPv4 itself ends (RFC 791, 3.2). */
const SMALLEST_MTU = 68;
const LARGEST_MTU = 65_535;
/** What bursts need before they are dropped; the kernel's own default is 500. */
const DEFAULT_QUEUE_LENGTH = 10_000;
/** The kernel's limit. */
const MOST_QUEUES = 256;

/** What a TUN device should be like. */
export interface TunOptions {
  /** Our own IPv4 address. May be left out for a device that has its addresses already. */
  address?: string;
  /** The kernel's address on the link. @default `companionOf(address)` */
  peer?: string;
  /** Sends the subnet of this prefix length around `address` to the device. @default as it is; 32 for a new one */
  prefixLength?: number;
  /** Further subnets that are sent to the device, e.g. `10.1.0.0/16`. */
  routes?: readonly string[];
  /** Bytes of the largest IP packet, 68 to 65535. @default as it is; 1500 for a new device */
  mtu?: number;
  /** Attaches to this interface, or creates it. @default the next free `tun%d` */
  name?: string;
  /** `tuntap2` needs the package of that name. @default `koffi` */
  driver?: TunDriver;
  /** Lets the kernel finish checksums and cut segments, and leave ours unfinished. @default false */
  offload?: boolean;
  /** Uses a duplicate of an attached descriptor, e.g. an inherited one; closing that stays up to you. */
  fd?: number;
  /** Packets the device's ring should hold, where that may be set. @default 10000 */
  queueLength?: number;
}

/** Checked options. */
export interface TunPlan {
  /** `null`: read them from the device. */
  readonly pair: Pick<AddressPair, 'address' | 'peer'> | null;
  readonly prefixLength: number | null;
  readonly routes: readonly Network[];
  readonly mtu: number | null;
  readonly name: string;
  readonly driver: TunDriver;
  readonly offload: boolean;
  readonly fd: number | null;
  readonly queueLength: number;
}

/** An integer in a range, or a TunError that names the option. */
export function integerOption(value: number, name: string, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new TunError('EINVAL', `${name} ${value} is not in ${least} to ${most}`);
  }
  return value;
}

export const queuesOption = (value: number): number =>
  integerOption(value, 'queues', 1, MOST_QUEUES);

function planPair(options: TunOptions): TunPlan['pair'] {
  if (options.address === undefined) {
    if (options.name === undefined && options.fd === undefined) {
      throw new TunError('EINVAL', 'a new device needs an address: give one like 10.0.0.2');
    }
    return null;
  }
  const address = parseHostAddress(options.address);
  const peer =
    options.peer === undefined ? companionAddress(address) : parseHostAddress(options.peer);
  if (peer === address) {
    throw new TunError('EINVAL', `address and peer are both ${options.address}: leave peer out`);
  }
  return { address, peer };
}

function planName(name: string): string {
  if (!/^[^\s/:%]*(%d)?[^\s/:%]*$/.test(name) || name.length === 0 || name.length > 15) {
    throw new TunError(
      'EINVAL',
      `"${name}" is not an interface name: 1 to 15 characters like tun0`,
    );
  }
  return name;
}

/**
 * Checks options.
 *
 * @throws TunError `EINVAL`, saying which and what would do.
 */
export function planTun(options: TunOptions): TunPlan {
  return {
    pair: planPair(options),
    prefixLength:
      options.prefixLength === undefined
        ? null
        : integerOption(options.prefixLength, 'prefix length', 1, 32),
    routes: (options.routes ?? []).map(parseCidr),
    mtu:
      options.mtu === undefined
        ? null
        : integerOption(options.mtu, 'MTU', SMALLEST_MTU, LARGEST_MTU),
    name: planName(options.name ?? 'tun%d'),
    driver: options.driver ?? 'koffi',
    offload: options.offload ?? false,
    fd: options.fd === undefined ? null : integerOption(options.fd, 'descriptor', 0, 0x7fffffff),
    queueLength: integerOption(
      options.queueLength ?? DEFAULT_QUEUE_LENGTH,
      'queue length',
      1,
      1_000_000,
    ),
  };
}

/** Options that the package `tuntap2` has no way to. */
const NOT_WITH_TUNTAP2 = ['name', 'fd', 'routes', 'offload', 'queueLength', 'queues'] as const;

/**
 * Refuses what the driver `tuntap2` cannot do.
 *
 * @throws TunError `EINVAL`
 */
export function refuseForTuntap2(options: TunOptions & { queues?: number }): void {
  for (const option of NOT_WITH_TUNTAP2) {
    const value = options[option];
    if (value !== undefined && value !== false) {
      throw new TunError(
        'EINVAL',
        `the tuntap2 driver cannot do ${option}: leave it out, or use the koffi driver`,
      );
    }
  }
}

/**
 * Refuses options that `createTun` would refuse on any machine, without opening anything.
 *
 * @throws TunError `EINVAL`, saying which and what would do.
 */
export function checkTunOptions(options: TunOptions): void {
  if (options.driver === 'tuntap2') refuseForTuntap2(options);
  planTun(options);
}

/** The names that go into messages about a plan. */
export const subjectOf = (plan: TunPlan): Subject => ({
  name: plan.name,
  address: plan.pair === null ? '10.0.0.2' : formatIpv4(plan.pair.address),
  peer: plan.pair === null ? '10.0.0.3' : formatIpv4(plan.pair.peer),
});
