/**
 * Spans of requests, by the API of OpenTelemetry and its conventions for HTTP servers (semantic
 * conventions 1.23 and later). The API is handed in, as `import * as api from '@opentelemetry/api'`
 * gives it: nothing depends on it, and here stands what is used of it.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { Method, type Response } from '@netlayers/http';
import type { Middleware, ServerRequest } from '@netlayers/server';
import { whenOver } from './when-over.js';

/** The values of attributes that are used here. */
type AttributeValue = string | number;

/** A span, as far as it is used. */
interface Span {
  setAttribute(name: string, value: AttributeValue): unknown;
  updateName(name: string): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  recordException(error: Error): void;
  end(): void;
}

interface Getter {
  keys(carrier: ServerRequest): string[];
  get(carrier: ServerRequest, key: string): string | undefined;
}

/** What is used of `@opentelemetry/api`; `C` is its context. */
export interface OpenTelemetryApi<C, S extends Span> {
  readonly trace: {
    getTracer(name: string): {
      startSpan(
        name: string,
        options: { kind: number; attributes: Record<string, AttributeValue> },
        context: C,
      ): S;
    };
    setSpan(context: C, span: S): C;
  };
  readonly context: { active(): C; with<T>(context: C, run: () => T): T };
  readonly propagation: { extract(context: C, carrier: ServerRequest, getter: Getter): C };
}

/** Settings of {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /** The name of the tracer. @default '@netlayers/middleware' */
  readonly tracer?: string;
  /**
   * The route of a request, such as `/users/:id`, of which there are few; never its path. Asked when
   * the response is there. @default `request.route`, the pattern that the server has matched
   */
  readonly route?: (request: ServerRequest) => string | null;
}

const OPTIONS: OptionNames<OpenTelemetryOptions> = {
  tracer: 'optional',
  route: 'optional',
};

const SERVER_KIND = 1;
const STATUS_ERROR = 2;
const KNOWN_METHODS: ReadonlySet<string> = new Set(Object.values(Method));

const GETTER: Getter = {
  keys: ({ headers }) => [...headers].map(([name]) => name.toLowerCase()),
  get: ({ headers }, key) => headers.get(key) ?? undefined,
};

function attributesOf(request: ServerRequest): Record<string, AttributeValue> {
  const { method } = request;
  const isKnown = KNOWN_METHODS.has(method);
  const attributes: Record<string, AttributeValue> = {
    'http.request.method': isKnown ? method : '_OTHER',
    // Without the query: it may hold secrets.
    'url.path': request.path,
    'url.scheme': request.secure ? 'https' : 'http',
    'network.protocol.version': request.version,
    'network.peer.address': request.remoteAddress,
    'network.peer.port': request.remotePort,
  };
  if (!isKnown) attributes['http.request.method_original'] = method;
  const agent = request.headers.get('user-agent');
  if (agent !== null) attributes['user_agent.original'] = agent;
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(request.authority) ?? [];
  if (host) attributes['server.address'] = host;
  if (port) attributes['server.port'] = Number(port);
  return attributes;
}

/** Makes the middleware. A span ends with the last octet of its response. @throws TypeError for an option that is none. */
export function openTelemetry<C, S extends Span>(
  api: OpenTelemetryApi<C, S>,
  options: OpenTelemetryOptions = {},
): Middleware {
  checkOptions('openTelemetry', options, OPTIONS);
  const tracer = api.trace.getTracer(options.tracer ?? '@netlayers/middleware');
  const { route: routeOf = ({ route }) => route } = options;
  return async (request, next) => {
    const parent = api.propagation.extract(api.context.active(), request, GETTER);
    const attributes = attributesOf(request);
    const method = KNOWN_METHODS.has(request.method) ? request.method : 'HTTP';
    const span = tracer.startSpan(method, { kind: SERVER_KIND, attributes }, parent);
    const nameRoute = (): void => {
      const route = routeOf(request);
      if (route === null) return;
      span.setAttribute('http.route', route);
      span.updateName(`${method} ${route}`);
    };
    let response: Response;
    try {
      response = await api.context.with(api.trace.setSpan(parent, span), next);
    } catch (error) {
      nameRoute();
      fail(span, error);
      span.end();
      throw error;
    }
    nameRoute();
    span.setAttribute('http.response.status_code', response.status);
    if (response.status >= 500) {
      span.setAttribute('error.type', String(response.status));
      span.setStatus({ code: STATUS_ERROR });
    }
    return whenOver(response, (error) => {
      if (error !== null) fail(span, error);
      span.end();
    });
  };
}

function fail(span: Span, error: unknown): void {
  const given = error instanceof Error ? error : new Error(String(error));
  // An HttpError of the client's making is no failure of this server.
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number') span.setAttribute('http.response.status_code', status);
  if (typeof status === 'number' && status < 500) return;
  span.recordException(given);
  span.setAttribute('error.type', typeof status === 'number' ? String(status) : given.name);
  span.setStatus({ code: STATUS_ERROR, message: given.message });
}
