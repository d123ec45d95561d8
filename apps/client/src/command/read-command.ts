/**
 * The command line: what can be said, what holds when it is not, and which combinations contradict
 * each other. A mistake is one line that says what to do, not a page of help.
 */

import {
  checkDevice,
  chooseTransport,
  secondsInMs,
  TUN_OPTION_NAMES,
  tunSettingsOf,
  UsageError,
  wholeNumber,
} from '@netlayers/common';
import {
  type Arguments,
  readArguments,
  transportOptions,
  tunOptions,
} from '@netlayers/common/command-line';
import { EXIT_CODE_HELP } from '../exit-code.js';
import type { HttpChoice } from '../http-version.js';
import type {
  ClientCommand,
  ContentSpec,
  Field,
  OutputSpec,
  RetrySpec,
  TlsSpec,
  TransferSpec,
} from './command.js';
import { withConfigFiles } from './config-file.js';
import { contentSpecOf, encodedPart } from './content-spec.js';
import { CONTENT_OPTIONS, REQUEST_OPTIONS, ROUTE_OPTIONS } from './http-options.js';
import { HARMLESS_OPTIONS, OUTPUT_OPTIONS, SPEED_OPTIONS, TLS_OPTIONS } from './output-options.js';
import { refuseKnown } from './refused-options.js';
import { schemesOf } from './schemes.js';
import { placesOf } from './transfer-specs.js';
import { bytesOf, connectDetour, fieldsOf, resolveDetour } from './values.js';

/** Our address unless another is given. */
const DEFAULT_ADDRESS = '10.0.0.6';

const EXAMPLES = [
  ['$0 http://127.0.0.1:8080/json', 'print what a server answers'],
  ['$0 -L -o page.html example.com', 'follow redirections, save the content'],
  ['$0 -C - -O http://host/big.iso', 'go on with a download'],
  ['$0 POST http://host/echo -d hello', 'send text'],
  ['$0 -T big.iso http://host/files/', 'stream a file'],
  ['$0 http://host/users --json \'{"name":"Ann"}\'', 'send JSON'],
  ['$0 -Z -O "http://host/[1-9].jpg"', 'several at once'],
  ['sudo $0 --tun-ip 10.0.0.6 http://10.0.0.7:8080/', 'over our own TCP, from this machine'],
  ['sudo $0 --tun-ip 10.0.0.6 --trace URL', 'every segment, and why it was sent'],
  ['$0 completion >> ~/.bashrc', 'complete options in the shell'],
] as const;

const OPTIONS = {
  ...REQUEST_OPTIONS,
  ...CONTENT_OPTIONS,
  ...ROUTE_OPTIONS,
  ...OUTPUT_OPTIONS,
  ...TLS_OPTIONS,
  ...SPEED_OPTIONS,
  ...HARMLESS_OPTIONS,
  ...transportOptions('Whose TCP: auto is the kernel, or ours with a --tun option'),
  ...tunOptions(DEFAULT_ADDRESS),
} as const;

type Given = Arguments<typeof OPTIONS>;

const usage = (message: string): UsageError => new UsageError(message);

/**
 * Reads the command line.
 *
 * @returns `null` when help was asked for and printed.
 * @throws UsageError
 */
