/**
 * Reads what most command lines consist of, by what Node has for it: options by their whole names, with
 * values that can be nothing else, and words. It knows no help and no mistakes: whatever is not plain is
 * `null`, and yargs reads all of it, which takes as long to load as Node itself.
 *
 * The invariant: what is read here, yargs reads in the same way.
 */

import { type ParseArgsConfig, parseArgs } from 'node:util';
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

/** The same options as `parseArgs` of Node names them. */
function readOptionsOf(
  options: Readonly<Record<string, Options>>,
): NonNullable<ParseArgsConfig['options']> {
  const readOption = ({ type, alias }: Options) => ({
    type: type === 'boolean' || type === 'count' ? ('boolean' as const) : ('string' as const),
    multiple: true,
    ...(typeof alias === 'string' && { short: alias }),
  });
  return Object.fromEntries(Object.entries(options).map(([name, o]) => [name, readOption(o)]));
}

/** What stands there, in order; `null` for a mistake. */
function tokensOf(
  args: readonly string[],
  options: Readonly<Record<string, Options>>,
  takesWords: boolean,
) {
  try {
    const read = { args: [...args], options: readOptionsOf(options), tokens: true } as const;
    return parseArgs({ ...read, strict: true, allowPositionals: takesWords }).tokens;
  } catch {
    return null;
  }
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
  const given = new Map<string, unknown>();
  const words: string[] = [];
  for (const token of tokensOf(args, options, takesWords) ?? [null]) {
    if (token === null || token.kind === 'option-terminator') return null;
    if (token.kind === 'positional') {
      // Behind an option that stands alone the last two would be its value.
      if (['', '-', 'true', 'false'].includes(token.value)) return null;
      words.push(token.value);
      continue;
    }
    const { name } = token;
    const option = options[name]!;
    if (!isPlain(option) || name.startsWith('no-')) return null;
    const before = given.get(name);
    if (option.type === 'boolean') given.set(name, true);
    else if (option.type === 'count') given.set(name, ((before as number) ?? 0) + 1);
    else {
      const value = plainValue(token.value ?? '', option);
      if (value === undefined || (before !== undefined && option.array !== true)) return null;
      given.set(name, option.array === true ? [...((before as unknown[]) ?? []), value] : value);
    }
  }
  return { ...defaultsOf(options), ...Object.fromEntries(given), _: words };
}
