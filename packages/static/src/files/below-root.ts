/**
 * What a path is below a folder, and what the errors of a file system mean: whether something is
 * not there for us, or the system has run out of something.
 */

import { join, relative, sep } from 'node:path';

/** What the operating system says of names that lead nowhere, or nowhere for us. */
const NOWHERE = new Set([
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
  'ENXIO',
  'EISDIR',
]);

/** What it says when too many files are open, here or in all processes together. */
const EXHAUSTED = new Set(['EMFILE', 'ENFILE']);

const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? '') : '';

/** Whether an error only says that there is no such file. */
export const isNowhere = (error: unknown): boolean => NOWHERE.has(codeOf(error));

/** Whether an error says that no further file can be opened at present. */
export const isExhausted = (error: unknown): boolean => EXHAUSTED.has(codeOf(error));

/** The path below the root that a real path has, by segments; `null` for one outside. */
export function segmentsBelow(root: string, real: string): string[] | null {
  const path = relative(root, real);
  if (path === '') return [];
  const segments = path.split(sep);
  // On Windows a path on another drive stays absolute.
  return segments[0] === '..' || join(root, path) !== real ? null : segments;
}
