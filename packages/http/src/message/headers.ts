/**
 * Field lines (RFC 9110, 5): an ordered list with look-up that ignores case. Spelling and order
 * stay as they were received or given, and lines of one name stay separate lines.
 *
 * A received section keeps its text and where its names and values lie; strings are cut from it
 * only when somebody asks. Nothing invalid can be in a list: parsers have checked what they pass
 * in, and the methods check what a program passes in. That check is what stops header injection.
 */

import { localError } from '../grammar/errors.js';
import { equalsIgnoringCase, isFieldValue, isToken, trimBlanks } from '../grammar/tokens.js';

/** What a list can be made of. */
export type HeadersInit =
  | Headers
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[]>>;

/** Numbers per field in a span list: start and end of the name, start and end of the value. */
const SPAN = 4;

function checkedName(name: string): string {
  if (typeof name !== 'string') throw new TypeError('a field name is a string');
  if (!isToken(name)) {
    throw localError('invalid-header-name', `not a field name: ${JSON.stringify(name)}`);
  }
  return name;
}

function checkedValue(name: string, value: string): string {
  if (typeof value !== 'string') throw new TypeError(`the value of ${name} is a string`);
  const trimmed = trimBlanks(value);
  if (!isFieldValue(trimmed)) {
    throw localError(
      'invalid-header-value',
      `a value of ${name} has a character that cannot be sent`,
    );
  }
  return trimmed;
}

const NO_SPANS: readonly number[] = [];

/** An ordered list of field lines. */
export class Headers implements Iterable<readonly [name: string, value: string]> {
  /** Names and values by turns; `null` while the list is still text with spans. */
  #lines: string[] | null = null;
  #text = '';
  #spans = NO_SPANS;

  /**
   * @throws HttpProtocolError `invalid-header-name` or `invalid-header-value`; TypeError for what
   *   is not a string.
   */
  constructor(init?: HeadersInit) {
    if (init !== undefined) this.#fill(init);
  }

  /**
   * Makes a list of a received section, which a parser has checked.
   *
   * @param text one character a byte.
   * @param spans four offsets into `text` per field: start and end of the name, start and end of
   *   the value. The list keeps the array.
   * @internal
   */
  static ofSection(text: string, spans: readonly number[]): Headers {
    const headers = new Headers();
    headers.#text = text;
    headers.#spans = spans;
    return headers;
  }

  /**
   * Makes a list of one line that the caller knows to be valid.
   *
   * @internal
   */
  static ofLine(name: string, value: string): Headers {
    const headers = new Headers();
    headers.#lines = [name, value];
    return headers;
  }

  /** How many field lines there are. */
  get size(): number {
    return this.#lines === null ? this.#spans.length / SPAN : this.#lines.length / 2;
  }

  /**
   * The combined value of a field: its lines joined with `", "` (RFC 9110, 5.3); `null` without
   * any. Of `Set-Cookie`, which cannot be joined, the first line.
   */
  get(name: string): string | null {
    const lower = name.toLowerCase();
    const first = this.#find(lower, 0);
    if (first < 0) return null;
    let value = this.valueAt(first);
    if (lower === 'set-cookie') return value;
    for (let at = this.#find(lower, first + 1); at >= 0; at = this.#find(lower, at + 1)) {
      value += `, ${this.valueAt(at)}`;
    }
    return value;
  }

