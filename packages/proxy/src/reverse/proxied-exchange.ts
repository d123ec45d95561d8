/**
 * One request on its way through: to an upstream, to another one where it may be repeated, and the
 * response back.
 *
 * What is repeated: any request of which nothing was sent, for there was no connection; otherwise one
 * of an idempotent method (RFC 9110, 9.2.2) to which no response has come, and whose content is still
 * there. Never the same upstream twice. A response with little content counts when it is whole: it
 * leaves in one write then, and an upstream that dies in its middle has not answered.
 */

import { ClientError, type ClientResponse, type RequestOptions } from '@netlayers/client';
import {
  dropStream,
  Headers,
  HttpProtocolError,
  isIdempotentMethod,
  listHas,
  listMembers,
  type Response,
} from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { trailersToEnd } from '../message/hop-by-hop.js';
import { expectsContinue } from '../message/request-fields.js';
import { targetFor } from '../message/request-target.js';
import { interimFrom, responseFrom, switchFrom } from '../message/response-fields.js';
import { tunnelTo } from '../tunnel/tunnel-to.js';
import { wasNeverSent } from '../upstream/marked-transport.js';
import type { RetryBudget } from '../upstream/retry-budget.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Upstreams } from '../upstream/upstreams.js';
import { failed, unavailable } from './failure-response.js';
import { PassedContent } from './passed-content.js';
import type { ProxySettings } from './proxy-options.js';
import { ReplayedBody } from './replayed-body.js';

/** Content that is waited for before the response begins, bytes. */
const LITTLE = 0x4000;

/** What all exchanges of a proxy share. */
export interface ExchangeContext {
  readonly settings: ProxySettings;
  readonly upstreams: Upstreams;
  readonly budget: RetryBudget;
  retries: number;
}

/** Carries one request. */
export class ProxiedExchange {
  readonly #request: ServerRequest;
  readonly #context: ExchangeContext;
  readonly #headers: Headers;
  readonly #body: ReplayedBody | null;
  readonly #tried = new Set<Upstream>();

  /** @param headers what is sent on, but for `Host`. */
  constructor(request: ServerRequest, headers: Headers, context: ExchangeContext) {
    this.#request = request;
    this.#headers = headers;
    this.#context = context;
    this.#body = request.hasBody ? new ReplayedBody(request) : null;
  }

