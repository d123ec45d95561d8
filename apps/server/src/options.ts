/**
 * The command line: what can be said, what holds when it is not, and which combinations contradict
 * each other. A mistake is one line that says what to do, not a page of help.
 */

import { resolve } from 'node:path';
import yargs from 'yargs';
import { VERBOSITIES, type Verbosity } from './log.js';

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
}

/** A mistake on the command line; the message is for whoever made it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
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
] as const;

const EXAMPLES: [command: string, text: string][] = [
  ['$0', 'our own TCP on a TUN device where it may be opened, else the kernel'],
  ['$0 --kernel-tcp --port 9000', 'no root needed: http://127.0.0.1:9000'],
  ['sudo $0 --tun-ip 10.0.0.2 -v debug', 'every segment; then curl http://10.0.0.2:8080/json'],
  ['sudo $0 --pcap run.pcapng', 'open run.pcapng in Wireshark'],
  ['$0 --root public', 'a folder'],
  ['$0 --root public --allow index.html --allow style.css', 'two files, and 403 for the rest'],
];

function parserOf(args: readonly string[]) {
  return yargs([...args])
    .scriptName('netlayers-server')
    .usage("$0 [options]\n\nServes HTTP over our own TCP, IPv4 and TUN, or over the kernel's TCP.")
    .parserConfiguration({ 'duplicate-arguments-array': false, 'camel-case-expansion': false })
    .options({
      transport: {
        choices: ['auto', 'tun', 'kernel'] as const,
        default: 'auto' as const,
        describe: 'Whose TCP carries the requests',
        group: 'Transport:',
      },
      'kernel-tcp': {
        type: 'boolean',
        describe: 'The same as --transport kernel',
        group: 'Transport:',
      },
      'tun-ip': {
        type: 'string',
        requiresArg: true,
        describe: 'Our address; the machine gets the next one  [default: 10.0.0.2]',
        group: 'Transport:',
      },
      'tun-name': {
        type: 'string',
        requiresArg: true,
        describe: 'Name of the device, new or existing',
        group: 'Transport:',
      },
      'tun-driver': {
        choices: ['koffi', 'tuntap2'] as const,
        describe: 'How the device is opened',
        group: 'Transport:',
      },
      'tun-fd': {
        type: 'number',
        requiresArg: true,
        describe: 'An open TUN descriptor to use',
        group: 'Transport:',
      },
      'tun-route': {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'A further subnet sent to us (repeatable)',
        group: 'Transport:',
      },
      mtu: {
        type: 'number',
        requiresArg: true,
        describe: 'Largest IP packet, bytes',
        group: 'Transport:',
      },
      'no-offload': {
        type: 'boolean',
        describe: 'No checksum or segmentation offload',
        group: 'Transport:',
      },
      offload: { type: 'boolean', hidden: true },
      'time-wait': {
        type: 'number',
        requiresArg: true,
        describe: 'Seconds a closed connection is remembered',
        group: 'Transport:',
      },
      pcap: {
        type: 'string',
        requiresArg: true,
        normalize: true,
        describe: 'Record every packet into a pcapng file',
        group: 'Transport:',
      },
      host: {
        type: 'string',
        requiresArg: true,
        describe: 'Address to listen on  [default: 127.0.0.1, or the TUN address]',
        group: 'Server:',
      },
      port: {
        alias: 'p',
        type: 'number',
        requiresArg: true,
        default: 8080,
        describe: 'Port to listen on; 0 chooses one',
        group: 'Server:',
      },
      root: { type: 'string', requiresArg: true, describe: 'Serve this folder', group: 'Server:' },
      allow: {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Serve only this file, relative to --root (repeatable)',
        group: 'Server:',
      },
      demo: {
        type: 'boolean',
        describe: 'The built-in routes as well, with --root or --allow',
        group: 'Server:',
      },
      cors: {
        type: 'string',
        requiresArg: true,
        describe: 'Let pages of this origin read answers, * for all',
        group: 'Server:',
      },
      verbosity: {
        alias: 'v',
        choices: VERBOSITIES,
        default: 'info' as const,
        describe: 'debug prints every segment',
        group: 'Server:',
      },
    })
    .example(EXAMPLES)
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(100)
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new UsageError(oneLine(message));
    });
}

async function parse(args: readonly string[]) {
  try {
    return await parserOf(args).parseAsync();
  } catch (error) {
    // Mistakes that are found before single options are looked at do not come through `fail`.
    if (!(error instanceof Error) || error.name !== 'YError') throw error;
    throw new UsageError(oneLine(error.message));
  }
}

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

/**
 * Reads the command line.
 *
 * @returns `null` when help was asked for and printed.
 * @throws UsageError
 */
export async function readOptions(args: readonly string[]): Promise<ServerCommand | null> {
  const argv = await parse(args);
  if ('help' in argv && argv['help'] === true) return null;
  if (argv._.length > 0) throw new UsageError(`Unexpected argument: ${argv._[0]}`);
  for (const [name, value] of Object.entries(argv)) {
    if (typeof value === 'number' && Number.isNaN(value))
      throw new UsageError(`--${name} needs a number`);
  }
  const transport = transportOf(argv.transport, argv['kernel-tcp'] === true, args);
  if (transport === 'kernel') {
    const useless = TUN_ONLY.find((name) => argv[name] !== undefined);
    if (useless !== undefined) {
      const option = useless === 'offload' ? 'no-offload' : useless;
      throw new UsageError(`--${option} is for our own TCP: leave it out, or use --transport tun`);
    }
  }
  const hasFiles = argv.root !== undefined || argv.allow !== undefined;
  return {
    transport,
    tun: {
      ip: addressOf('tun-ip', argv['tun-ip'] ?? '10.0.0.2'),
      name: argv['tun-name'] ?? null,
      driver: argv['tun-driver'] ?? 'koffi',
      fd: wholeNumber('tun-fd', argv['tun-fd'], 0, 0x7fffffff),
      routes: argv['tun-route'] ?? [],
      mtu: wholeNumber('mtu', argv.mtu, 68, 65535),
      offload: argv.offload !== false,
      pcap: argv.pcap ?? null,
      timeWaitMs: secondsOf('time-wait', argv['time-wait']),
    },
    host: argv.host ?? null,
    port: wholeNumber('port', argv.port, 0, 65535) ?? 8080,
    root: hasFiles ? resolve(argv.root ?? '.') : null,
    allow: argv.allow ?? null,
    demo: !hasFiles || argv.demo === true,
    cors: argv.cors ?? null,
    verbosity: argv.verbosity,
  };
}

function transportOf(
  given: 'auto' | 'tun' | 'kernel',
  kernelTcp: boolean,
  args: readonly string[],
): 'auto' | 'tun' | 'kernel' {
  if (!kernelTcp) return given;
  const named = args.some((arg) => arg === '--transport' || arg.startsWith('--transport='));
  if (named && given !== 'kernel') {
    throw new UsageError(`--kernel-tcp contradicts --transport ${given}: give one of them`);
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
