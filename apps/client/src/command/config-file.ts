/**
 * Options from a file (`-K`): one a line, with or without dashes, the value behind a space, `=` or
 * `:`, in double quotes where it has spaces. Lines that start with `#` are for people.
 */

import { readFileSync } from 'node:fs';
import { UsageError } from '@netlayers/common';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v' };

const unquoted = (text: string): string =>
  text.startsWith('"')
    ? text
        .replace(/^"((?:[^"\\]|\\.)*)".*$/s, '$1')
        .replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter)
    : text.replace(/\s.*$/s, '');

/** The arguments that a line stands for. */
function argumentsOf(line: string): string[] {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  const [, dashes = '', name = '', rest = ''] =
    /^(-*)([^\s=:]+)(?:\s*[=:]\s*|\s+|$)(.*)$/s.exec(trimmed) ?? [];
  const value = rest === '' ? [] : [unquoted(rest)];
  return [dashes === '' ? `--${name}` : `${dashes}${name}`, ...value];
}

/**
 * Puts the options of files in the place of each `-K`.
 *
 * @throws UsageError for a file that cannot be read.
 */
export function withConfigFiles(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--') return [...result, ...args.slice(at)];
    const [, attached] = /^(?:--config=|-K=?)(.+)$/s.exec(arg) ?? [];
    const path = attached ?? (arg === '-K' || arg === '--config' ? args[++at] : undefined);
    if (path === undefined) {
      result.push(arg);
      continue;
    }
    let text: string;
    try {
      text = readFileSync(path === '-' ? 0 : path, 'utf8');
    } catch {
      throw new UsageError(`-K ${path}: the file cannot be read`);
    }
    result.push(...text.split('\n').flatMap(argumentsOf));
  }
  return result;
}
