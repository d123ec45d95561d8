/**
 * Cookies that were typed, `-b 'a=b'`, beside those of files: they go to the host that was typed, and
 * not to where it redirects to.
 */

import type { CookieStore } from '@netlayers/client';

/** Adds typed cookies to those of a store. */
export function withLiteralCookies(
  store: CookieStore | null,
  literal: string,
  hosts: ReadonlySet<string>,
): CookieStore {
  return {
    getCookieString: async (url) => {
      const kept = (await store?.getCookieString(url)) ?? '';
      const typed = hosts.has(new URL(url).hostname) ? literal : '';
      return [kept, typed].filter((text) => text !== '').join('; ');
    },
    setCookie: (line, url, options) => store?.setCookie(line, url, options),
  };
}
