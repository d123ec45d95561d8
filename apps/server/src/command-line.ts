/**
 * The options as yargs reads and explains them. Loaded only for a command that has options: it takes
 * half as long as Node itself.
 */

import yargs from 'yargs';
import { DEFAULTS, type GivenOptions, UsageError } from './given-options.js';
import { VERBOSITIES } from './log.js';

const TRANSPORT_OPTIONS = {
  transport: {
    choices: ['auto', 'tun', 'kernel'] as const,
    default: DEFAULTS.transport,
    describe: 'Whose TCP carries the requests',
  },
  'kernel-tcp': {
    type: 'boolean',
    describe: 'The same as --transport kernel',
  },
  'tun-ip': {
    type: 'string',
    requiresArg: true,
    describe: 'Our address; the machine gets the next one  [default: 10.0.0.2]',
  },
  'tun-name': {
    type: 'string',
    requiresArg: true,
    describe: 'Name of the device, new or existing',
  },
  'tun-driver': {
    choices: ['koffi', 'tuntap2'] as const,
    describe: 'How the device is opened',
  },
  'tun-fd': {
    type: 'number',
    requiresArg: true,
    describe: 'An open TUN descriptor to use',
  },
  'tun-route': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'A further subnet sent to us (repeatable)',
  },
  mtu: {
    type: 'number',
    requiresArg: true,
    describe: 'Largest IP packet, bytes',
  },
  'no-offload': {
    type: 'boolean',
    describe: 'No checksum or segmentation offload',
  },
  offload: { type: 'boolean', hidden: true },
  'time-wait': {
    type: 'number',
    requiresArg: true,
    describe: 'Seconds a closed connection is remembered',
  },
  pcap: {
    type: 'string',
    requiresArg: true,
    normalize: true,
    describe: 'Record every packet into a pcapng file',
  },
  'udp-echo': {
    type: 'string',
    describe: 'Send UDP datagrams to this port back  [default: 7]',
  },
} as const;

const SERVER_OPTIONS = {
  host: {
    type: 'string',
    requiresArg: true,
    describe: 'Address to listen on  [default: 127.0.0.1, or the TUN address]',
  },
  port: {
    alias: 'p',
    type: 'number',
    requiresArg: true,
    default: DEFAULTS.port,
    describe: 'Port to listen on; 0 chooses one',
  },
  root: { type: 'string', requiresArg: true, describe: 'Serve this folder' },
  allow: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'Serve only this file, relative to --root (repeatable)',
  },
  demo: {
    type: 'boolean',
    describe: 'The built-in routes as well, with --root or --allow',
  },
  cors: {
    type: 'string',
    requiresArg: true,
    describe: 'Let pages of this origin read answers, * for all',
  },
  verbosity: {
    alias: 'v',
    choices: VERBOSITIES,
    default: DEFAULTS.verbosity,
    describe: 'debug prints every segment',
  },
} as const;

const EXAMPLES: [command: string, text: string][] = [
  ['$0', 'our own TCP on a TUN device where it may be opened, else the kernel'],
  ['$0 --kernel-tcp --port 9000', 'no root needed: http://127.0.0.1:9000'],
  ['sudo $0 --tun-ip 10.0.0.2 -v debug', 'every segment; then curl http://10.0.0.2:8080/json'],
  ['sudo $0 --pcap run.pcapng', 'open run.pcapng in Wireshark'],
  ['sudo $0 --udp-echo', 'then nc -u 10.0.0.2 7'],
  ['$0 --root public', 'a folder'],
  ['$0 --root public --allow index.html --allow style.css', 'two files, and 403 for the rest'],
];

/** What may be a list; `_` is what belongs to no option. */
const REPEATABLE = new Set(['_', 'tun-route', 'allow']);

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

function parserOf(args: readonly string[]) {
  return yargs([...args])
    .scriptName('netlayers-server')
    .usage("$0 [options]\n\nServes HTTP over our own TCP, IPv4 and TUN, or over the kernel's TCP.")
    .parserConfiguration({ 'camel-case-expansion': false })
    .options({ ...TRANSPORT_OPTIONS, ...SERVER_OPTIONS })
    .group(Object.keys(TRANSPORT_OPTIONS), 'Transport:')
    .group(Object.keys(SERVER_OPTIONS), 'Server:')
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

/**
 * Reads the arguments of a command.
 *
 * @returns `null` when help was asked for and printed.
 * @throws UsageError
 */
export async function parseArguments(args: readonly string[]): Promise<GivenOptions | null> {
  try {
    const argv = await parserOf(args).parseAsync();
    if ('help' in argv && argv.help === true) return null;
    const repeated = Object.keys(argv).find(
      (name) => Array.isArray(argv[name]) && !REPEATABLE.has(name),
    );
    if (repeated !== undefined) throw new UsageError(`--${repeated} was given twice`);
    return argv;
  } catch (error) {
    // Mistakes that are found before single options are looked at do not come through `fail`.
    if (!(error instanceof Error) || error.name !== 'YError') throw error;
    throw new UsageError(oneLine(error.message));
  }
}
