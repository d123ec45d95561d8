/**
 * Quoted strings (RFC 9110, 5.6.4): what stands between the quotes, and the text that it means.
 */

/** Text as a quoted string, with a backslash before quotes and backslashes. Line ends are the caller's to refuse. */
export const quoteString = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The text of what stands between the quotes. */
export const unquoteString = (inside: string): string => inside.replace(/\\(.)/g, '$1');
