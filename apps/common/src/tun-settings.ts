/**
 * What only our own TCP can use: the options as they were given, and the settings that they mean.
 */

import { ipv4Address, secondsInMs, wholeNumber } from './option-values.js';
import { UsageError } from './usage-error.js';

const BUSY_POLL_MS = 1;

/** The options as somebody gave them; a command may take a part of them. */
export interface GivenTunOptions {
  readonly 'tun-ip'?: string | undefined;
  readonly 'tun-name'?: string | undefined;
  readonly 'tun-driver'?: 'koffi' | 'tuntap2' | undefined;
  readonly 'tun-fd'?: number | undefined;
  readonly 'tun-route'?: readonly string[] | undefined;
  readonly mtu?: number | undefined;
  /** `false` after `--no-offload`. */
  readonly offload?: boolean | undefined;
  readonly pcap?: string | undefined;
  readonly 'time-wait'?: number | undefined;
  /** Milliseconds, or nothing behind the option's name. */
  readonly 'busy-poll'?: string | undefined;
}

/** Their names, in the order of `--help`. */
export const TUN_OPTION_NAMES = [
  'tun-ip',
  'tun-name',
  'tun-driver',
  'tun-fd',
  'tun-route',
  'mtu',
  'offload',
  'time-wait',
  'busy-poll',
  'pcap',
] as const satisfies readonly (keyof GivenTunOptions)[];

/** The settings of a device and its stack; `null` is what nobody asked for. */
export interface TunSettings {
  /** Our address. */
  readonly ip: string;
  readonly name: string | null;
  readonly driver: 'koffi' | 'tuntap2' | null;
  /** An open descriptor to use. */
  readonly fd: number | null;
  /** Further subnets that are sent to us. */
  readonly routes: readonly string[];
  /** Largest IP packet, bytes. */
  readonly mtu: number | null;
  readonly offload: boolean | null;
  /** Where packets are recorded. */
  readonly pcap: string | null;
  /** 2 MSL, milliseconds. */
  readonly timeWaitMs: number | null;
  /** How long packets are looked for after each instead of waited for, milliseconds. */
  readonly busyPollMs: number | null;
}

/** The option may stand alone. */
function busyPollOf(given: string | undefined): number | null {
  if (given === undefined) return null;
  const forMs = given === '' ? BUSY_POLL_MS : Number(given);
  if (forMs > 0 && forMs <= 1000) return forMs;
  throw new UsageError('--busy-poll is milliseconds, above 0 and up to 1000');
}

/**
 * Checks the options.
 *
 * @param address ours where no other was given.
 * @throws UsageError
 */
export function tunSettingsOf(given: GivenTunOptions, address: string): TunSettings {
  return {
    ip: ipv4Address('tun-ip', given['tun-ip'] ?? address, address),
    name: given['tun-name'] ?? null,
    driver: given['tun-driver'] ?? null,
    fd: wholeNumber('tun-fd', given['tun-fd'], 0, 0x7fffffff),
    routes: given['tun-route'] ?? [],
    mtu: wholeNumber('mtu', given.mtu, 68, 65535),
    offload: given.offload ?? null,
    pcap: given.pcap ?? null,
    timeWaitMs: secondsInMs('time-wait', given['time-wait'], 0, 3600),
    busyPollMs: busyPollOf(given['busy-poll']),
  };
}
