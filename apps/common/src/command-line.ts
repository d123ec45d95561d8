/**
 * A command line as yargs reads and explains it, and the options that are the same in every command.
 * Loaded only for a command that has options: it takes half as long as Node itself.
 */

import yargs, { type InferredOptionTypes, type Options } from 'yargs';
import { plainWords } from './plain-words.js';
import { splitShortOptions } from './short-options.js';
import { UsageError } from './usage-error.js';
import { VERBOSITIES, type Verbosity } from './verbosity.js';

/** Groups of `--help`. */
export const Group = { TRANSPORT: 'Transport:', SERVER: 'Server:' } as const;

const group = Group.TRANSPORT;

/** A text behind the option's name. */
export const text = (describe: string, group: string) =>
  ({ type: 'string', requiresArg: true, describe, group }) as const;

/** A number behind the option's name. */
export const number = (describe: string, group: string) =>
  ({ type: 'number', requiresArg: true, describe, group }) as const;

/** An option that stands alone. */
export const flag = (describe: string, group: string) =>
  ({ type: 'boolean', describe, group }) as const;

/** An option that stands alone, and may do so several times. */
export const flags = (describe: string, group: string) =>
  ({ type: 'count', describe, group }) as const;

/** An option that may be given several times, one text each. */
export const texts = (describe: string, group: string) =>
  ({ type: 'string', array: true, nargs: 1, describe, group }) as const;

/** Which TCP. */
export const transportOptions = (describe: string) =>
  ({
    transport: {
      choices: ['auto', 'tun', 'kernel'],
      requiresArg: true,
      default: 'auto',
      describe,
      group,
    },
    'kernel-tcp': flag('The same as --transport kernel', group),
  }) as const;

/** What every command takes for our own TCP. */
export const tunOptions = (address: string) =>
  ({
    'tun-ip': text(`Our address; the machine gets the next one  [default: ${address}]`, group),
    'tun-name': text('Name of the device, new or existing', group),
    'tun-driver': {
      choices: ['koffi', 'tuntap2'],
      requiresArg: true,
      describe: 'How the device is opened',
      group,
    },
    'tun-fd': number('An open TUN descriptor to use', group),
    mtu: number('Largest IP packet, bytes', group),
    'no-offload': flag('No checksum or segmentation offload', group),
    offload: { type: 'boolean', hidden: true },
    pcap: { ...text('Record every packet into a pcapng file', group), normalize: true },
  }) as const;

/** What only those take who are called. */
export const LISTENING_OPTIONS = {
  'tun-route': texts('A further subnet sent to us (repeatable)', group),
  'time-wait': number('Seconds a closed connection is remembered', group),
  'busy-poll': {
    type: 'string',
    describe: 'Do not sleep until so many ms after a packet; takes a core  [default: 1]',
    group,
  },
} as const;

/** How much is said. */
export const verbosityOption = <V extends Verbosity>(value: V, describe: string, group: string) =>
  ({ alias: 'v', choices: VERBOSITIES, default: value, describe, group }) as const;

/** A command as its `--help` explains it. */
export interface CommandSpec<O extends Record<string, Options>> {
  readonly name: string;
  /** What is printed first, behind the name. */
  readonly usage: string;
  readonly options: O;
  readonly examples: readonly (readonly [command: string, text: string])[];
  /** What is printed last. */
  readonly epilogue?: string;
  /** Whether words that belong to no option mean something. */
  readonly takesWords: boolean;
  /** Whether `completion` prints what makes a shell complete the options. */
  readonly completes?: boolean;
  /** What `-v` means where no level follows. */
  readonly verbosityAlone: Verbosity;
}

/** What was given; `_` is what belongs to no option. */
export type Arguments<O extends Record<string, Options>> = InferredOptionTypes<O> & {
  readonly _: readonly (string | number)[];
  /** The options that were given, by name, in order and as often as they were. */
  readonly order: readonly string[];
};

/** What a shell may complete a word with: names, not the letters that stand for them. */
function wholeNames(
  current: string,
  _argv: unknown,
  all: (done: (error: Error | null, found: string[] | undefined) => void) => void,
  done: (found: string[]) => void,
): void {
  all((_, found = []) =>
    done(found.filter((name) => name.startsWith(current) && !/^--.(:|$)/.test(name))),
  );
}

