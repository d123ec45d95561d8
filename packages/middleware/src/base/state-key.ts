/**
 * What middleware leaves for what stands inside of it, with a type: `request.state` is a bag of unknown
 * things, a key knows what is in its place.
 */

import type { ServerRequest } from '@netlayers/server';

/** A place in `request.state`. */
export class StateKey<T> {
  readonly name: string;
  readonly #origin: string;

  /**
   * @param name the property of `request.state`.
   * @param origin who leaves it there, for the error of whoever finds nothing.
   */
  constructor(name: string, origin: string) {
    this.name = name;
    this.#origin = origin;
  }

  set(request: ServerRequest, value: T): void {
    request.state[this.name] = value;
  }

  has(request: ServerRequest): boolean {
    return this.name in request.state;
  }

  /** @throws TypeError where the middleware that leaves it does not stand around the handler. */
  of(request: ServerRequest): T {
    if (this.has(request)) return request.state[this.name] as T;
    throw new TypeError(`request.state.${this.name} is missing: use(${this.#origin}) around it`);
  }
}
