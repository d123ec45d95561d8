/**
 * The command line: what can be said, what holds when it is not, and which combinations contradict
 * each other. A mistake is one line that says what to do, not a page of help.
 */

import yargs from 'yargs';
import { CommandError, EXIT_CODE_HELP, ExitCode } from './exit-code.js';

/** From the least to the most talkative. */
export const VERBOSITIES = ['error', 'warn', 'info', 'debug', 'trace'] as const;

/** How much is said on stderr. */
export type Verbosity = (typeof VERBOSITIES)[number];

/** The settings of one run. */
export interface ClientCommand {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Text to send, a file to stream (`-` is stdin), or nothing. */
  readonly data: { readonly text: string } | { readonly file: string } | null;
  /** Where the content goes; `-` is stdout. */
  readonly output: string;
  readonly includeHead: boolean;
  readonly followRedirects: boolean;
  readonly resume: boolean;
  readonly compressed: boolean;
  readonly failOnStatus: boolean;
  readonly retries: number;
  readonly maxTimeMs: number | null;
  readonly transport: 'tun' | 'kernel';
  readonly tun: TunSettings;
  readonly verbosity: Verbosity;
}

/** What only our own TCP can use. */
export interface TunSettings {
  /** Our address. */
  readonly ip: string;
  readonly name: string | null;
  readonly mtu: number | null;
  /** Where packets are recorded. */
  readonly pcap: string | null;
}

const EXAMPLES: [command: string, text: string][] = [
  ['$0 http://127.0.0.1:8080/json', 'print what a server answers'],
  ['$0 -L -o page.html example.com', 'follow redirections, save the content'],
  ['$0 -C - -o big.iso http://host/big.iso', 'go on with a download'],
  ['$0 POST http://host/echo -d hello', 'send text'],
  ['$0 PUT http://host/file -d @big.iso', 'stream a file'],
  ['sudo $0 --tun-ip 10.0.0.6 http://10.0.0.7:8080/', 'over our own TCP, from this machine'],
  ['sudo $0 --tun-ip 10.0.0.6 --trace URL', 'every segment, and why it was sent'],
];

const HTTP = 'HTTP:';
const OUTPUT = 'Output:';
const TRANSPORT = 'Transport:';

const text = (describe: string, group: string) =>
  ({ type: 'string', requiresArg: true, describe, group }) as const;

const flag = (describe: string, group: string) => ({ type: 'boolean', describe, group }) as const;

const number = (describe: string, group: string) =>
  ({ type: 'number', requiresArg: true, describe, group }) as const;

function parserOf(args: readonly string[]) {
  return yargs([...args])
    .scriptName('netlayers-client')
    .usage("$0 [METHOD] URL [options]\n\nFetches over HTTP, on the kernel's TCP or on our own.")
    .parserConfiguration({ 'camel-case-expansion': false })
    .options({
      request: { alias: 'X', ...text('The method', HTTP) },
      header: {
        alias: 'H',
        type: 'string',
        array: true,
        nargs: 1,
        describe: "A field, 'Name: value' (repeatable); 'Name:' leaves it out",
        group: HTTP,
      },
      data: { alias: 'd', ...text('Content to send; @FILE streams a file, @- stdin', HTTP) },
      head: { alias: 'I', ...flag('Ask for the head only', HTTP) },
      location: { alias: 'L', ...flag('Follow redirections', HTTP) },
      compressed: flag('Ask for compressed content, and decode it', HTTP),
      retry: number('Try again so often, after growing pauses', HTTP),
      'max-time': number('Seconds that all of it may take', HTTP),
      fail: { alias: 'f', ...flag('A status of 400 or more is a failure', HTTP) },
      output: { alias: 'o', ...text('Write the content to a file; - is stdout', OUTPUT) },
      include: { alias: 'i', ...flag('Print the head of the response as well', OUTPUT) },
      'continue-at': { alias: 'C', ...text('- goes on where the file of -o ends', OUTPUT) },
      verbosity: {
        alias: 'v',
        choices: VERBOSITIES,
        default: 'warn' as const,
        describe: 'info shows heads, debug every segment; -v alone is info',
        group: OUTPUT,
      },
      trace: flag('The same as -v trace: segments, states, timers', OUTPUT),
      transport: {
        choices: ['auto', 'tun', 'kernel'] as const,
        default: 'auto' as const,
        describe: 'Whose TCP: auto is the kernel, or ours with a --tun option',
        group: TRANSPORT,
      },
      'kernel-tcp': flag('The same as --transport kernel', TRANSPORT),
      'tun-ip': text('Our address; the machine gets the next one  [default: 10.0.0.6]', TRANSPORT),
      'tun-name': text('Name of the device, new or existing', TRANSPORT),
      mtu: number('Largest IP packet, bytes', TRANSPORT),
      pcap: text('Record every packet into a pcapng file', TRANSPORT),
    })
    .example(EXAMPLES)
    .epilogue(EXIT_CODE_HELP)
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(100)
    .strictOptions()
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      const text = message ?? error?.message ?? 'the command line cannot be read';
      throw error instanceof CommandError ? error : usage(text.trim().replace(/\s*\n\s*/g, ' '));
    });
}

const usage = (message: string): CommandError => new CommandError(ExitCode.USAGE, message);

/** `-v` stands for `-v info` where no level follows. */
function withVerbosity(args: readonly string[]): string[] {
  const levels: readonly (string | undefined)[] = VERBOSITIES;
  return args.map((arg, at) => {
    const alone = (arg === '-v' || arg === '--verbose') && !levels.includes(args[at + 1]);
    return alone ? '--verbosity=info' : arg;
  });
}

