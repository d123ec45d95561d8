/**
 * The client: one request from URL to response, through redirections and repetitions.
 *
 * A request is repeated by itself in two cases only. A kept connection turns out to be closed
 * before a byte of the answer: then once, if the method is idempotent and the body still there
 * (RFC 9112, 9.3.1). A server refuses the expectation (417): then without it (RFC 9110, 10.1.1).
 */

import { type Clock, HostClock, hostLatin1 } from '@netlayers/host';
import {
  Headers,
  HttpProtocolError,
  isIdempotentMethod,
  type Request,
  type ResponseHead,
} from '@netlayers/http';
import { Cancellation } from './cancellation.js';
import {
  type ClientOptions,
  DEFAULTS,
  type RequestDefaults,
  type RequestOptions,
} from './client-options.js';
import { ClientResponse } from './client-response.js';
import { ConnectionPool } from './connection-pool.js';
import {
  acceptedCodings,
  type ContentDecoders,
  decodersFor,
  hostDecoders,
  limited,
} from './content-coding.js';
import { ClientError } from './errors.js';
import type { Exchange } from './exchange.js';
import { firstHop, type Hop, nextHop, requestOf } from './hop.js';
import { originOf } from './origin.js';
import type { PooledConnection } from './pooled-connection.js';
import type { RequestBody } from './request-body.js';

/** A response that has begun, with what brings it. */
interface Answer {
  readonly head: ResponseHead;
  readonly exchange: Exchange;
  readonly connection: PooledConnection;
}

