/**
 * The fields that every response of a server carries: `Date` and `Server` (RFC 9110, 6.6.1 and
 * 10.2.4). One object serves all connections; the server renews the date once a second, and the
 * bytes are made then and not per response.
 */

import { localError } from '../grammar/errors.js';
import { isFieldValue } from '../grammar/tokens.js';
import { headBytes } from './head-writer.js';

/** Says that the connection goes on (RFC 9112, 9.3). @internal */
export const KEEP_ALIVE: Uint8Array = headBytes('Connection: keep-alive\r\n');

/** What stands in every response head unless the response says otherwise. */
export class HeadDefaults {
  #date: string | null = null;
  readonly #server: string | null;
  #dateLine: Uint8Array = new Uint8Array(0);
  #persistentLines: Uint8Array;
  readonly #serverLine: Uint8Array;

  /**
   * @param options.server the value of `Server`; `null` for none. @default 'netlayers'
   * @param options.date the first value of `Date`; `null` (a host without a clock) for none. @default null
   */
  constructor(options: { readonly server?: string | null; readonly date?: string | null } = {}) {
    this.#server = options.server === undefined ? 'netlayers' : options.server;
    this.#serverLine = line('Server', this.#server);
    this.#persistentLines = joined(this.#dateLine, this.#serverLine, KEEP_ALIVE);
    this.date = options.date ?? null;
  }

  /** The value of `Date`, an IMF-fixdate (`formatHttpDate` makes one). */
  get date(): string | null {
    return this.#date;
  }

  set date(date: string | null) {
    if (date === this.#date) return;
    this.#dateLine = line('Date', date);
    this.#date = date;
    this.#persistentLines = joined(this.#dateLine, this.#serverLine, KEEP_ALIVE);
  }

  get server(): string | null {
    return this.#server;
  }

  /** The whole `Date` line; empty without a date. @internal */
  get dateLine(): Uint8Array {
    return this.#dateLine;
  }

  /** The whole `Server` line; empty without one. @internal */
  get serverLine(): Uint8Array {
    return this.#serverLine;
  }

  /** Both lines and `Connection: keep-alive`: the end of most heads, written as one. @internal */
  get persistentLines(): Uint8Array {
    return this.#persistentLines;
  }
}

function line(name: string, value: string | null): Uint8Array {
  if (value === null) return new Uint8Array(0);
  if (!isFieldValue(value)) {
    throw localError(
      'invalid-header-value',
      `a value of ${name} has a character that cannot be sent`,
    );
  }
  return headBytes(`${name}: ${value}\r\n`);
}

function joined(...lines: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lines.reduce((length, line) => length + line.length, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.length;
  }
  return bytes;
}