  /** The value of every line of a field, in order. */
  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (let at = this.#find(lower, 0); at >= 0; at = this.#find(lower, at + 1)) {
      values.push(this.valueAt(at));
    }
    return values;
  }

  /** Tells whether there is a line of this name. */
  has(name: string): boolean {
    return this.#find(name.toLowerCase(), 0) >= 0;
  }

  /**
   * Replaces all lines of a field by one, in the place of the first of them.
   *
   * @throws HttpProtocolError `invalid-header-name` or `invalid-header-value`.
   */
  set(name: string, value: string): this {
    checkedName(name);
    const checked = checkedValue(name, value);
    const lower = name.toLowerCase();
    const at = this.#find(lower, 0);
    if (at < 0) {
      this.#own().push(name, checked);
      return this;
    }
    const lines = this.#own();
    lines[at * 2] = name;
    lines[at * 2 + 1] = checked;
    this.#removeFrom(lower, at + 1);
    return this;
  }

  /**
   * Adds a line behind the others.
   *
   * @throws HttpProtocolError `invalid-header-name` or `invalid-header-value`.
   */
  append(name: string, value: string): this {
    this.#own().push(checkedName(name), checkedValue(name, value));
    return this;
  }

  /** Removes all lines of a field; tells whether there were any. */
  delete(name: string): boolean {
    return this.#removeFrom(name.toLowerCase(), 0);
  }

  /** A list of its own with the same lines. */
  clone(): Headers {
    const copy = new Headers();
    copy.#lines = this.#own().slice();
    return copy;
  }

  /** Each line in order, spelled as received or given. */
  *[Symbol.iterator](): IterableIterator<readonly [name: string, value: string]> {
    for (let at = 0; at < this.size; at++) yield [this.nameAt(at), this.valueAt(at)];
  }

  /** The name of a line by its index, which is below `size`. */
  nameAt(index: number): string {
    if (this.#lines !== null) return this.#lines[index * 2]!;
    return this.#text.slice(this.#spans[index * SPAN], this.#spans[index * SPAN + 1]);
  }

  /** The value of a line by its index, which is below `size`. */
  valueAt(index: number): string {
    if (this.#lines !== null) return this.#lines[index * 2 + 1]!;
    return this.#text.slice(this.#spans[index * SPAN + 2], this.#spans[index * SPAN + 3]);
  }

  /** An object with one member per name in lower case; only `set-cookie` is a list. */
  toJSON(): Record<string, string | string[]> {
    const fields: Record<string, string | string[]> = Object.create(null);
    for (let at = 0; at < this.size; at++) {
      const name = this.nameAt(at).toLowerCase();
      fields[name] ??= name === 'set-cookie' ? this.getAll(name) : (this.get(name) ?? '');
    }
    return fields;
  }

  /** The index of the first line of a name at or behind `from`; -1 without one. */
  #find(lower: string, from: number): number {
    const length = lower.length;
    const lines = this.#lines;
    if (lines !== null) {
      for (let at = from * 2; at < lines.length; at += 2) {
        const name = lines[at]!;
        if (name.length === length && equalsIgnoringCase(name, 0, lower)) return at / 2;
      }
      return -1;
    }
    const spans = this.#spans;
    for (let at = from * SPAN; at < spans.length; at += SPAN) {
      const start = spans[at]!;
      if (spans[at + 1]! - start === length && equalsIgnoringCase(this.#text, start, lower)) {
        return at / SPAN;
      }
    }
    return -1;
  }

  #removeFrom(lower: string, from: number): boolean {
    let at = this.#find(lower, from);
    if (at < 0) return false;
    const lines = this.#own();
    for (; at >= 0; at = this.#find(lower, at)) lines.splice(at * 2, 2);
    return true;
  }

  /** The lines as strings, cut from the text at the first change. */
  #own(): string[] {
    if (this.#lines !== null) return this.#lines;
    const lines: string[] = [];
    for (let at = 0; at < this.size; at++) lines.push(this.nameAt(at), this.valueAt(at));
    this.#lines = lines;
    this.#text = '';
    this.#spans = NO_SPANS;
    return lines;
  }

  #fill(init: HeadersInit): void {
    if (Symbol.iterator in init) {
      for (const [name, value] of init) this.append(name, value);
      return;
    }
    for (const [name, value] of Object.entries(init)) {
      for (const line of typeof value === 'string' ? [value] : value) this.append(name, line);
    }
  }
}