export async function readOptions(args: readonly string[]): Promise<ClientCommand | null> {
  const all = withConfigFiles(args);
  refuseKnown(all);
  const argv = await readArguments(
    {
      name: 'netlayers-client',
      usage: "[METHOD] URL... [options]\n\nFetches over HTTP, on the kernel's TCP or on our own.",
      options: OPTIONS,
      examples: EXAMPLES,
      epilogue: EXIT_CODE_HELP,
      takesWords: true,
      verbosityAlone: 'info',
      completes: true,
    },
    all,
  );
  if (argv === null) return null;
  if (argv.version === true) {
    const { versionLine } = await import('../version.js');
    process.stdout.write(`${versionLine()}\n`);
    return null;
  }
  const content = contentSpecOf(argv);
  const { method, transfers } = placesOf(argv);
  const resumeAt = resumeOf(argv, transfers);
  checkContent(argv, content);
  checkResume(argv, resumeAt);
  const transport = chooseTransport(argv, TUN_OPTION_NAMES) === 'tun' ? 'tun' : 'kernel';
  const tun = tunSettingsOf(argv, DEFAULT_ADDRESS);
  if (transport === 'tun') await checkDevice(tun);
  const trusted = argv['location-trusted'] === true;
  return {
    transfers,
    method: method ?? methodFor(argv, content),
    headers: headersOf(argv),
    content,
    dataInUrl: argv.get === true,
    query: (argv['url-query'] ?? []).map(encodedPart),
    requestTarget: argv['request-target'] ?? null,
    user: argv.user ?? null,
    authentication: argv.anyauth === true ? 'any' : argv.digest === true ? 'digest' : 'basic',
    http: httpOf(argv),
    proxy: proxyOf(argv),
    noProxy: argv.noproxy ?? (argv.proxy === '' ? '*' : null),
    netrcFile: await netrcOf(argv),
    cookies: argv.cookie ?? null,
    cookieJar: argv['cookie-jar'] ?? null,
    keepSession: argv['junk-session-cookies'] !== true,
    range: rangeOf(argv.range),
    timeCondition: argv['time-cond'] ?? null,
    followRedirects: argv.location === true || trusted,
    trustRedirects: trusted,
    maxRedirects: redirectsOf(argv['max-redirs']),
    schemes: schemesOf('proto', argv.proto),
    redirectSchemes: schemesOf('proto-redir', argv['proto-redir']),
    resumeAt,
    compressed: argv.compressed === true,
    onStatus:
      argv['fail-with-body'] === true ? 'fail-with-body' : argv.fail === true ? 'fail' : 'take',
    retry: retryOf(argv),
    ...timesOf(argv),
    bytesPerSecond: bytesOf('limit-rate', argv['limit-rate']) || null,
    maxBytes: bytesOf('max-filesize', argv['max-filesize']) || null,
    detours: [
      // What is taken out again with a leading minus was never put in.
      ...(argv.resolve ?? []).filter((text) => !text.startsWith('-')).map(resolveDetour),
      ...(argv['connect-to'] ?? []).map(connectDetour),
    ],
    tls: tlsOf(argv),
    family: argv.ipv4 === true ? 4 : argv.ipv6 === true ? 6 : null,
    lanes:
      argv.parallel === true
        ? (wholeNumber('parallel-max', argv['parallel-max'], 1, 300) ?? 50)
        : 1,
    failEarly: argv['fail-early'] === true,
    out: outputOf(argv),
    silent: argv.silent === true,
    showError: argv['show-error'] === true,
    transport,
    tun,
    verbosity: argv.trace === true ? 'trace' : argv.verbosity,
  };
}

/** The proxy of `-x`, with the credentials of `-U`; `null` leaves it to the environment. */
function proxyOf(argv: Given): string | null {
  const { proxy } = argv;
  if (proxy === undefined || proxy === '') return null;
  const text = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (!URL.canParse(text)) throw usage(`-x ${proxy}: not a proxy such as http://proxy.test:3128`);
  const url = new URL(text);
  const [user, ...password] = (argv['proxy-user'] ?? '').split(':');
  if (user) {
    url.username = encodeURIComponent(user);
    url.password = encodeURIComponent(password.join(':'));
  }
  return url.href;
}

function httpOf(argv: Given): HttpChoice {
  const prior = argv['http2-prior-knowledge'] === true;
  if (argv['http1.1'] !== true) {
    if (prior) return 'prior-knowledge';
    return argv.http2 === true ? 'asked' : 'agreed';
  }
  if (prior || argv.http2 === true) {
    throw usage(`--http1.1 and --http2${prior ? '-prior-knowledge' : ''} contradict each other`);
  }
  return '1.1';
}

function methodFor(argv: Given, content: ContentSpec): string {
  if (argv.head === true) return 'HEAD';
  if (content.kind === 'upload') return 'PUT';
  return content.kind === 'none' || argv.get === true ? 'GET' : 'POST';
}

/** What has an option of its own goes before what is given as a field, which therefore wins. */
function headersOf(argv: Given): Field[] {
  const given = (argv.header ?? []).flatMap(fieldsOf);
  const named = new Set(given.map(([name]) => name.toLowerCase()));
  const own: Field[] = [];
  if (argv['user-agent'] !== undefined) own.push(['User-Agent', argv['user-agent'] || null]);
  if (argv.referer !== undefined) own.push(['Referer', argv.referer.replace(/;auto$/, '') || null]);
  if (argv['oauth2-bearer'] !== undefined) {
    own.push(['Authorization', `Bearer ${argv['oauth2-bearer']}`]);
  }
  return [...own.filter(([name]) => !named.has(name.toLowerCase())), ...given];
}

