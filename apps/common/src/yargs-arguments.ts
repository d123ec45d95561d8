/**
 * A command line as yargs reads and explains it: help, completions, mistakes, and whatever is not plain.
 */

import yargs, { type Options } from 'yargs';
import type { CommandSpec } from './command-spec.js';
import { plainWords } from './plain-words.js';
import { UsageError } from './usage-error.js';

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
 * Reads arguments, of which short options were taken apart.
 *
 * @returns `null` when help was asked for and printed.
 * @throws UsageError
 */
export async function yargsArguments<O extends Record<string, Options>>(
  spec: CommandSpec<O>,
  args: readonly string[],
): Promise<Record<string, unknown> | null> {
  try {
    const argv: Record<string, unknown> = await parserOf(spec, args).parseAsync();
    if (argv.help === true) return null;
    refuseOddities(argv, spec.options, args);
    return argv;
  } catch (error) {
    // Mistakes that are found before single options are looked at do not come through `fail`.
    if (!(error instanceof Error) || error.name !== 'YError') throw error;
    throw new UsageError(plainWords(error.message, args));
  }
}

/** Answers a shell that asks what could follow, or how it asks. */
export async function complete<O extends Record<string, Options>>(
  spec: CommandSpec<O>,
  args: readonly string[],
): Promise<void> {
  // Nothing of it has to be right yet.
  await parserOf(spec, args).parseAsync();
}
