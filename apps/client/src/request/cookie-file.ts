/**
 * Cookies in files of Netscape's format, which curl reads and writes: one line each, seven columns
 * apart by tabs. What a cookie is, and where it may go, is the business of tough-cookie.
 */

import { readFile, writeFile } from 'node:fs/promises';
import type { CookieStore } from '@netlayers/client';
import { Cookie, CookieJar, MemoryCookieStore } from 'tough-cookie';
import { CommandError, ExitCode } from '../exit-code.js';

const HTTP_ONLY = '#HttpOnly_';
const HEAD =
  '# Netscape HTTP Cookie File\n# https://curl.se/docs/http-cookies.html\n# Written by netlayers-client.\n\n';

/** One line as a cookie; `null` for what is none. */
function cookieOf(line: string, keepSession: boolean): Cookie | null {
  const httpOnly = line.startsWith(HTTP_ONLY);
  const text = httpOnly ? line.slice(HTTP_ONLY.length) : line;
  if (!httpOnly && text.startsWith('#')) return null;
  const columns = text.replace(/\r$/, '').split('\t');
  if (columns.length < 6) return null;
  const [domain = '', tail, path = '/', secure, expires = '0', key = '', value = ''] = columns;
  if (expires === '0' && !keepSession) return null;
  return new Cookie({
    key,
    value,
    domain: domain.replace(/^\./, ''),
    path,
    secure: secure === 'TRUE',
    httpOnly,
    hostOnly: tail !== 'TRUE',
    expires: expires === '0' ? 'Infinity' : new Date(Number(expires) * 1000),
  });
}

function lineOf(cookie: Cookie): string {
  const { domain, hostOnly, path, secure, httpOnly, key, value } = cookie;
  const time = cookie.expiryTime();
  const expires = time === undefined || time === Infinity ? 0 : Math.floor(time / 1000);
  const place = `${hostOnly ? '' : '.'}${domain}`;
  const bool = (is: boolean): string => (is ? 'TRUE' : 'FALSE');
  return [
    `${httpOnly ? HTTP_ONLY : ''}${place}`,
    bool(!hostOnly),
    path ?? '/',
    bool(secure),
    expires,
    key,
    value,
  ].join('\t');
}

/** The cookies of a run. */
export class CookieFiles implements CookieStore {
  readonly #store = new MemoryCookieStore();
  readonly #jar = new CookieJar(this.#store, { looseMode: true, rejectPublicSuffixes: false });

  /**
   * Reads a file; one that is missing has none.
   *
   * @throws CommandError
   */
  async read(path: string, keepSession: boolean): Promise<void> {
    const text = await readFile(path === '-' ? '/dev/stdin' : path, 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw new CommandError(ExitCode.READ, `cannot read: ${error.message}`);
      },
    );
    // The newest comes first in files of curl: the order in which they were set decides that of sending.
    for (const line of text.split('\n').reverse()) {
      const cookie = cookieOf(line, keepSession);
      if (cookie !== null) await this.#store.putCookie(cookie);
    }
  }

  /**
   * Writes what there is; `-` is stdout.
   *
   * @throws CommandError
   */
  async write(path: string): Promise<void> {
    const cookies = (await this.#store.getAllCookies()).reverse();
    const now = new Date();
    const lines = cookies.filter((cookie) => (cookie.TTL(now.getTime()) ?? 0) > 0).map(lineOf);
    const text = HEAD + lines.map((line) => `${line}\n`).join('');
    if (path === '-') process.stdout.write(text);
    else {
      await writeFile(path, text).catch((error: Error) => {
        throw new CommandError(ExitCode.WRITE, `cannot write: ${error.message}`);
      });
    }
  }

  getCookieString(url: string): Promise<string> {
    return this.#jar.getCookieString(url);
  }

  setCookie(line: string, url: string, options: { readonly ignoreError: true }): unknown {
    return this.#jar.setCookie(line, url, options);
  }
}
