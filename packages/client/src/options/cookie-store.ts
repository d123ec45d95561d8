/**
 * What keeps cookies for a client (RFC 6265, 5.3 and 5.4).
 */

/** Keeps cookies. A `CookieJar` of the package tough-cookie is one. */
export interface CookieStore {
  /** The value of `Cookie` for a URL; empty for none. */
  getCookieString(url: string): string | PromiseLike<string>;
  /** Takes a line of `Set-Cookie`; one that is invalid, or not of this URL, is ignored. */
  setCookie(line: string, url: string, options: { readonly ignoreError: true }): unknown;
}
