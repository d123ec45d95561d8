/**
 * What the options mean: what holds for those that were not given, and which of them contradict each
 * other. A mistake is one line that says what to do, not a page of help.
 */

import { resolve } from 'node:path';
import { DEFAULTS, type GivenOptions, UsageError } from './given-options.js';
import type { Verbosity } from './log.js';
import { ECHO_PORT } from './udp-echo.js';

/** The settings of one run. */
export interface ServerCommand {
  readonly transport: 'auto' | 'tun' | 'kernel';
  readonly tun: TunOptions;
  /** Address to listen on; `null` for the one that suits the transport. */
  readonly host: string | null;
  readonly port: number;
  /** Absolute path of the served folder; `null` without one. */
  readonly root: string | null;
  /** Files that alone are served, relative to the root; `null` for all. */
  readonly allow: readonly string[] | null;
  /** Whether the built-in routes answer. */
  readonly demo: boolean;
  readonly cors: string | null;
  readonly verbosity: Verbosity;
}

/** What only our own TCP can use. */
export interface TunOptions {
  /** Our address. */
  readonly ip: string;
  readonly name: string | null;
  readonly driver: 'koffi' | 'tuntap2';
  readonly fd: number | null;
  readonly routes: readonly string[];
  readonly mtu: number | null;
  readonly offload: boolean;
  /** Where packets are recorded; `null` for nowhere. */
  readonly pcap: string | null;
  /** 2 MSL, milliseconds; `null` for the default of TCP. */
  readonly timeWaitMs: number | null;
  /** Port of the UDP echo; `null` for none. */
  readonly udpEcho: number | null;
}

/** Options that say nothing to the kernel's TCP. */
const TUN_ONLY = [
  'tun-ip',
  'tun-name',
  'tun-driver',
  'tun-fd',
  'tun-route',
  'mtu',
  'offload',
  'pcap',
  'time-wait',
  'udp-echo',
] as const;

/**
 * Reads the command line.
 *
 * @returns `null` when help was asked for and printed.
 * @throws UsageError
 */
export async function readOptions(args: readonly string[]): Promise<ServerCommand | null> {
  if (args.length === 0) return commandOf(DEFAULTS);
  const { parseArguments } = await import('./command-line.js');
  const given = await parseArguments(args);
  return given === null ? null : commandOf(given);
}

/** Checks the options and what they mean together. */
function commandOf(given: GivenOptions): ServerCommand {
  const numberless = (['port', 'mtu', 'tun-fd', 'time-wait'] as const).find((name) =>
    Number.isNaN(given[name]),
  );
  if (numberless !== undefined) throw new UsageError(`--${numberless} needs a number`);
  const transport = transportOf(given);
  const useless = TUN_ONLY.find((name) => given[name] !== undefined);
  if (transport === 'kernel' && useless !== undefined) {
    const option = useless === 'offload' ? 'no-offload' : useless;
    throw new UsageError(`--${option} is for our own TCP: leave it out, or use --transport tun`);
  }
  const hasFiles = given.root !== undefined || given.allow !== undefined;
  return {
    transport,
    tun: tunOptionsOf(given),
    host: given.host ?? null,
    port: wholeNumber('port', given.port, 0, 65535) ?? DEFAULTS.port,
    root: hasFiles ? resolve(given.root ?? '.') : null,
    allow: given.allow ?? null,
    demo: !hasFiles || given.demo === true,
    cors: given.cors ?? null,
    verbosity: given.verbosity,
  };
}

function tunOptionsOf(given: GivenOptions): TunOptions {
  return {
    ip: addressOf('tun-ip', given['tun-ip'] ?? '10.0.0.2'),
    name: given['tun-name'] ?? null,
    driver: given['tun-driver'] ?? 'koffi',
    fd: wholeNumber('tun-fd', given['tun-fd'], 0, 0x7fffffff),
    routes: given['tun-route'] ?? [],
    mtu: wholeNumber('mtu', given.mtu, 68, 65535),
    offload: given.offload !== false,
    pcap: given.pcap ?? null,
    timeWaitMs: secondsOf('time-wait', given['time-wait']),
    udpEcho: echoPortOf(given['udp-echo']),
  };
}

function transportOf({
  transport,
  'kernel-tcp': kernelTcp,
}: GivenOptions): GivenOptions['transport'] {
  if (kernelTcp !== true) return transport;
  if (transport === 'tun') {
    throw new UsageError('--kernel-tcp contradicts --transport tun: give one of them');
  }
  return 'kernel';
}

function wholeNumber(
  name: string,
  value: number | undefined,
  low: number,
  high: number,
): number | null {
  if (value === undefined) return null;
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new UsageError(`--${name} is a whole number from ${low} to ${high}`);
  }
  return value;
}

/** The option may stand alone: the port is that of the service. */
function echoPortOf(given: string | undefined): number | null {
  if (given === undefined) return null;
  return wholeNumber('udp-echo', given === '' ? ECHO_PORT : Number(given), 1, 65535);
}

function secondsOf(name: string, value: number | undefined): number | null {
  if (value === undefined) return null;
  if (!(value >= 0 && value <= 3600)) throw new UsageError(`--${name} is 0 to 3600 seconds`);
  return value * 1000;
}

function addressOf(name: string, text: string): string {
  const parts = text.split('.');
  const valid =
    parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (!valid) throw new UsageError(`--${name} is an IPv4 address such as 10.0.0.2, not ${text}`);
  return text;
}
