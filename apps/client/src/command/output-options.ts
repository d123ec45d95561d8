/**
 * Options that say where content goes and what is told of it, those that mean nothing here and do no
 * harm, and whom https trusts.
 */

import { flag, flags, number, text, texts, verbosityOption } from '@netlayers/common/command-line';

const OUTPUT = 'Output:';
const HTTPS = 'https:';

/** Where it goes, and what is said. */
export const OUTPUT_OPTIONS = {
  output: { alias: 'o', ...texts('Write the content to a file; - is stdout', OUTPUT) },
  'remote-name': { alias: 'O', ...flags('Name the file as the URL does', OUTPUT) },
  'remote-name-all': flag('The same for every URL', OUTPUT),
  'remote-header-name': { alias: 'J', ...flag('With -O: as the server does', OUTPUT) },
  'remote-time': { alias: 'R', ...flag("Give the file the server's time", OUTPUT) },
  'output-dir': text('The folder of -o and -O', OUTPUT),
  'create-dirs': flag('Make folders that are missing', OUTPUT),
  'continue-at': { alias: 'C', ...text('Where to go on; - is the end of the file', OUTPUT) },
  'max-filesize': text('Bytes at most, such as 10M', OUTPUT),
  fail: { alias: 'f', ...flag('A status of 400 or more is a failure', OUTPUT) },
  'fail-with-body': flag('The same, and the content is kept', OUTPUT),
  include: { alias: 'i', ...flag('Print the head of the response as well', OUTPUT) },
  'dump-header': { alias: 'D', ...text('Write heads to a file; - is stdout', OUTPUT) },
  'write-out': { alias: 'w', ...text("Print this at the end: '%{http_code}\\n', @FILE", OUTPUT) },
  silent: { alias: 's', ...flag('Say nothing', OUTPUT) },
  'show-error': { alias: 'S', ...flag('With -s: errors all the same', OUTPUT) },
  pretty: {
    choices: ['auto', 'all', 'none'],
    requiresArg: true,
    default: 'auto',
    describe: 'Indent and colour JSON: auto on a terminal',
    group: OUTPUT,
  },
  'progress-bar': { alias: '#', ...flag('A bar, as there is anyway', OUTPUT), hidden: true },
  'no-progress-meter': flag('No bar while a file is written', OUTPUT),
  'progress-meter': { type: 'boolean', hidden: true },
  config: { alias: 'K', ...texts('Read options from a file; - is stdin', OUTPUT) },
  verbosity: verbosityOption(
    'warn',
    'info shows heads, debug every segment; -v alone is info',
    OUTPUT,
  ),
  trace: flag('The same as -v trace: segments, states, timers, phases', OUTPUT),
  version: { alias: 'V', ...flag('Which one this is', OUTPUT) },
} as const;

const hidden = { type: 'boolean', hidden: true } as const;
const hiddenText = { type: 'string', requiresArg: true, hidden: true } as const;

/** Taken, and without effect: it is so anyway. */
export const HARMLESS_OPTIONS = {
  'no-buffer': { alias: 'N', ...hidden },
  buffer: hidden,
  'tcp-nodelay': hidden,
  'no-keepalive': hidden,
  keepalive: hidden,
  disable: { alias: 'q', ...hidden },
  'tlsv1.2': hidden,
  'keepalive-time': { type: 'number', requiresArg: true, hidden: true },
  'proto-default': hiddenText,
} as const;

/** Whom https trusts, and who asks. */
export const TLS_OPTIONS = {
  cacert: text('Roots to trust instead of the usual ones, PEM', HTTPS),
  insecure: { alias: 'k', ...flag('Take any certificate', HTTPS) },
  cert: { alias: 'E', ...text('Our certificate, FILE[:PASSWORD], PEM', HTTPS) },
  key: text('Its key, where that is in another file', HTTPS),
  'tlsv1.3': flag('Nothing older than TLS 1.3', HTTPS),
} as const;

/** What is slow counts as dead. */
export const SPEED_OPTIONS = {
  'speed-limit': { alias: 'Y', ...number('Bytes per second below which it is given up', OUTPUT) },
  'speed-time': { alias: 'y', ...number('Seconds for which it may be slower', OUTPUT) },
} as const;
