/**
 * The command line: the options that are the same in every command, and how arguments are read. yargs is
 * loaded for help and for what is not plain only: it takes as long as Node itself.
 */

import type { Options } from 'yargs';
import type { Arguments, CommandSpec } from './command-spec.js';
import { plainArguments } from './plain-arguments.js';
import { splitShortOptions } from './short-options.js';
import { VERBOSITIES, type Verbosity } from './verbosity.js';

export type { Arguments, CommandSpec } from './command-spec.js';

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

/** Whether a shell asks what could follow, or how it asks. */
const asksForCompletions = (args: readonly string[]): boolean =>
  args.includes('--get-yargs-completions') || args[0] === 'completion';

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
  if (spec.completes === true && asksForCompletions(args)) {
    const { complete } = await import('./yargs-arguments.js');
    await complete(spec, args);
    return null;
  }
  const { args: apart, order } = splitShortOptions(args, spec.options);
  const whole = withVerbosity(apart, spec);
  let given = plainArguments(whole, spec.options, spec.takesWords);
  if (given === null) {
    const { yargsArguments } = await import('./yargs-arguments.js');
    given = await yargsArguments(spec, whole);
  }
  return given === null ? null : ({ ...given, order } as unknown as Arguments<O>);
}
