/**
 * A command line as yargs reads and explains it, and the options that are the same in every command.
 * Loaded only for a command that has options: it takes half as long as Node itself.
 */

import yargs, { type InferredOptionTypes, type Options } from 'yargs';
import { UsageError } from './usage-error.js';
import { VERBOSITIES } from './verbosity.js';

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

/** An option that may be given several times, one text each. */
export const texts = (describe: string, group: string) =>
  ({ type: 'string', array: true, nargs: 1, describe, group }) as const;

/** Which TCP. */
export const transportOptions = (describe: string) =>
  ({
    transport: { choices: ['auto', 'tun', 'kernel'], default: 'auto', describe, group },
    'kernel-tcp': flag('The same as --transport kernel', group),
  }) as const;

/** What every command takes for our own TCP. */
export const tunOptions = (address: string) =>
  ({
    'tun-ip': text(`Our address; the machine gets the next one  [default: ${address}]`, group),
    'tun-name': text('Name of the device, new or existing', group),
    'tun-driver': {
      choices: ['koffi', 'tuntap2'],
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
} as const;

/** How much is said. */
export const verbosityOption = <V extends (typeof VERBOSITIES)[number]>(
  value: V,
  describe: string,
  group: string,
) => ({ alias: 'v', choices: VERBOSITIES, default: value, describe, group }) as const;

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
}

/** What was given; `_` is what belongs to no option. */
export type Arguments<O extends Record<string, Options>> = InferredOptionTypes<O> & {
  readonly _: readonly (string | number)[];
};

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

function parserOf<O extends Record<string, Options>>(
  spec: CommandSpec<O>,
  args: readonly string[],
) {
  const parser = yargs([...args])
    .scriptName(spec.name)
    .usage(`$0 ${spec.usage}`)
    .parserConfiguration({ 'camel-case-expansion': false })
    .options(spec.options)
    .example(spec.examples.map(([command, text]): [string, string] => [command, text]))
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(100)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new UsageError(oneLine(message));
    });
  if (spec.epilogue !== undefined) parser.epilogue(spec.epilogue);
  return spec.takesWords ? parser.strictOptions() : parser.strict();
}

/** The first option that was given more often than it may be. */
function givenTwice(
  argv: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, Options>>,
): string | undefined {
  return Object.keys(options).find(
    (name) => Array.isArray(argv[name]) && options[name]?.array !== true,
  );
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
  try {
    const argv: Record<string, unknown> = await parserOf(spec, args).parseAsync();
    if (argv.help === true) return null;
    const twice = givenTwice(argv, spec.options);
    if (twice !== undefined) throw new UsageError(`--${twice} was given twice`);
    return argv as Arguments<O>;
  } catch (error) {
    // Mistakes that are found before single options are looked at do not come through `fail`.
    if (!(error instanceof Error) || error.name !== 'YError') throw error;
    throw new UsageError(oneLine(error.message));
  }
}
