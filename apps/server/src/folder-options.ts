/**
 * The options about a served folder, and what they mean to `staticFiles`.
 */

import { UsageError } from '@netlayers/common';
import type { StaticOptions } from '@netlayers/static';

/** The options as they were given. */
export interface GivenFolderOptions {
  readonly index?: readonly string[] | undefined;
  readonly listing?: boolean | undefined;
  /** A file, or nothing behind the option's name. */
  readonly spa?: string | undefined;
  readonly precompressed?: boolean | undefined;
  readonly 'cache-control'?: readonly string[] | undefined;
}

/** How a folder is served; its path stands elsewhere. */
export type FolderSettings = Omit<StaticOptions, 'root' | 'allow'>;

/** Options that go with a whole folder alone. */
const WHOLE_FOLDER = ['index', 'listing', 'spa'] as const;
/** Those that go with any. */
const ANY_FOLDER = ['precompressed', 'cache-control'] as const;

/**
 * Checks the options and what they mean.
 *
 * @param hasRoot whether a folder is served at all.
 * @param isWhole whether all of it is, and not files that were named.
 * @throws UsageError
 */
export function folderSettingsOf(
  given: GivenFolderOptions,
  hasRoot: boolean,
  isWhole: boolean,
): FolderSettings {
  const useless = hasRoot
    ? WHOLE_FOLDER.find((name) => !isWhole && given[name] !== undefined)
    : [...WHOLE_FOLDER, ...ANY_FOLDER].find((name) => given[name] !== undefined);
  if (useless !== undefined) {
    throw new UsageError(
      hasRoot
        ? `--${useless} is for a whole folder: leave out --allow`
        : `--${useless} is about a folder: name it with --root`,
    );
  }
  const { index, spa } = given;
  return {
    listing: isWhole && given.listing !== false,
    precompressed: given.precompressed === true,
    ...(index === undefined ? {} : { index: index.map(fileName) }),
    ...(spa === undefined ? {} : { fallback: spa === '' ? 'index.html' : spa }),
    ...cacheControlOf(given['cache-control'] ?? []),
  };
}

function fileName(name: string): string {
  if (name === '' || /[/\\]/.test(name)) {
    throw new UsageError(`--index is the name of a file in its folder, not ${name || 'nothing'}`);
  }
  return name;
}

/** Values by pattern; a value without one is for all that no pattern has matched. */
function cacheControlOf(given: readonly string[]): Pick<FolderSettings, 'cacheControl'> {
  if (given.length === 0) return {};
  const rules = new Map<string, string>();
  let rest: string | null = null;
  for (const text of given) {
    const colon = text.indexOf(':');
    const value = text.slice(colon + 1).trim();
    const pattern = text.slice(0, Math.max(0, colon)).trim();
    if (!/^[\x21-\x7e][\x20-\x7e]*$/.test(value) || (colon >= 0 && pattern === '')) {
      throw new UsageError(
        `--cache-control is a value such as max-age=60, or '*.html: no-cache', not '${text}'`,
      );
    }
    if (colon >= 0) rules.set(pattern, value);
    else rest = value;
  }
  if (rest !== null) rules.set('**', rest);
  return { cacheControl: Object.fromEntries(rules) };
}