  async run(): Promise<Response> {
    const { upstreams, settings } = this.#context;
    for (let failure: unknown = null; ; ) {
      const upstream = await upstreams.acquire(this.#request, this.#tried);
      if (typeof upstream === 'string') {
        return failure === null ? unavailable(upstream) : failed(failure);
      }
      this.#tried.add(upstream);
      let head: ClientResponse | null = null;
      try {
        const attempt = new Attempt(this.#request, this.#body);
        const options = this.#optionsFor(upstream, attempt.signal);
        head = await upstream.client.request(upstream.url, options);
        if (!settings.failureStatuses.has(head.status)) {
          const content = await littleOf(head);
          upstream.handleResponse();
          return this.#answer(upstream, head, attempt, content);
        }
        failure = new Error(`the upstream answered ${head.status}`);
        this.#count(upstream, failure);
        if (!this.#mayRepeat(failure)) return this.#answer(upstream, head, attempt, null);
        void head.discard();
      } catch (error) {
        void head?.discard();
        upstreams.release(upstream);
        if (this.#isOurs(error)) throw error;
        // What the client's request made impossible to send says nothing of the upstream.
        if (wasRefused(error)) return failed(error);
        this.#count(upstream, error);
        failure = error;
        if (!this.#mayRepeat(error)) return failed(error);
        this.#context.retries++;
        continue;
      }
      upstreams.release(upstream);
      this.#context.retries++;
    }
  }

  #optionsFor(upstream: Upstream, signal: AbortSignal): RequestOptions {
    const { settings } = this.#context;
    const request = this.#request;
    const headers = this.#headers.clone();
    headers.set('Host', this.#hostFor(upstream));
    settings.editRequest?.(headers, request);
    const options: RequestOptions = {
      method: request.method,
      target: targetFor(request, upstream.base, settings.rewrite),
      headers,
      signal,
      onInterim: (head) => {
        // The 100 that the client waits for is sent when its content is asked for, which this leads to.
        if (head.status === 100 && expectsContinue(request)) return;
        request.inform(interimFrom(head, settings.name));
      },
    };
    if (this.#body === null) return options;
    return {
      ...options,
      body: this.#body.attempt(),
      expectContinue: expectsContinue(request) ? settings.continueMs : false,
      ...(request.bodyLength < 0 ? { trailers: () => this.#trailers() } : {}),
    };
  }

  #trailers(): Headers {
    return trailersToEnd(this.#request.trailers) ?? new Headers();
  }

  #hostFor(upstream: Upstream): string {
    const { host } = this.#context.settings;
    if (host === 'upstream') return upstream.url.host;
    if (host !== 'keep') return host;
    return this.#request.authority || upstream.url.host;
  }

  /** @param content all of it, where that is little. */
  #answer(
    upstream: Upstream,
    head: ClientResponse,
    attempt: Attempt,
    content: Uint8Array | null,
  ): Response {
    const { settings, upstreams } = this.#context;
    const request = this.#request;
    this.#body?.settle();
    if (head.status === 101) return this.#switch(upstream, head);
    const response = responseFrom(head, request.method, settings.name);
    settings.editResponse?.(response.headers, request);
    if (content !== null || head.bodyLength === 0) {
      if (content === null) void head.discard();
      attempt.end();
      upstreams.release(upstream);
      return response.body(content);
    }
    return response.body(
      new PassedContent(head.body, (end) => {
        if (end.type === 'whole') response.trailers = trailersToEnd(head.trailers);
        if (end.type === 'failed' && !this.#isOurs(end.error)) this.#count(upstream, end.error);
        attempt.end();
        upstreams.release(upstream);
      }),
    );
  }

  /** The upstream leaves HTTP: so does the client. */
  #switch(upstream: Upstream, head: ClientResponse): Response {
    const { settings, upstreams } = this.#context;
    const offered = this.#headers.get('upgrade') ?? '';
    const chosen = listMembers(head.headers.get('upgrade') ?? '');
    const isOffered = chosen.every((protocol) => listHas(offered, protocol.toLowerCase()));
    if (chosen.length === 0 || !isOffered) {
      dropStream(head.takeStream().stream);
      throw new ClientError('unexpected-switch', 'the upstream switched to what nobody asked for');
    }
    const { clock, tunnelIdleMs: idleMs } = settings;
    const tunnel = { clock, idleMs, running: upstream.tunnels };
    const over = (): void => upstreams.release(upstream);
    const agreement = switchFrom(head, settings.name);
    const isWebSocket = chosen.length === 1 && chosen[0]?.toLowerCase() === 'websocket';
    const take = () => head.takeStream();
    return tunnelTo(this.#request, take, agreement, tunnel, over, isWebSocket);
  }

  #count(upstream: Upstream, error: unknown): void {
    upstream.handleFailure();
    this.#context.settings.onFailure({ upstream: upstream.url.href, error });
  }

  /** Whether something failed on this side of the upstream: the client, or the program. */
  #isOurs(error: unknown): boolean {
    if (this.#request.signal.aborted || (this.#body?.failure ?? null) === error) return true;
    return !(error instanceof ClientError);
  }

  #mayRepeat(error: unknown): boolean {
    const { budget, upstreams } = this.#context;
    const isAllowed = wasNeverSent(error) || isIdempotentMethod(this.#request.method);
    if (!isAllowed || this.#tried.size > budget.times) return false;
    if (this.#body !== null && !this.#body.isWhole) return false;
    return upstreams.hasOther(this.#tried) && budget.spend();
  }
}

/** The content of a response, where it is known to be little. */
const littleOf = (head: ClientResponse): Promise<Uint8Array> | null =>
  head.bodyLength > 0 && head.bodyLength <= LITTLE ? head.bytes() : null;

/** Whether a request could not be sent for what it is. */
const wasRefused = (error: unknown): boolean =>
  error instanceof ClientError &&
  ((error.cause instanceof HttpProtocolError && error.cause.side === 'local') ||
    error.code.startsWith('invalid-'));

/**
 * One attempt, which ends with the response: once the client has all of that, the server drops what
 * still comes of its request, and an upstream would wait for the rest for ever.
 */
class Attempt {
  readonly signal: AbortSignal;
  readonly #body: ReplayedBody | null;
  readonly #controller: AbortController | null;

  constructor(request: ServerRequest, body: ReplayedBody | null) {
    this.#body = body;
    if (body === null) {
      this.#controller = null;
      this.signal = request.signal;
      return;
    }
    const controller = new AbortController();
    this.#controller = controller;
    this.signal = controller.signal;
    const gone = request.signal;
    if (gone.aborted) controller.abort(gone.reason);
    else gone.addEventListener('abort', () => controller.abort(gone.reason), { once: true });
  }

  /** The response is over. */
  end(): void {
    if (this.#body?.isOver === false) this.#controller?.abort();
  }
}
