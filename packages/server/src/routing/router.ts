/**
 * Which handler a path belongs to: exact paths in one map, patterns in a tree of segments.
 *
 * `/users/:id` binds one non-empty segment, percent-decoded; a trailing `*` binds the rest of the
 * path as it was sent, so that whoever maps it onto something (files, another server) decodes it
 * by its own rules. A literal segment wins over a parameter, a parameter over `*`. Paths are
 * compared by segment after decoding, so `/%6Ason` is `/json` (RFC 3986, 6.2.2.2), while `%2F`
 * never becomes a separator. Dot segments are not interpreted: they are names without a route.
 */

import type { Params } from '../request/params.js';

/** The handlers of one path or pattern, by method. */
export class Route<T> {
  /** The path or pattern, as it was given. */
  readonly pattern: string;
  /** In the order of the pattern; `*` is the name of the rest. */
  readonly paramNames: readonly string[];
  /** For the Allow field: every method this route answers, in the order of registration. */
  allow = '';
  readonly #byMethod = new Map<string, T>();
  #any: T | null = null;

  constructor(pattern: string, paramNames: readonly string[]) {
    this.pattern = pattern;
    this.paramNames = paramNames;
  }

  /**
   * @param method a method, or `null` for all.
   * @throws TypeError when the method has a handler already.
   */
  add(method: string | null, handler: T): void {
    const taken = method === null ? this.#any !== null : this.#byMethod.has(method);
    if (taken) throw new TypeError(`This path already has a handler for ${method ?? 'any method'}`);
    if (method === null) this.#any = handler;
    else this.#byMethod.set(method, handler);
    this.allow = this.#allowed();
  }

  /** The handler of a method: its own, that of GET for HEAD (RFC 9110, 9.3.2), the one for all. */
  handlerOf(method: string): T | null {
    const own = this.#byMethod.get(method);
    if (own !== undefined) return own;
    if (method === 'HEAD') return this.#byMethod.get('GET') ?? this.#any;
    return this.#any;
  }

  #allowed(): string {
    const methods = new Set(this.#byMethod.keys());
    if (this.#any !== null) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) methods.add(method);
    }
    if (methods.has('GET')) methods.add('HEAD');
    methods.add('OPTIONS');
    return [...methods].join(', ');
  }
}

/** One place in the tree of patterns. */
class Segment<T> {
  readonly literals = new Map<string, Segment<T>>();
  parameter: Segment<T> | null = null;
  route: Route<T> | null = null;
  rest: Route<T> | null = null;
}

/** A route and what it was bound to. */
export interface RouteMatch<T> {
  readonly route: Route<T>;
  readonly params: Params;
}

const NO_PARAMS: Params = Object.freeze(Object.create(null) as Record<string, string>);

/** Splits a pattern and checks its form. */
function segmentsOf(pattern: string): string[] {
  if (!pattern.startsWith('/')) throw new TypeError(`A path begins with "/": ${pattern}`);
  if (/[?#]/.test(pattern)) throw new TypeError(`A path has no query or fragment: ${pattern}`);
  const segments = pattern.slice(1).split('/');
  const names = segments.filter((segment) => segment.startsWith(':'));
  if (names.includes(':')) throw new TypeError(`A parameter needs a name: ${pattern}`);
  if (new Set(names).size < names.length) throw new TypeError(`A parameter twice: ${pattern}`);
  if (segments.slice(0, -1).includes('*')) throw new TypeError(`"*" stands last: ${pattern}`);
  return segments;
}

/** Finds routes by path. */
export class Router<T> {
  readonly #exact = new Map<string, RouteMatch<T>>();
  readonly #root = new Segment<T>();
  /** Methods that some route names: the server knows them even if no RFC does. */
  readonly methods = new Set<string>();

  /**
   * @param method a method as it is sent, or `null` for all.
   * @throws TypeError for a malformed pattern, or a second handler for the same method and path.
   */
  add(method: string | null, pattern: string, handler: T): void {
    const segments = segmentsOf(pattern);
    let at = this.#root;
    let rest = false;
    for (const segment of segments) {
      rest = segment === '*';
      if (!rest) at = segment.startsWith(':') ? parameterOf(at) : literalOf(at, segment);
    }
    const names = segments.filter((segment) => segment === '*' || segment.startsWith(':'));
    const bound = names.map((name) => (name === '*' ? name : name.slice(1)));
    let route = rest ? at.rest : at.route;
    if (route === null) {
      route = new Route<T>(pattern, bound);
      if (rest) at.rest = route;
      else at.route = route;
      if (names.length === 0) this.#exact.set(pattern, { route, params: NO_PARAMS });
    } else if (route.paramNames.join('/') !== bound.join('/')) {
      throw new TypeError(`Another route calls the same segments otherwise: ${pattern}`);
    }
    route.add(method, handler);
    if (method !== null) this.methods.add(method);
  }

  /**
   * The route of a path as it was sent, without its query.
   *
   * @returns `null` without one, also for malformed percent-encoding.
   */
  find(path: string): RouteMatch<T> | null {
    const exact = this.#exact.get(path);
    if (exact !== undefined) return exact;
    if (!path.startsWith('/')) return null;
    const raw = path.slice(1).split('/');
    let decoded = raw;
    if (path.includes('%')) {
      try {
        decoded = raw.map(decodeURIComponent);
      } catch {
        return null;
      }
    }
    const values: string[] = [];
    const route = match(this.#root, raw, decoded, 0, values);
    if (route === null) return null;
    const params = Object.create(null) as Record<string, string>;
    route.paramNames.forEach((name, i) => {
      params[name] = values[i]!;
    });
    return { route, params };
  }
}

function parameterOf<T>(at: Segment<T>): Segment<T> {
  at.parameter ??= new Segment<T>();
  return at.parameter;
}

function literalOf<T>(at: Segment<T>, name: string): Segment<T> {
  const known = at.literals.get(name);
  if (known !== undefined) return known;
  const next = new Segment<T>();
  at.literals.set(name, next);
  return next;
}

/** Depth first, the most particular branch first; `values` holds the bindings of the way back. */
function match<T>(
  at: Segment<T>,
  raw: readonly string[],
  decoded: readonly string[],
  index: number,
  values: string[],
): Route<T> | null {
  if (index === raw.length) return at.route;
  const literal = at.literals.get(decoded[index]!);
  if (literal !== undefined) {
    const found = match(literal, raw, decoded, index + 1, values);
    if (found !== null) return found;
  }
  if (at.parameter !== null && decoded[index] !== '') {
    values.push(decoded[index]!);
    const found = match(at.parameter, raw, decoded, index + 1, values);
    if (found !== null) return found;
    values.pop();
  }
  if (at.rest !== null) values.push(raw.slice(index).join('/'));
  return at.rest;
}
