/**
 * Who asks: `-u`, or what ~/.netrc has for the host.
 */

import { readFile } from 'node:fs/promises';
import type { Field } from '../command/command.js';
import { CommandError, ExitCode } from '../exit-code.js';

/** Credentials as the field of Basic (RFC 7617). */
export const basicField = (credentials: string): Field => [
  'Authorization',
  `Basic ${Buffer.from(credentials).toString('base64')}`,
];

/** What a file says of one machine. */
interface Entry {
  readonly login: string;
  readonly password: string;
}

/** The words of a netrc file; `macdef` goes on to the next empty line and means nothing here. */
function wordsOf(text: string): string[] {
  const lines = text.replace(/^macdef\b[\s\S]*?(\n\s*\n|$)/gm, '').replace(/^\s*#.*$/gm, '');
  return [...lines.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, inside, word]) => inside?.replace(/\\(.)/g, '$1') ?? word ?? '',
  );
}

/**
 * Finds the credentials of a host, `user:password`.
 *
 * @param user the one whose password is wanted, or any.
 */
export function netrcEntry(text: string, host: string, user: string | null): string | null {
  const words = wordsOf(text);
  let found: Entry | null = null;
  const isWanted = (entry: Entry | null): entry is Entry =>
    entry !== null && (user === null || entry.login === user);
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === 'machine' || word === 'default') {
      if (isWanted(found)) break;
      const machine = word === 'machine' ? words[++at] : host;
      found = machine?.toLowerCase() === host.toLowerCase() ? { login: '', password: '' } : null;
    } else if (word === 'login' || word === 'password' || word === 'account') {
      const value = words[++at] ?? '';
      const entry: Entry | null = found;
      if (entry !== null && word !== 'account') found = Object.assign({}, entry, { [word]: value });
    }
  }
  if (!isWanted(found)) return null;
  return `${found.login}:${found.password}`;
}

/**
 * The credentials for a URL, or `null`.
 *
 * @throws CommandError for a file that is there and cannot be read.
 */
export async function credentialsFor(
  url: URL,
  user: string | null,
  netrcFile: string | null,
): Promise<string | null> {
  if (user?.includes(':')) return user;
  if (netrcFile !== null) {
    const text = await readFile(netrcFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw new CommandError(ExitCode.READ, `cannot read: ${error.message}`);
    });
    const entry = netrcEntry(text, url.hostname, user);
    if (entry !== null) return entry;
  }
  if (user === null) return null;
  throw new CommandError(ExitCode.USAGE, '-u takes USER:PASSWORD: nobody is asked for a password');
}
