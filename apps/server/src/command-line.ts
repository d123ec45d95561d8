/**
 * The options, and how `--help` explains them.
 */

import {
  flag,
  Group,
  LISTENING_OPTIONS,
  number,
  readArguments,
  text,
  texts,
  transportOptions,
  tunOptions,
  verbosityOption,
} from '@netlayers/common/command-line';
import { LOG_FORMATS } from './access-log.js';
import { DEFAULT_ADDRESS, DEFAULTS, type GivenOptions } from './given-options.js';

const group = Group.SERVER;

const OPTIONS = {
  ...transportOptions('Whose TCP carries the requests'),
  ...tunOptions(DEFAULT_ADDRESS),
  ...LISTENING_OPTIONS,
  'udp-echo': {
    type: 'string',
    describe: 'Send UDP datagrams to this port back  [default: 7]',
    group: Group.TRANSPORT,
  },
  host: text('Address to listen on  [default: 127.0.0.1, or the TUN address]', group),
  port: {
    ...number('Port to listen on; 0 chooses one', group),
    alias: 'p',
    default: DEFAULTS.port,
  },
  workers: number('Serve with this many processes, one for a core', group),
  root: text('Serve this folder', group),
  allow: texts('Serve only this file, relative to --root (repeatable)', group),
  index: texts('The file that stands for its folder (repeatable)  [default: index.html]', group),
  listing: flag(
    'List folders without an index; --no-listing does not  [default: with --root]',
    group,
  ),
  spa: {
    type: 'string',
    describe: 'Send this page to browsers for paths without a file  [default: index.html]',
    group,
  },
  precompressed: flag('Send FILE.br, FILE.zst or FILE.gz in place of FILE to who takes it', group),
  'cache-control': texts(
    "Its value for all files, or for some: '*.html: no-cache' (repeatable)",
    group,
  ),
  proxy: texts('Pass requests on to this server, http://host:port (repeatable)', group),
  demo: flag('The built-in routes as well, with --root, --allow or --proxy', group),
  cors: text('Let pages of this origin read answers, * for all', group),
  'tls-cert': text('Serve https with the certificates of this PEM file; needs --tls-key', group),
  'tls-key': text('The private key of the certificate, PEM', group),
  'no-http2': flag('HTTP/1.1 alone over TLS', group),
  http2: { type: 'boolean', hidden: true },
  'log-format': {
    choices: LOG_FORMATS,
    requiresArg: true,
    default: DEFAULTS['log-format'],
    describe: 'How answered requests are logged',
    group,
  },
  verbosity: verbosityOption(
    DEFAULTS.verbosity,
    'debug prints every segment; -v alone is debug',
    group,
  ),
  version: { alias: 'V', ...flag('Which one this is', 'Options:') },
} as const;

const EXAMPLES = [
  ['$0', 'our own TCP on a TUN device where it may be opened, else the kernel'],
  ['$0 --kernel-tcp --port 9000', 'no root needed: http://127.0.0.1:9000'],
  ['sudo $0 --tun-ip 10.0.0.2 -v debug', 'every segment; then curl http://10.0.0.2:8080/json'],
  ['sudo $0 --pcap run.pcapng', 'open run.pcapng in Wireshark'],
  ['sudo $0 --udp-echo', 'then nc -u 10.0.0.2 7'],
  ['$0 --tls-cert cert.pem --tls-key key.pem', 'https, HTTP/2 and HTTP/1.1'],
  ['$0 --workers 4', 'four processes'],
  ['$0 --root public', 'a folder'],
  ["$0 --root dist --spa --cache-control 'assets/**: immutable'", 'a program for browsers'],
  ['$0 --proxy http://127.0.0.1:3000 --proxy http://127.0.0.1:3001', 'in front of two servers'],
  ['$0 --root public --allow index.html --allow style.css', 'two files, and 403 for the rest'],
] as const;

const EXIT_CODE_HELP =
  'Exit codes: 0 an orderly end, 1 it could not serve (device, address, port, folder, file) or cut requests off, ' +
  '2 a mistake on the command line, 128 + n ended at once by a second signal n';

/**
 * Reads the arguments of a command.
 *
 * @returns `null` when help or the version was asked for and printed.
 * @throws UsageError
 */
export async function parseArguments(args: readonly string[]): Promise<GivenOptions | null> {
  const argv = await readArguments(
    {
      name: 'netlayers-server',
      usage: "[options]\n\nServes HTTP over our own TCP, IPv4 and TUN, or over the kernel's TCP.",
      options: OPTIONS,
      examples: EXAMPLES,
      epilogue: EXIT_CODE_HELP,
      takesWords: false,
      verbosityAlone: 'debug',
    },
    args,
  );
  if (argv?.version !== true) return argv;
  const { versionLine } = await import('./version.js');
  process.stdout.write(`${versionLine()}\n`);
  return null;
}
