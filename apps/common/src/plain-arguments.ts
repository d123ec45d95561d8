/**
 * Reads what most command lines consist of: options by their whole names, with values that can be nothing
 * else, and words. It knows no help and no mistakes: whatever is not plain is `null`, and yargs reads all of
 * it, which takes as long to load as Node itself.
 *
 * The invariant: what is read here, yargs reads in the same way.
 */

import type { Options } from 'yargs';

/** What is understood of an option here. */
const KNOWN = new Set([
  'alias',
  'array',
  'choices',
  'default',
  'describe',
  'group',
  'hidden',
  'nargs',
  'requiresArg',
  'type',
]);

/** Whether nothing is said of an option that only yargs understands. */
const isPlain = (option: Options): boolean =>
  Object.keys(option).every((key) => KNOWN.has(key)) &&
  (option.array !== true || option.nargs === 1);

/** The value of a text, a number or one of a few words; `undefined` where it may be something else. */
function plainValue(text: string, { type, choices }: Options): string | number | undefined {
  if (text === '') return undefined;
  if (choices !== undefined && !choices.includes(text)) return undefined;
  if (type !== 'number') return text;
  return /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}

/** What holds for options that are not given. */
function defaultsOf(options: Readonly<Record<string, Options>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const value = option.type === 'count' ? (option.default ?? 0) : option.default;
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The name of each option by the letter that stands for it. */
function lettersOf(options: Readonly<Record<string, Options>>): Map<string, string> {
  const letters = new Map<string, string>();
  for (const [name, { alias }] of Object.entries(options)) {
    if (typeof alias === 'string') letters.set(`-${alias}`, name);
  }
  return letters;
}

/**
 * Reads arguments, of which short options were taken apart.
 *
 * @param takesWords whether words that belong to no option mean something.
 * @returns what was given, words as `_`; `null` where not all of it is plain.
 */
export function plainArguments(
  args: readonly string[],
  options: Readonly<Record<string, Options>>,
  takesWords: boolean,
): Record<string, unknown> | null {
  const letters = lettersOf(options);
  const given = new Map<string, unknown>();
  const words: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (!arg.startsWith('-')) {
      // Behind an option that stands alone these two would be its value.
      if (!takesWords || arg === '' || arg === 'true' || arg === 'false') return null;
      words.push(arg);
      continue;
    }
    const [, long, attached] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const name = long ?? letters.get(arg) ?? '';
    const option = Object.hasOwn(options, name) ? options[name]! : null;
    if (option === null || !isPlain(option) || name.startsWith('no-')) return null;
    if (option.type === 'boolean' || option.type === 'count') {
      if (attached !== undefined) return null;
      given.set(name, option.type === 'boolean' || ((given.get(name) as number) ?? 0) + 1);
      continue;
    }
    const text = attached ?? args[++at] ?? '';
    if (attached === undefined && text.startsWith('-')) return null;
    const value = plainValue(text, option);
    if (value === undefined || (given.has(name) && option.array !== true)) return null;
    if (option.array !== true) given.set(name, value);
    else given.set(name, [...((given.get(name) as unknown[]) ?? []), value]);
  }
  return { ...defaultsOf(options), ...Object.fromEntries(given), _: words };
}
