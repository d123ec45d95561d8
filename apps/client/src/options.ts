/**
 * The command line: what can be said, what holds when it is not, and which combinations contradict
 * each other. A mistake is one line that says what to do, not a page of help.
 */

import {
  checkDevice,
  chooseTransport,
  type GivenTransport,
  type GivenTunOptions,
  secondsInMs,
  TUN_OPTION_NAMES,
  type TunSettings,
  tunSettingsOf,
  UsageError,
  type Verbosity,
  wholeNumber,
} from '@netlayers/common';
import {
  flag,
  number,
  readArguments,
  text,
  texts,
  transportOptions,
  tunOptions,
  verbosityOption,
} from '@netlayers/common/command-line';
import { EXIT_CODE_HELP } from './exit-code.js';

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

/** Our address unless another is given. */
const DEFAULT_ADDRESS = '10.0.0.6';

const EXAMPLES = [
  ['$0 http://127.0.0.1:8080/json', 'print what a server answers'],
  ['$0 -L -o page.html example.com', 'follow redirections, save the content'],
  ['$0 -C - -o big.iso http://host/big.iso', 'go on with a download'],
  ['$0 POST http://host/echo -d hello', 'send text'],
  ['$0 PUT http://host/file -d @big.iso', 'stream a file'],
  ['sudo $0 --tun-ip 10.0.0.6 http://10.0.0.7:8080/', 'over our own TCP, from this machine'],
  ['sudo $0 --tun-ip 10.0.0.6 --trace URL', 'every segment, and why it was sent'],
] as const;

const HTTP = 'HTTP:';
const OUTPUT = 'Output:';

const OPTIONS = {
  request: { alias: 'X', ...text('The method', HTTP) },
  header: {
    alias: 'H',
    ...texts("A field, 'Name: value' (repeatable); 'Name:' leaves it out", HTTP),
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
  verbosity: verbosityOption(
    'warn',
    'info shows heads, debug every segment; -v alone is info',
    OUTPUT,
  ),
  trace: flag('The same as -v trace: segments, states, timers', OUTPUT),
  ...transportOptions('Whose TCP: auto is the kernel, or ours with a --tun option'),
  ...tunOptions(DEFAULT_ADDRESS),
} as const;

const usage = (message: string): UsageError => new UsageError(message);

/**
 * Reads the command line.
 *
 * @returns `null` when help was asked for and printed.
 * @throws UsageError
 */
export async function readOptions(args: readonly string[]): Promise<ClientCommand | null> {
  const argv = await readArguments(
    {
      name: 'netlayers-client',
      usage: "[METHOD] URL [options]\n\nFetches over HTTP, on the kernel's TCP or on our own.",
      options: OPTIONS,
      examples: EXAMPLES,
      epilogue: EXIT_CODE_HELP,
      takesWords: true,
      verbosityAlone: 'info',
    },
    args,
  );
  if (argv === null) return null;
  const { method, url } = placeOf(argv._.map(String), argv.request);
  const data = dataOf(argv.data);
  const transport = transportOf(argv);
  const tun = tunSettingsOf(argv, DEFAULT_ADDRESS);
  if (transport === 'tun') await checkDevice(tun);
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
    maxTimeMs: maxTimeOf(argv['max-time']),
    transport,
    tun,
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

/** The kernel's TCP reaches everything, so `auto` does not try for another. */
function transportOf(argv: GivenTransport & GivenTunOptions): 'tun' | 'kernel' {
  return chooseTransport(argv, TUN_OPTION_NAMES) === 'tun' ? 'tun' : 'kernel';
}

function maxTimeOf(seconds: number | undefined): number | null {
  if (seconds === 0) throw usage('--max-time is a number of seconds above 0');
  return secondsInMs('max-time', seconds, 0, 1_000_000);
}