/**
 * Reads the command line.
 *
 * @returns `null` when help was asked for and printed.
 * @throws CommandError
 */
export async function readOptions(args: readonly string[]): Promise<ClientCommand | null> {
  const argv = await parserOf(withVerbosity(args)).parseAsync();
  if ('help' in argv && argv.help === true) return null;
  for (const [name, value] of Object.entries(argv)) {
    if (Array.isArray(value) && name !== '_' && name !== 'header' && name !== 'H') {
      throw usage(`--${name} was given twice`);
    }
  }
  const { method, url } = placeOf(argv._.map(String), argv.request);
  const data = dataOf(argv.data);
  const transport = transportOf(argv.transport, argv['kernel-tcp'] === true, args, {
    'tun-ip': argv['tun-ip'],
    'tun-name': argv['tun-name'],
    mtu: argv.mtu,
    pcap: argv.pcap,
  });
  const resume = resumeOf(argv['continue-at'], argv.output);
  if (resume && argv.compressed) {
    throw usage('-C and --compressed contradict each other: a part cannot be decoded');
  }
  if (resume && (argv.include === true || argv.head === true)) {
    throw usage('-C and -i or -I contradict each other: a head is no part of the file');
  }
  if (argv.head === true && data !== null) {
    throw usage('-I and -d contradict each other: the head alone is asked for without content');
  }
  return {
    url,
    method: method ?? (argv.head === true ? 'HEAD' : data === null ? 'GET' : 'POST'),
    headers: (argv.header ?? []).map(fieldOf),
    data,
    output: argv.output ?? '-',
    includeHead: argv.include === true || argv.head === true,
    followRedirects: argv.location === true,
    resume,
    compressed: argv.compressed === true,
    failOnStatus: argv.fail === true,
    retries: wholeNumber('retry', argv.retry, 0, 1000) ?? 0,
    maxTimeMs: secondsOf('max-time', argv['max-time']),
    transport,
    tun: {
      ip: addressOf('tun-ip', argv['tun-ip'] ?? '10.0.0.6'),
      name: argv['tun-name'] ?? null,
      mtu: wholeNumber('mtu', argv.mtu, 68, 65535),
      pcap: argv.pcap ?? null,
    },
    verbosity: argv.trace === true ? 'trace' : argv.verbosity,
  };
}

function placeOf(
  words: readonly string[],
  request: string | undefined,
): { method: string | null; url: string } {
  if (words.length === 0) throw usage('Give a URL, such as http://127.0.0.1:8080/');
  if (words.length > 2) throw usage(`Unexpected argument: ${words[2]}`);
  const [first, second] = words;
  if (second === undefined) return { method: request ?? null, url: withScheme(first ?? '') };
  if (!/^[A-Za-z][A-Za-z-]*$/.test(first ?? '')) {
    throw usage(`Two URLs? One is fetched at a time: ${first}, ${second}`);
  }
  if (request !== undefined && request !== first) {
    throw usage(`${first} and -X ${request} contradict each other: give one of them`);
  }
  return { method: first ?? null, url: withScheme(second) };
}

/** A place without a scheme is one of http. */
const withScheme = (place: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(place) ? place : `http://${place}`;

function dataOf(data: string | undefined): ClientCommand['data'] {
  if (data === undefined) return null;
  if (!data.startsWith('@')) return { text: data };
  if (data === '@') throw usage('-d @ needs the name of a file behind it');
  return { file: data.slice(1) };
}

function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  if (colon <= 0) throw usage(`-H takes 'Name: value', not ${JSON.stringify(line)}`);
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

function resumeOf(at: string | undefined, output: string | undefined): boolean {
  if (at === undefined) return false;
  if (at !== '-') throw usage(`-C takes - and goes on where the file ends, not ${at}`);
  if (output === undefined || output === '-') throw usage('-C - needs a file: add -o FILE');
  return true;
}

function transportOf(
  given: 'auto' | 'tun' | 'kernel',
  kernelTcp: boolean,
  args: readonly string[],
  tunOptions: Readonly<Record<string, unknown>>,
): 'tun' | 'kernel' {
  const named = args.some((arg) => arg === '--transport' || arg.startsWith('--transport='));
  if (kernelTcp && named && given !== 'kernel') {
    throw usage(`--kernel-tcp contradicts --transport ${given}: give one of them`);
  }
  const used = Object.keys(tunOptions).filter((name) => tunOptions[name] !== undefined);
  const wantsKernel = kernelTcp || given === 'kernel';
  const wantsTun = given === 'tun' || used.includes('tun-ip') || used.includes('tun-name');
  if (used[0] !== undefined && (wantsKernel || !wantsTun)) {
    throw usage(`--${used[0]} is for our own TCP: leave it out, or use --transport tun`);
  }
  return wantsTun ? 'tun' : 'kernel';
}

function wholeNumber(
  name: string,
  value: number | undefined,
  low: number,
  high: number,
): number | null {
  if (value === undefined) return null;
  if (!Number.isInteger(value) || value < low || value > high) {
    throw usage(`--${name} is a whole number from ${low} to ${high}`);
  }
  return value;
}

function secondsOf(name: string, value: number | undefined): number | null {
  if (value === undefined) return null;
  if (!(value > 0 && value <= 1_000_000)) throw usage(`--${name} is a number of seconds above 0`);
  return value * 1000;
}

function addressOf(name: string, address: string): string {
  const parts = address.split('.');
  const valid =
    parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (!valid) throw usage(`--${name} is an IPv4 address such as 10.0.0.6, not ${address}`);
  return address;
}
