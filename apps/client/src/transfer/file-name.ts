/**
 * How a file is called that nobody has named: as the URL ends, or as the server says. What a server
 * says is a name and never a way: it stays in its folder, and no file that is there is replaced.
 */

import { existsSync } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientResponse } from '@netlayers/client';
import type { OutputSpec } from '../command/command.js';
import { CommandError, ExitCode } from '../exit-code.js';

/**
 * The last part of a URL's path.
 *
 * @throws CommandError where it has none.
 */
export function nameOfUrl(url: string): string {
  const [, path = ''] = /^[^:]+:\/\/[^/?#]*([^?#]*)/.exec(url) ?? [];
  const name = path.replace(/^.*\//s, '');
  if (name !== '' && name !== '.' && name !== '..') return name;
  throw new CommandError(
    ExitCode.WRITE,
    `-O: ${url} does not end with the name of a file: use -o FILE`,
  );
}

/** The name of `Content-Disposition`, without any folder; `null` without one. */
export function nameOfServer(response: ClientResponse): string | null {
  const field = response.headers.get('content-disposition') ?? '';
  const [, quoted, bare] = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(field) ?? [];
  const said = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
  const name = said.replace(/^.*[/\\]/s, '').replace(/\p{Cc}/gu, '_');
  return name === '' || name.startsWith('.') ? null : name;
}

/** A name in the folder of `--output-dir`. */
export const inFolder = (name: string, { folder }: OutputSpec): string =>
  folder === null ? name : join(folder, name);

/**
 * The file that the server wants it to be.
 *
 * @throws CommandError where it is there already.
 */
export function serverPath(response: ClientResponse, spec: OutputSpec): string | null {
  const name = nameOfServer(response);
  if (name === null) return null;
  const path = inFolder(name, spec);
  if (!existsSync(path)) return path;
  throw new CommandError(ExitCode.WRITE, `${path} is there already: use -o FILE to replace it`);
}

/** Makes the folders of a file. */
export async function makeFolders(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error: Error) => {
    throw new CommandError(ExitCode.WRITE, `cannot write: ${error.message}`);
  });
}

/** Gives a file the time that the server has for it. */
export async function setServerTime(path: string, response: ClientResponse): Promise<void> {
  const time = Date.parse(response.headers.get('last-modified') ?? '');
  if (!Number.isNaN(time)) await utimes(path, time / 1000, time / 1000);
}
