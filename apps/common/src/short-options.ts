/**
 * Takes short options apart before anything else sees them, as getopt does: `-p9000` is `-p 9000` and
 * `-sL` is `-s -L`. By itself yargs reads `-p9000x` as nine options, and complains of 0, 9 and x.
 */

import type { Options } from 'yargs';
import { UsageError } from './usage-error.js';

/** What may follow the letter of an option. */
interface Short {
  readonly name: string;
  /** Whether a value may stand directly behind the letter. */
  readonly hasValue: boolean;
  /** The only values that there are, where they are few. */
  readonly choices: readonly unknown[] | null;
}

/** What the arguments are, short options apart. */
export interface Apart {
  readonly args: readonly string[];
  /** The options that were given, by name, in order and as often as they were. */
  readonly order: readonly string[];
}

/** Whether an option is more than there or not. */
const hasValue = ({ type }: Options): boolean => type !== 'boolean' && type !== 'count';

/** Whether the next argument belongs to an option, whatever it looks like. */
const takesNext = ({ requiresArg, nargs }: Options): boolean => requiresArg === true || nargs === 1;

function shortsOf(options: Readonly<Record<string, Options>>): Map<string, Short> {
  const shorts = new Map<string, Short>([['h', { name: 'help', hasValue: false, choices: null }]]);
  for (const [name, option] of Object.entries(options)) {
    const { alias, choices = null } = option;
    if (typeof alias === 'string') shorts.set(alias, { name, hasValue: hasValue(option), choices });
  }
  return shorts;
}

/** An option and its value. What is quoted is so on purpose, and yargs takes quotes away behind a `=`. */
const withValue = (name: string, value: string): string[] =>
  /^["']/.test(value) ? [`--${name}`, value] : [`--${name}=${value}`];

/** One argument of short options, apart. */
function split(arg: string, shorts: ReadonlyMap<string, Short>): string[] {
  const parts: string[] = [];
  for (let at = 1; at < arg.length; at++) {
    const letter = arg.charAt(at);
    const short = shorts.get(letter);
    if (short === undefined) {
      throw new UsageError(`There is no option -${letter}${arg.length > 2 ? `, in ${arg}` : ''}`);
    }
    const rest = arg.slice(at + 1);
    const value = rest.startsWith('=') ? rest.slice(1) : rest;
    // What is none of the few values are further letters: -vs is -v -s.
    const isValue = short.choices === null || short.choices.includes(value) || rest !== value;
    if (short.hasValue && rest !== '' && isValue)
      return [...parts, ...withValue(short.name, value)];
    // yargs takes -4 for a number.
    parts.push(/[A-Za-z]/.test(letter) ? `-${letter}` : `--${short.name}`);
  }
  return parts;
}

/**
 * Takes short options apart.
 *
 * @throws UsageError for a letter that is no option.
 */
export function splitShortOptions(
  args: readonly string[],
  options: Readonly<Record<string, Options>>,
): Apart {
  const shorts = shortsOf(options);
  const result: string[] = [];
  const order: string[] = [];
  let isValue = false;
  const nameOf = (arg: string): string => {
    if (arg.startsWith('--')) return arg.slice(2).replace(/=.*$/s, '');
    return arg.startsWith('-') ? (shorts.get(arg.slice(1))?.name ?? '') : '';
  };
  const partsOf = (arg: string): string[] => {
    if (/^-[^-]/.test(arg)) return split(arg, shorts);
    const [, name = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(arg) ?? [];
    return hasValue(options[name] ?? { type: 'boolean' }) ? withValue(name, value) : [arg];
  };
  for (const [at, arg] of args.entries()) {
    if (!isValue && arg === '--') return { args: [...result, ...args.slice(at)], order };
    const before = result.at(-1) ?? '';
    if (isValue && arg.startsWith('-')) {
      // yargs would take it for an option.
      result[result.length - 1] = `--${nameOf(before)}=${arg}`;
      isValue = false;
      continue;
    }
    const parts = isValue ? [arg] : partsOf(arg);
    result.push(...parts);
    const last: string = parts.at(-1) ?? '';
    if (!isValue) order.push(...parts.map(nameOf).filter((name) => name !== ''));
    isValue = !isValue && takesNext(options[nameOf(last)] ?? {}) && !last.includes('=');
  }
  return { args: result, order };
}
