/**
 * Decides who answers a request: a route, the handler of everything else, or nobody.
 *
 * 404 comes before 405 before 501: a path that does not exist says nothing about methods, and only
 * a method that neither RFC 9110 and RFC 5789 nor any route names is not implemented (RFC 9110,
 * 15.6.2). OPTIONS is answered with what the path allows, unless a route takes it.
 */

import { listMembers, type Response } from '@netlayers/http';
import type { ServerRequest } from '../request/server-request.js';
import type { SwitchedProtocol } from '../request/switched-protocol.js';
import { errorResponse, methodNotAllowed, optionsResponse } from '../response/error-response.js';
import type { Cors } from './cors.js';
import type { Handler, SwitchHandler } from './handler.js';
import { type Route, Router } from './router.js';

/** What becomes of a request. */
export type Answer = Response | SwitchedProtocol | PromiseLike<Response | SwitchedProtocol>;

const COMMON_METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
];

/** The table of handlers. */
export class Dispatcher {
  readonly router = new Router<Handler>();
  readonly #cors: Cors | null;
  readonly #switches = new Map<string, SwitchHandler>();
  #fallback: Handler | null = null;
  #tunnel: SwitchHandler | null = null;

  constructor(cors: Cors | null) {
    this.#cors = cors;
  }

  /** The handler of whatever no route answers. */
  setFallback(handler: Handler): void {
    if (this.#fallback !== null)
      throw new TypeError('There is a handler for everything else already');
    this.#fallback = handler;
  }

  /** The handler of CONNECT. */
  setTunnel(handler: SwitchHandler): void {
    if (this.#tunnel !== null) throw new TypeError('There is a handler for CONNECT already');
    this.#tunnel = handler;
  }

  /** The handler of upgrades to a protocol. */
  setSwitch(protocol: string, handler: SwitchHandler): void {
    const name = protocol.toLowerCase();
    if (this.#switches.has(name)) throw new TypeError(`There is a handler for ${protocol} already`);
    this.#switches.set(name, handler);
  }

  /** Lets the handler of a request answer it. Throws what the handler throws. */
  answer(request: ServerRequest): Answer {
    const { method } = request;
    if (method === 'CONNECT') return this.#connect(request);
    if (request.wantsSwitch && this.#switches.size > 0) {
      const handler = this.#switchOf(request);
      if (handler !== null) return handler(request);
    }
    const match = this.router.find(request.path);
    if (match === null) return this.#answerElse(request);
    const handler = match.route.handlerOf(method);
    if (handler === null) return this.#refuse(request, match.route);
    request.params = match.params;
    if (method === 'OPTIONS' && this.#cors !== null) {
      const preflight = this.#cors.preflight(request, match.route.allow);
      if (preflight !== null) return preflight;
    }
    return handler(request);
  }

  #answerElse(request: ServerRequest): Answer {
    if (request.method === 'OPTIONS' && request.target === '*') {
      return optionsResponse(this.#allMethods().join(', '));
    }
    return this.#fallback === null ? errorResponse(404) : this.#fallback(request);
  }

  /** A path that exists, with a method that it has no handler for. */
  #refuse(request: ServerRequest, route: Route<Handler>): Response {
    const { method } = request;
    if (method === 'OPTIONS') {
      return this.#cors?.preflight(request, route.allow) ?? optionsResponse(route.allow);
    }
    const known = COMMON_METHODS.includes(method) || this.router.methods.has(method);
    return known
      ? methodNotAllowed(route.allow)
      : errorResponse(501, 'the method is not known here');
  }

  #connect(request: ServerRequest): Answer {
    return this.#tunnel === null
      ? errorResponse(501, 'this server is no proxy')
      : this.#tunnel(request);
  }

  /** The first protocol of the client's list that has a handler (RFC 9110, 7.8). */
  #switchOf(request: ServerRequest): SwitchHandler | null {
    // A body would have to be read first, in a protocol that is about to end.
    if (request.hasBody) return null;
    for (const protocol of listMembers(request.headers.get('upgrade') ?? '')) {
      const handler = this.#switches.get(protocol.toLowerCase());
      if (handler !== undefined) return handler;
    }
    return null;
  }

  #allMethods(): string[] {
    const methods = new Set(['GET', 'HEAD', 'OPTIONS', ...this.router.methods]);
    return [...methods];
  }
}
