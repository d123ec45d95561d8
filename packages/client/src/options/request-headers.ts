/**
 * The fields that a program gives a request, or all requests of a client: a list, and the names that
 * are to be left out of what the client would add by itself.
 */

import { Headers, type HeadersInit } from '@netlayers/http';

/**
 * Fields to send, as of `Headers`. `null` in place of a value leaves the field out: the client adds
 * neither its own line of that name nor the one of its options.
 */
export type RequestHeaders =
  | HeadersInit
  | Iterable<readonly [name: string, value: string | null]>
  | Readonly<Record<string, string | readonly string[] | null>>;

/** What a program has said of fields. */
export interface GivenHeaders {
  readonly headers: Headers;
  /** Names in lower case. */
  readonly omitted: ReadonlySet<string>;
}

/** Fields that say where a message ends, or whom it is for: without them it is another message. */
const NEEDED: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding']);

const NOTHING: ReadonlySet<string> = new Set();

function linesOf(init: RequestHeaders): Iterable<readonly [string, string | null]> {
  if (Symbol.iterator in init) return init;
  return Object.entries(init).flatMap(([name, value]) =>
    value === null || typeof value === 'string'
      ? [[name, value] as const]
      : value.map((line) => [name, line] as const),
  );
}

/**
 * Reads fields, into a list of their own. A name that has a value too is not left out.
 *
 * @throws HttpProtocolError for a name or value that cannot be sent; TypeError for what is not a
 *   string, and for a field that cannot be left out.
 */
export function givenHeaders(init: RequestHeaders | undefined): GivenHeaders {
  const headers = new Headers();
  if (init === undefined) return { headers, omitted: NOTHING };
  if (init instanceof Headers) return { headers: init.clone(), omitted: NOTHING };
  const omitted = new Set<string>();
  for (const [name, value] of linesOf(init)) {
    if (value !== null) {
      headers.append(name, value);
      continue;
    }
    const lower = name.toLowerCase();
    if (NEEDED.has(lower)) throw new TypeError(`a request cannot be sent without ${name}`);
    omitted.add(lower);
  }
  for (const name of omitted) if (headers.has(name)) omitted.delete(name);
  return { headers, omitted };
}