function checkContent(argv: Given, content: ContentSpec): void {
  if (content.kind === 'none') {
    if (argv.get === true && argv.head === true) return;
    return;
  }
  if (argv.head === true && argv.get !== true) {
    throw usage('-I and -d contradict each other: the head alone is asked for without content');
  }
  if (argv.get === true && content.kind !== 'data') {
    throw usage('-G puts the content of -d into the URL: -F and -T do not fit there');
  }
}

function resumeOf(argv: Given, transfers: readonly TransferSpec[]): number | 'end' | null {
  const at = argv['continue-at'];
  if (at === undefined) return null;
  if (at !== '-') {
    if (!/^\d{1,15}$/.test(at)) throw usage(`-C takes - or a number of bytes, not ${at}`);
    return Number(at);
  }
  if (transfers.some(({ output }) => output === '-')) {
    throw usage('-C - needs a file: add -o FILE or -O');
  }
  return 'end';
}

function checkResume(argv: Given, resumeAt: number | 'end' | null): void {
  if (resumeAt === null) return;
  if (argv.compressed === true) {
    throw usage('-C and --compressed contradict each other: a part cannot be decoded');
  }
  if (argv.include === true || argv.head === true) {
    throw usage('-C and -i or -I contradict each other: a head is no part of the file');
  }
  if (argv.range !== undefined) {
    throw usage('-C and -r contradict each other: give one of them');
  }
}

function rangeOf(range: string | undefined): string | null {
  if (range === undefined) return null;
  if (!/^(\d+-\d*|-\d+)(,(\d+-\d*|-\d+))*$/.test(range)) {
    throw usage(`-r takes a range such as 0-99, 100- or -100, not ${range}`);
  }
  return range;
}

const redirectsOf = (count: number | undefined): number =>
  count === -1 ? Number.MAX_SAFE_INTEGER : (wholeNumber('max-redirs', count, 0, 1_000_000) ?? 50);

const LONG = 1_000_000;

const retryOf = (argv: Given): RetrySpec => ({
  limit: wholeNumber('retry', argv.retry, 0, 1000) ?? 0,
  delayMs: secondsInMs('retry-delay', argv['retry-delay'], 0, LONG) || null,
  maxTimeMs: secondsInMs('retry-max-time', argv['retry-max-time'], 0, LONG) || null,
  allErrors: argv['retry-all-errors'] === true,
});

/** A time of 0 is no bound. */
function timesOf(argv: Given): Pick<ClientCommand, 'maxTimeMs' | 'connectTimeoutMs' | 'speed'> {
  const limit = argv['speed-limit'];
  const seconds = argv['speed-time'];
  const slow = limit !== undefined || seconds !== undefined;
  return {
    maxTimeMs: secondsInMs('max-time', argv['max-time'], 0, LONG) || null,
    connectTimeoutMs: secondsInMs('connect-timeout', argv['connect-timeout'], 0, LONG) || null,
    speed: slow
      ? {
          limit: wholeNumber('speed-limit', limit, 0, 1e12) ?? 1,
          timeMs: secondsInMs('speed-time', seconds, 0, LONG) || 30_000,
        }
      : null,
  };
}

function tlsOf(argv: Given): TlsSpec {
  const [, path = '', passphrase = null] = /^(.*?)(?::(.*))?$/s.exec(argv.cert ?? '') ?? [];
  return {
    insecure: argv.insecure === true,
    caFile: argv.cacert ?? null,
    cert: path === '' ? null : { path, passphrase },
    key: argv.key ?? null,
    newest: argv['tlsv1.3'] === true,
  };
}

const outputOf = (argv: Given): OutputSpec => ({
  includeHead: argv.include === true || argv.head === true,
  dumpHeader: argv['dump-header'] ?? null,
  folder: argv['output-dir'] ?? null,
  createFolders: argv['create-dirs'] === true,
  serverNames: argv['remote-header-name'] === true,
  serverTime: argv['remote-time'] === true,
  pretty: argv.pretty,
  progress: argv['no-progress-meter'] !== true && argv['progress-meter'] !== false,
  writeOut: argv['write-out'] ?? null,
});

async function netrcOf(argv: Given): Promise<string | null> {
  if (argv['netrc-file'] !== undefined) return argv['netrc-file'];
  if (argv.netrc !== true && argv['netrc-optional'] !== true) return null;
  const { homedir } = await import('node:os');
  return `${homedir()}/.netrc`;
}