function parserOf<O extends Record<string, Options>>(
  spec: CommandSpec<O>,
  args: readonly string[],
) {
  const parser = yargs([...args])
    // Its messages are read here, and ours know no other language.
    .locale('en')
    .scriptName(spec.name)
    .usage(`$0 ${spec.usage}`)
    .parserConfiguration({
      'camel-case-expansion': false,
      // Options have dots in their names (--http1.1), and words that look like numbers are words.
      'dot-notation': false,
      'parse-positional-numbers': false,
    })
    .version(false)
    .options(spec.options)
    .example(spec.examples.map(([command, text]): [string, string] => [command, text]))
    .help()
    .alias('help', 'h')
    .wrap(100)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new UsageError(plainWords(message, args));
    });
  if (spec.completes === true) parser.completion('completion', false, wholeNames);
  if (spec.epilogue !== undefined) parser.epilogue(spec.epilogue);
  return spec.takesWords ? parser.strictOptions() : parser.strict();
}

/** Puts a level behind a `-v` that has none; a word behind it may be a word of its own. */
function withVerbosity(
  args: readonly string[],
  { verbosityAlone, takesWords }: Pick<CommandSpec<never>, 'verbosityAlone' | 'takesWords'>,
): string[] {
  const levels: readonly string[] = VERBOSITIES;
  return args.map((arg, at) => {
    if (arg !== '-v' && arg !== '--verbosity') return arg;
    const next = args[at + 1] ?? '-';
    const isAlone = next.startsWith('-') || (takesWords && !levels.includes(next));
    return isAlone ? `--verbosity=${verbosityAlone}` : arg;
  });
}

/**
 * What yargs lets pass: a value that was given twice, a number that is an empty text and would
 * count as 0, and the `--no-` in front of an option that takes a value.
 *
 * @throws UsageError
 */
function refuseOddities(
  argv: Record<string, unknown>,
  options: Readonly<Record<string, Options>>,
  args: readonly string[],
): void {
  for (const [name, { type, array }] of Object.entries(options)) {
    const value = argv[name];
    // To say yes twice is no contradiction.
    if (type === 'boolean' && Array.isArray(value)) argv[name] = value.at(-1);
    else if (Array.isArray(value) && array !== true) {
      throw new UsageError(`--${name} was given twice`);
    }
    if (type !== 'boolean' && args.includes(`--no-${name}`)) {
      throw new UsageError(`There is no option --no-${name}`);
    }
    const isEmpty = args.some(
      (arg, at) =>
        (arg.startsWith(`--${name}=`) && arg.slice(name.length + 3).trim() === '') ||
        (arg === `--${name}` && args[at + 1]?.trim() === ''),
    );
    if (type === 'number' && isEmpty) throw new UsageError(`--${name} needs a value behind it`);
  }
}

/**
 * Reads the arguments of a command.
 *
 * @returns `null` when help was asked for and printed.
 * @throws UsageError
 */
export async function readArguments<O extends Record<string, Options>>(
  spec: CommandSpec<O>,
  args: readonly string[],
): Promise<Arguments<O> | null> {
  // A shell asks what could follow: nothing of it has to be right yet.
  const asked = spec.completes === true && args.includes('--get-yargs-completions');
  const apart = asked ? { args, order: [] } : splitShortOptions(args, spec.options);
  try {
    const parser = parserOf(spec, withVerbosity(apart.args, spec));
    const argv: Record<string, unknown> = await parser.parseAsync();
    if (argv.help === true || asked) return null;
    if (spec.completes === true && args[0] === 'completion') return null;
    refuseOddities(argv, spec.options, apart.args);
    return { ...argv, order: apart.order } as unknown as Arguments<O>;
  } catch (error) {
    // Mistakes that are found before single options are looked at do not come through `fail`.
    if (!(error instanceof Error) || error.name !== 'YError') throw error;
    throw new UsageError(plainWords(error.message, args));
  }
}
