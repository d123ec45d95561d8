/**
 * The query of a URL, from values of a program: what forms of pages send (URL Standard, 5.2), so that
 * servers of every kind can read it.
 */

/** One value; `null` and `undefined` leave their name out. */
export type QueryValue = string | number | bigint | boolean | null | undefined;

/**
 * Names and values to add to the query of a URL: of a list each value is a pair of its own, in its
 * order (`b=x&b=y`).
 */
export type RequestQuery =
  | URLSearchParams
  | Iterable<readonly [name: string, value: QueryValue]>
  | Readonly<Record<string, QueryValue | readonly QueryValue[]>>;

const TYPES: ReadonlySet<string> = new Set(['string', 'number', 'bigint', 'boolean']);

/**
 * Adds pairs behind the query that a URL has, which stays as it is written.
 *
 * @returns a new URL, or the same where nothing is added.
 * @throws TypeError for a value that has no text of its own, such as an object.
 */
export function withQuery(url: URL, query: RequestQuery | undefined): URL {
  if (query === undefined) return url;
  const added = new URLSearchParams();
  for (const [name, value] of pairsOf(query)) {
    if (value === null || value === undefined) continue;
    if (!TYPES.has(typeof value)) {
      throw new TypeError(`a query has no text for ${name}: give a string, or a list of them`);
    }
    added.append(name, String(value));
  }
  if (added.size === 0) return url;
  const result = new URL(url);
  const before = url.search.slice(1);
  result.search = before === '' ? `${added}` : `${before}&${added}`;
  return result;
}

function* pairsOf(query: RequestQuery): Iterable<readonly [string, QueryValue]> {
  if (Symbol.iterator in query) {
    yield* query;
    return;
  }
  for (const [name, value] of Object.entries(query)) {
    if (isList(value)) for (const one of value) yield [name, one];
    else yield [name, value];
  }
}

const isList = (value: QueryValue | readonly QueryValue[]): value is readonly QueryValue[] =>
  Array.isArray(value);
