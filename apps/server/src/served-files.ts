/**
 * The folder that is served, and the files of it that alone are: looked for before anybody is told
 * that they are served.
 */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Handler } from '@netlayers/server';
import type { FolderSettings } from './folder-options.js';

/**
 * Makes the handler of a folder.
 *
 * @param allow the files that alone are served, relative to the root; `null` for all.
 * @throws Error, one line for the user.
 */
export async function servedFiles(
  root: string,
  allow: readonly string[] | null,
  folder: FolderSettings,
): Promise<Handler> {
  const { staticFiles } = await import('@netlayers/static');
  try {
    const handler = staticFiles(allow === null ? { ...folder, root } : { ...folder, root, allow });
    for (const file of allow ?? []) refuseMissing(root, file, '--allow');
    if (typeof folder.fallback === 'string') refuseMissing(root, folder.fallback, '--spa');
    return handler;
  } catch (error) {
    throw new Error(explain(error, root));
  }
}

function refuseMissing(root: string, file: string, option: string): void {
  const found = statSync(join(root, file), { throwIfNoEntry: false });
  if (found === undefined)
    throw new TypeError(`${option} ${file}: there is no such file in ${root}`);
  if (!found.isFile()) throw new TypeError(`${option} ${file}: that is no file in ${root}`);
}

function explain(error: unknown, root: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return `There is no folder ${root}: choose another with --root`;
  if (code === '' && /is no folder$/.test(String(error))) {
    return `${root} is no folder: serve a single file with --allow FILE`;
  }
  if (code === 'EACCES') return `The folder ${root} may not be read by this user`;
  return error instanceof Error ? error.message : String(error);
}
