/**
 * What a server is asked for, and who answers: routes, whatever stands around them, and applications
 * inside of applications, each under a path or for a host.
 *
 * 404 comes before 405 before 501: a path that does not exist says nothing about methods, and only
 * a method that neither RFC 9110 and RFC 5789 nor any route names is not implemented (RFC 9110,
 * 15.6.2). OPTIONS is answered with what the path allows, unless a route takes it.
 */

import { listMembers, type Method, type Response } from '@netlayers/http';
import type { Params } from '../request/params.js';
import type { ServerRequest } from '../request/server-request.js';
import { errorResponse, methodNotAllowed, optionsResponse } from '../response/error-response.js';
import { type FetchHandler, fetchHandler } from './fetch-handler.js';
import {
  type Answer,
  caught,
  type ErrorHandler,
  type Handler,
  type Middleware,
  through,
} from './handler.js';
import { HostTable } from './host-table.js';
import { type Route, Router } from './router.js';

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

/** Routes with what stands around them. A server is one; others are mounted in it. */
export class Application {
  readonly #router = new Router<Handler>();
  readonly #hosts = new HostTable<Application>();
  /** The applications that are mounted, by the handlers that stand for them. */
  readonly #mounts = new Map<Handler, Application>();
  readonly #middleware: Middleware[] = [];
  readonly #switches = new Map<string, Handler>();
  #onError: ErrorHandler | null = null;
  #fallback: Handler | null = null;
  #tunnel: Handler | null = null;

  /**
   * Answers a method on a path: `/users/:id` binds a segment, a trailing `*` the rest. HEAD is
   * answered by GET's handler, its content left out; OPTIONS and 405 by the server. Middleware in
   * front of the handler stands around this route alone.
   *
   * @throws TypeError for a malformed path, one that has a handler for the method already, or a method
   *   in small letters.
   */
  route(method: Method, path: string, ...chain: readonly [...Middleware[], Handler]): this {
    if (method === 'CONNECT') throw new TypeError('CONNECT has no path: use connect()');
    const capitals = method.toUpperCase();
    if (method !== capitals && COMMON_METHODS.includes(capitals)) {
      throw new TypeError(`methods are told by case (RFC 9110, 9.1): ${capitals}, not ${method}`);
    }
    this.#router.add(method, path, chained(chain));
    return this;
  }

  /** Answers every method that has no handler of its own on a path. */
  any(path: string, ...chain: readonly [...Middleware[], Handler]): this {
    this.#router.add(null, path, chained(chain));
    return this;
  }

  /** Puts middleware around everything in this application, what it answers 404 included; the first of it outermost. */
  use(...middleware: readonly Middleware[]): this {
    for (const one of middleware) checkFunction(one, 'middleware');
    this.#middleware.push(...middleware);
    return this;
  }

