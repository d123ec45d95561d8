/**
 * What yargs complains of, in words for whoever typed it: options are named as they are typed, and
 * the line says what would do.
 */

const quoted = (list: string): string[] =>
  [...list.matchAll(/"([^"]*)"/g)].map(([, text]) => text!);

/** `a, b or c`. */
const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** As it stands on the command line: an option with its dashes, a word as it is. */
function typed(name: string, args: readonly string[]): string {
  const dashed = name.length === 1 ? `-${name}` : `--${name}`;
  return args.some((arg) => arg === dashed || arg.startsWith(`${dashed}=`)) ? dashed : name;
}

function unknown(names: readonly string[], args: readonly string[]): string {
  const [first = ''] = names.map((name) => typed(name, args));
  return first.startsWith('-')
    ? `There is no option ${first}`
    : `Nothing is expected here: ${first}`;
}

/** Says in one line what is wrong with the arguments. */
export function plainWords(message: string, args: readonly string[]): string {
  const line = message.trim().replace(/\s*\n\s*/g, ' ');
  const [, names] = /^Unknown arguments?: (.*)$/.exec(line) ?? [];
  if (names !== undefined) return unknown(names.split(', '), args);
  const [, alone] = /^Not enough arguments following: (.*)$/.exec(line) ?? [];
  if (alone !== undefined)
    return `${alone.length === 1 ? '-' : '--'}${alone} needs a value behind it`;
  const [, option, values, choices] =
    /^Invalid values: Argument: (.*?), Given: (.*?), Choices: (.*?)(?: Argument: .*)?$/.exec(
      line,
    ) ?? [];
  if (option === undefined) return line;
  const wrong = quoted(values ?? '')[0] ?? 'nothing';
  return `--${option} is ${oneOf(quoted(choices ?? ''))}, not ${wrong === '' ? 'nothing' : wrong}`;
}
