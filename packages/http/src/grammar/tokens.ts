/**
 * The character classes of the grammar (RFC 9110, 5.5 and 5.6; RFC 3986), as one table of 256
 * entries with a bit per class, and the checks of whole strings that rest on it.
 *
 * Parsers index the table with bytes, senders with UTF-16 units: both read a unit above U+00FF as
 * in no class, because the table has no such entry.
 */

/** `tchar`: what a token, and so a method or a field name, is made of. */
export const TCHAR = 1;
/** `field-vchar`, SP and HTAB: what may stand in a field value. */
export const FIELD = 2;
/**
 * What is let through in a request target: every visible ascii character but those that all
 * clients escape (`"`, `#`, `<`, `>`). RFC 3986 would refuse some more that browsers send as they are.
 */
export const TARGET = 4;
/** `unreserved / sub-delims / "%"`: what a registered name in an authority is made of. */
export const HOST = 8;
/** `HEXDIG`. */
export const HEX = 16;
/** `DIGIT`. */
export const DIGIT = 32;
/** `qdtext`: what may stand between quotes without a backslash. */
export const QUOTED = 64;
/** `SP / HTAB`. */
export const BLANK = 128;

const ALPHA_DIGIT = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The class bits of each byte. */
export const CLASS: Uint8Array = (() => {
  const table = new Uint8Array(256);
  const mark = (bit: number, members: string): void => {
    for (const char of members) table[char.charCodeAt(0)]! |= bit;
  };
  const markRange = (bit: number, first: number, last: number): void => {
    for (let code = first; code <= last; code++) table[code]! |= bit;
  };
  mark(TCHAR, `${ALPHA_DIGIT}!#$%&'*+-.^_\`|~`);
  mark(HOST, `${ALPHA_DIGIT}-._~!$&'()*+,;=%`);
  mark(HEX, '0123456789abcdefABCDEF');
  mark(DIGIT, '0123456789');
  mark(BLANK, ' \t');
  for (const bit of [FIELD, QUOTED]) {
    mark(bit, '\t');
    markRange(bit, 0x20, 0x7e);
    markRange(bit, 0x80, 0xff); // obs-text
  }
  markRange(TARGET, 0x21, 0x7e);
  for (const char of '"#<>') table[char.charCodeAt(0)]! &= ~TARGET;
  for (const char of '"\\') table[char.charCodeAt(0)]! &= ~QUOTED;
  return table;
})();

/** Tells whether every character of `text[start..end)` is in a class; true for none. */
export function isAll(text: string, bit: number, start = 0, end = text.length): boolean {
  for (let at = start; at < end; at++) {
    if ((CLASS[text.charCodeAt(at)]! & bit) === 0) return false;
  }
  return true;
}

/** Tells whether text is a token (RFC 9110, 5.6.2). */
export const isToken = (text: string): boolean => text.length > 0 && isAll(text, TCHAR);

/** Tells whether text may be sent as a field value: no control but HTAB, nothing above U+00FF. */
export const isFieldValue = (text: string): boolean => isAll(text, FIELD);

const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x09;

/** Removes SP and HTAB from both ends, and nothing else: `trim` would also take other white space. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/**
 * Compares `text[start..start + lower.length)` with a lower-case name, ignoring the case of ascii
 * letters. The caller has made sure that so many characters are there.
 */
export function equalsIgnoringCase(text: string, start: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const wanted = lower.charCodeAt(i);
    const found = text.charCodeAt(start + i);
    if (found === wanted) continue;
    if ((found | 0x20) !== wanted || wanted < 0x61 || wanted > 0x7a) return false;
  }
  return true;
}

/**
 * Tells whether a comma-separated list has a member, ignoring case: the connection options of a
 * `Connection` field, for one.
 */
export function listHas(list: string, lower: string): boolean {
  if (list.length === lower.length) return equalsIgnoringCase(list, 0, lower);
  if (list.length < lower.length || !list.includes(',')) return false;
  return list.split(',').some((part) => {
    const member = trimBlanks(part);
    return member.length === lower.length && equalsIgnoringCase(member, 0, lower);
  });
}

/** Splits a comma-separated list into its members; empty ones are dropped (RFC 9110, 5.6.1.2). */
export const listMembers = (list: string): string[] =>
  list
    .split(',')
    .map(trimBlanks)
    .filter((member) => member !== '');