  /** Answers what handlers and middleware of this application throw. @throws TypeError for a second one. */
  catch(handler: ErrorHandler): this {
    checkFunction(handler, 'an error handler');
    if (this.#onError !== null) throw new TypeError('There is an error handler already');
    this.#onError = handler;
    return this;
  }

  /**
   * Puts an application under a path: it is asked for everything there that no route of this one
   * answers, its own routes begin behind the path, and its middleware stands inside of this one's.
   *
   * @throws TypeError for a malformed path, one with `*`, or one that is taken.
   */
  mount(path: string, application: Application): this {
    if (typeof application?.answer !== 'function') {
      throw new TypeError(
        'mount() takes an Application; for one of the web platform there is fetch()',
      );
    }
    const prefix = path === '/' ? '' : path.replace(/\/$/, '');
    if (prefix.endsWith('*')) throw new TypeError(`an application is mounted without "*": ${path}`);
    const inside: Handler = (request) => {
      const { '*': rest = '' } = request.params;
      // What is inside may map the rest onto something itself, as a folder of files does.
      request.params = joined(request.params, { '*': rest });
      const place = request.route?.replace(/\/\*$/, '') ?? '';
      return application.answer(request, `/${rest}`, request.params, place);
    };
    this.#mounts.set(inside, application);
    if (prefix !== '') this.#router.add(null, prefix, inside);
    this.#router.add(null, `${prefix}/*`, inside);
    return this;
  }

  /** Makes an application under a path, and lets `define` fill it. */
  group(path: string, define: (group: Application) => void): this {
    const group = new Application();
    define(group);
    return this.mount(path, group);
  }

  /**
   * Answers requests for a host by an application of its own: `example.org`, or `*.example.org` for
   * the names below it. Ports and case do not count. Its own answers win over those of this one.
   *
   * @throws TypeError for a name that is taken.
   */
  host(name: string, application: Application): this {
    this.#hosts.add(name, application);
    return this;
  }

  /** Answers whatever no route does with a handler of the web platform's kind. */
  fetch(handler: FetchHandler): this {
    return this.fallback(fetchHandler(handler));
  }

  /** Answers whatever no route does. @throws TypeError when there is such a handler already. */
  fallback(...chain: readonly [...Middleware[], Handler]): this {
    if (this.#fallback !== null) {
      throw new TypeError('There is a handler for everything else already');
    }
    this.#fallback = chained(chain);
    return this;
  }

  /**
   * Answers requests to change to a protocol, such as `websocket` (RFC 9110, 7.8). Without one,
   * `Upgrade` is ignored, as that section allows.
   *
   * @throws TypeError for a protocol that has a handler.
   */
  upgrade(protocol: string, ...chain: readonly [...Middleware[], Handler]): this {
    const name = protocol.toLowerCase();
    if (this.#switches.has(name)) throw new TypeError(`There is a handler for ${protocol} already`);
    this.#switches.set(name, chained(chain));
    return this;
  }

  /** Answers CONNECT (RFC 9110, 9.3.6), which is 501 without one. */
  connect(...chain: readonly [...Middleware[], Handler]): this {
    if (this.#tunnel !== null) throw new TypeError('There is a handler for CONNECT already');
    this.#tunnel = chained(chain);
    return this;
  }

  /**
   * Answers a request, or throws what a handler throws.
   *
   * @param path where its route is looked for: of a mounted application, what is behind its own.
   * @param bound what the paths that it is mounted under have bound.
   * @param place those paths, as the beginning of `request.route`.
   */
  answer(
    request: ServerRequest,
    path: string = request.path,
    bound: Params | null = null,
    place = '',
  ): Answer {
    const onError = this.#onError;
    return onError === null
      ? this.#run(request, path, bound, place, 0)
      : caught(() => this.#run(request, path, bound, place, 0), onError)(request);
  }

  /** What a path allows, as its route knows it, whatever stands around it; `null` without a route. @internal */
  allowed(request: ServerRequest, path: string = request.path): string | null {
    const host = this.#hosts.size === 0 ? null : this.#hosts.find(request.authority);
    if (host !== null) return host.allowed(request, path);
    const match = this.#router.find(path);
    if (match === null) return null;
    const handler = match.route.handlerOf('OPTIONS');
    const inside = handler === null ? undefined : this.#mounts.get(handler);
    if (inside === undefined) return match.route.allow;
    return inside.allowed(request, `/${match.params['*'] ?? ''}`);
  }

  #run(
    request: ServerRequest,
    path: string,
    bound: Params | null,
    place: string,
    at: number,
  ): Answer {
    const middleware = this.#middleware[at];
    return middleware === undefined
      ? this.#dispatch(request, path, bound, place)
      : middleware(request, () => this.#run(request, path, bound, place, at + 1));
  }

  #dispatch(request: ServerRequest, path: string, bound: Params | null, place: string): Answer {
    const { method } = request;
    request.route = null;
    const host = this.#hosts.size === 0 ? null : this.#hosts.find(request.authority);
    if (host !== null) return host.answer(request, path, bound, place);
    if (method === 'CONNECT') return this.#connect(request);
    if (request.wantsSwitch && this.#switches.size > 0) {
      const handler = this.#switchOf(request);
      if (handler !== null) return handler(request);
    }
    const match = this.#router.find(path);
    if (match === null) return this.#answerElse(request);
    const { pattern } = match.route;
    request.route = place === '' ? pattern : place + pattern;
    const handler = match.route.handlerOf(method);
    if (handler === null) return this.#refuse(request, match.route);
    request.params = bound === null ? match.params : joined(bound, match.params);
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
    if (method === 'OPTIONS') return optionsResponse(route.allow);
    const known = COMMON_METHODS.includes(method) || this.#router.methods.has(method);
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
  #switchOf(request: ServerRequest): Handler | null {
    // A body would have to be read first, in a protocol that is about to end.
    if (request.hasBody) return null;
    for (const protocol of listMembers(request.headers.get('upgrade') ?? '')) {
      const handler = this.#switches.get(protocol.toLowerCase());
      if (handler !== undefined) return handler;
    }
    return null;
  }

  #allMethods(): string[] {
    const methods = new Set(['GET', 'HEAD', 'OPTIONS', ...this.#router.methods]);
    return [...methods];
  }
}

/** What several paths have bound; the rest of a path is that of the last one. */
function joined(outer: Params, inner: Params): Params {
  const { '*': _rest, ...names } = outer;
  return Object.assign(Object.create(null), names, inner) as Params;
}

function checkFunction(value: unknown, what: string): void {
  if (typeof value !== 'function')
    throw new TypeError(`${what} is a function, not ${typeof value}`);
}

/** Middleware and the handler behind it as one handler. */
function chained(chain: readonly [...Middleware[], Handler]): Handler {
  const handler = chain[chain.length - 1] as Handler;
  checkFunction(handler, 'a handler');
  const middleware = chain.slice(0, -1) as Middleware[];
  for (const one of middleware) checkFunction(one, 'middleware');
  return middleware.length === 0 ? handler : through(middleware, handler);
}