/** An HTTP/1.1 client on a transport. */
export class Client {
  readonly #options: ClientOptions;
  readonly #clock: Clock;
  readonly #pool: ConnectionPool;
  readonly #decoders: ContentDecoders;
  readonly #defaults: Required<RequestDefaults>;
  readonly #running = new Set<Cancellation>();
  #closed = false;
  #whenIdle: (() => void) | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? new HostClock();
    this.#decoders = { ...hostDecoders, ...options.decoders };
    this.#defaults = merge(DEFAULTS, options);
    const encoder = new TextEncoder();
    const decodeText = hostLatin1();
    this.#pool = new ConnectionPool({
      transport: options.transport,
      secureTransport: options.secureTransport ?? null,
      resolve: options.resolve ?? null,
      clock: this.#clock,
      http: {
        encodeText: (text) => encoder.encode(text),
        ...(decodeText === null ? {} : { decodeText }),
        ...options.http,
      },
      idleTimeoutMs: options.idleTimeoutMs ?? 4000,
      maxConnectionsPerOrigin: options.maxConnectionsPerOrigin ?? 16,
    });
  }

  /** Connections that exist, in use or kept. */
  get connections(): number {
    return this.#pool.size;
  }

  /**
   * Sends a request; resolves with the head of the response.
   *
   * @throws rejects with a {@link ClientError}, with the reason of the signal, or with what the
   *   stream that is the body has thrown.
   */
  async request(url: string | URL, options: RequestOptions = {}): Promise<ClientResponse> {
    if (this.#closed) {
      throw new ClientError('client-closed', 'this client was closed: make another one');
    }
    const settings = merge(this.#defaults, options);
    const signal = options.signal ?? null;
    const cancellation = new Cancellation(this.#clock, signal, settings.totalTimeoutMs);
    this.#running.add(cancellation);
    try {
      const clientHeaders = new Headers(this.#options.headers);
      const context = { clientHeaders, settings, cancellation };
      return await this.#follow(await firstHop(url, options, context));
    } catch (error) {
      this.#finish(cancellation);
      // A field or a method that cannot be sent.
      if (error instanceof HttpProtocolError) {
        throw new ClientError(error.code, error.message, error);
      }
      throw error;
    }
  }

  /** Sends a GET. */
  get(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request(url, { ...options, method: 'GET' });
  }

  /** Sends a HEAD. */
  head(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request(url, { ...options, method: 'HEAD' });
  }

  /** Sends a POST. */
  post(url: string | URL, body: RequestBody, options?: RequestOptions): Promise<ClientResponse> {
    return this.request(url, { ...options, method: 'POST', body });
  }

  /** Sends a PUT. */
  put(url: string | URL, body: RequestBody, options?: RequestOptions): Promise<ClientResponse> {
    return this.request(url, { ...options, method: 'PUT', body });
  }

  /** Sends a PATCH. */
  patch(url: string | URL, body: RequestBody, options?: RequestOptions): Promise<ClientResponse> {
    return this.request(url, { ...options, method: 'PATCH', body });
  }

  /** Sends a DELETE. */
  delete(url: string | URL, options?: RequestOptions): Promise<ClientResponse> {
    return this.request(url, { ...options, method: 'DELETE' });
  }

  /** Takes no more requests, ends kept connections, and resolves when the running requests are over. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pool.retireFree();
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    this.#pool.retireFree();
  }

  /** Takes no more requests and resets every connection; running requests fail. */
  abort(): void {
    this.#closed = true;
    const reason = new ClientError('client-closed', 'the client was closed during the request');
    for (const cancellation of [...this.#running]) cancellation.cancel(reason);
    this.#pool.abort();
  }

  /** Sends hop after hop until one is not a redirection. */
  async #follow(first: Hop): Promise<ClientResponse> {
    const { cancellation } = first;
    for (let hop = first; ; ) {
      const answer = await this.#send(hop);
      const { exchange } = answer;
      const response = this.#respond(hop, answer);
      cancellation.listen((reason) => exchange.fail(reason));
      let next: Hop | null;
      try {
        next = nextHop(hop, answer.head);
      } catch (error) {
        exchange.fail(error);
        throw error;
      }
      if (next === null) {
        exchange.whenOver(() => this.#finish(cancellation));
        return response;
      }
      await response.discard();
      cancellation.listen(null);
      cancellation.check();
      this.#options.observe?.({ type: 'redirect', url: next.url });
      hop = next;
    }
  }

  /** Sends one hop, and again where that is allowed. */
  async #send(first: Hop): Promise<Answer> {
    let hop = first;
    let fresh = false;
    for (;;) {
      const request = requestOf(hop, acceptedCodings(this.#decoders));
      const connection = await this.#pool.acquire(originOf(hop.url), {
        fresh,
        connectTimeoutMs: hop.settings.connectTimeoutMs,
        cancellation: hop.cancellation,
      });
      const reused = connection.requests > 0;
      const exchange = this.#begin(hop, request, connection);
      hop.cancellation.listen((reason) => exchange.fail(reason));
      if (hop.cancellation.happened) exchange.fail(hop.cancellation.reason);
      try {
        const head = await exchange.response;
        if (head.status !== 417 || hop.continueTimeoutMs === null || exchange.contentStarted) {
          this.#options.observe?.({ type: 'response', response: head });
          return { head, exchange, connection };
        }
        this.#options.observe?.({ type: 'repeat', because: 'the server refuses to be asked' });
        hop = { ...hop, continueTimeoutMs: null };
        await exchange.body.return();
      } catch (error) {
        hop.cancellation.check();
        const stale = reused && !exchange.answered && isLost(error);
        const used = !hop.body.repeatable && exchange.contentStarted;
        if (!stale || used || !isIdempotentMethod(hop.method)) throw error;
        this.#options.observe?.({ type: 'repeat', because: 'the kept connection was closed' });
        fresh = true;
      }
    }
  }

  #begin(hop: Hop, request: Request, connection: PooledConnection): Exchange {
    const { settings } = hop;
    this.#options.observe?.({
      type: 'connection',
      authority: connection.origin.authority,
      address: connection.stream.remoteAddress,
      port: connection.stream.remotePort,
      reused: connection.requests > 0,
    });
    this.#options.observe?.({ type: 'request', request });
    return connection.begin({
      request,
      trailers: hop.trailers,
      continueTimeoutMs: hop.continueTimeoutMs,
      headersTimeoutMs: settings.headersTimeoutMs,
      bodyTimeoutMs: settings.bodyTimeoutMs,
      maxResponseBytes: settings.maxResponseBytes,
      place: connection.origin.authority,
      onInterim: hop.onInterim,
    });
  }

  #respond(hop: Hop, { head, exchange, connection }: Answer): ClientResponse {
    const { decompress, maxResponseBytes } = hop.settings;
    const hasContent = hop.method !== 'HEAD' && head.bodyLength !== 0;
    const decoders = decompress && hasContent ? decodersFor(head.headers, this.#decoders) : [];
    let content: AsyncIterable<Uint8Array> = exchange.body;
    for (const decode of decoders) content = decode(content);
    if (decoders.length > 0 && maxResponseBytes < Number.POSITIVE_INFINITY) {
      content = limited(content, maxResponseBytes, hop.url.host);
    }
    return new ClientResponse({
      head,
      method: hop.method,
      url: hop.url,
      redirects: hop.redirects,
      exchange,
      content,
      decoded: decoders.length > 0,
      detach: () => {
        connection.detach();
        return { stream: connection.stream, remaining: connection.http.takeRemaining() };
      },
    });
  }

  #finish(cancellation: Cancellation): void {
    cancellation.finish();
    this.#running.delete(cancellation);
    if (this.#running.size === 0) this.#whenIdle?.();
  }
}

/** Whether a connection went away, rather than something being wrong with what it brought. */
const isLost = (error: unknown): boolean =>
  error instanceof ClientError && (error.code === 'closed' || error.code === 'ECONNRESET');

/** Options over defaults; what is `undefined` counts as left out. */
function merge(
  defaults: Required<RequestDefaults>,
  options: RequestDefaults,
): Required<RequestDefaults> {
  return {
    connectTimeoutMs: options.connectTimeoutMs ?? defaults.connectTimeoutMs,
    headersTimeoutMs: options.headersTimeoutMs ?? defaults.headersTimeoutMs,
    bodyTimeoutMs: options.bodyTimeoutMs ?? defaults.bodyTimeoutMs,
    totalTimeoutMs: options.totalTimeoutMs ?? defaults.totalTimeoutMs,
    redirect: options.redirect ?? defaults.redirect,
    maxRedirects: options.maxRedirects ?? defaults.maxRedirects,
    maxResponseBytes: options.maxResponseBytes ?? defaults.maxResponseBytes,
    decompress: options.decompress ?? defaults.decompress,
  };
}
