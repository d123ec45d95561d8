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
import { type FieldSection, SPAN } from './field-section.js';

/** What a list can be made of. */
export type HeadersInit =
  | Headers
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[]>>;

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

/** An ordered list of field lines. */
export class Headers implements Iterable<readonly [name: string, value: string]> {
  /** Names and values by turns; `null` while the list is still a section as it came. */
  #lines: string[] | null;
  /** What was received; `null` once there are lines of its own. */
  #section: FieldSection | null;

  /**
   * @throws HttpProtocolError `invalid-header-name` or `invalid-header-value`; TypeError for what
   *   is not a string.
   */
  constructor(init?: HeadersInit) {
    this.#lines = [];
    this.#section = null;
    if (init !== undefined) this.#fill(init);
  }

  /**
   * Makes a list of a received section, which a parser has checked.
   *
   * @internal
   */
  static ofSection(section: FieldSection): Headers {
    const headers = new Headers();
    headers.#lines = null;
    headers.#section = section;
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
    return this.#lines === null ? this.#section!.size : this.#lines.length / 2;
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
    const at = this.size === 0 ? -1 : this.#find(lower, 0);
    const lines = this.#own();
    if (at < 0) {
      lines.push(name, checked);
      return this;
    }
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
  [Symbol.iterator](): IterableIterator<readonly [name: string, value: string]> {
    return new LineIterator(this);
  }

  /** The name of a line by its index, which is below `size`. */
  nameAt(index: number): string {
    if (this.#lines !== null) return this.#lines[index * 2]!;
    return this.#section!.nameAt(index);
  }

  /** The value of a line by its index, which is below `size`. */
  valueAt(index: number): string {
    if (this.#lines !== null) return this.#lines[index * 2 + 1]!;
    return this.#section!.valueAt(index);
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
    const { text, spans } = this.#section!;
    for (let at = from * SPAN; at < spans.length; at += SPAN) {
      const start = spans[at]!;
      if (spans[at + 1]! - start === length && equalsIgnoringCase(text, start, lower)) {
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
    this.#lines ??= this.#section!.toLines();
    this.#section = null;
    return this.#lines;
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

/** Walks a list; a generator would do the same at three times the cost. */
class LineIterator implements IterableIterator<readonly [name: string, value: string]> {
  readonly #headers: Headers;
  #at = 0;

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  next(): IteratorResult<readonly [name: string, value: string], undefined> {
    const headers = this.#headers;
    const at = this.#at;
    if (at >= headers.size) return { value: undefined, done: true };
    this.#at++;
    return { value: [headers.nameAt(at), headers.valueAt(at)], done: false };
  }

  [Symbol.iterator](): this {
    return this;
  }
}
