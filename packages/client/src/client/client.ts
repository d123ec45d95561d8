/**
 * The client: one request from URL to response. What happens between the two is in layers: follow
 * redirections, retry what has failed, and under them send, on a connection of the pool.
 */

import { type Clock, HostClock, hostLatin1, hostRandom } from '@netlayers/host';
import { HttpProtocolError } from '@netlayers/http';
import { Cancellation } from '../base/cancellation.js';
import { argumentFailure, ClientError } from '../base/errors.js';
import { parseUrl } from '../base/origin.js';
import type { RequestBody } from '../body/request-body.js';
import { ConnectionPool } from '../carrier/connection-pool.js';
import { lookAround } from '../carrier/look-around.js';
import { Protocols } from '../carrier/protocols.js';
import { wiresOf } from '../carrier/wires.js';
import { hostDecoders } from '../content/content-coding.js';
import { withCookies } from '../hop/cookies.js';
import { followRedirects } from '../hop/follow.js';
import { firstHop, type Hop } from '../hop/hop.js';
import { intercepting } from '../hop/intercept.js';
import { type Layer, layered, type SendHop } from '../hop/layers.js';
import { retrying } from '../hop/retry.js';
import { Sender } from '../hop/sender.js';
import { checkClientOptions, checkRequestOptions } from '../options/check-options.js';
import {
  type ClientOptions,
  DEFAULTS,
  mergeDefaults,
  type RequestDefaults,
  type RequestOptions,
} from '../options/client-options.js';
import { givenHeaders } from '../options/request-headers.js';
import type { ClientResponse } from '../response/client-response.js';

/** An HTTP client on a transport: HTTP/1.1, and other protocols that it is given. */
export class Client {
  readonly #options: ClientOptions;
  readonly #baseUrl: URL | null;
  readonly #clock: Clock;
  readonly #pool: ConnectionPool;
  readonly #send: SendHop;
  readonly #defaults: Required<RequestDefaults>;
  readonly #running = new Set<Cancellation>();
  #closed = false;
  #whenIdle: (() => void) | null = null;

  /** @throws TypeError for options that are unknown, missing or of the wrong kind. */
  constructor(options: ClientOptions) {
    checkClientOptions(options);
    this.#options = options;
    this.#baseUrl = options.baseUrl === undefined ? null : parseUrl(options.baseUrl);
    this.#clock = options.clock ?? new HostClock();
    this.#defaults = mergeDefaults(DEFAULTS, options);
    const encoder = new TextEncoder();
    const decodeText = hostLatin1();
    this.#pool = new ConnectionPool({
      ...wiresOf(options),
      protocols: new Protocols(options.protocols ?? []),
      clock: this.#clock,
      http: {
        encodeText: (text) => encoder.encode(text),
        ...(decodeText === null ? {} : { decodeText }),
        ...options.http,
      },
      idleTimeoutMs: options.idleTimeoutMs ?? 4000,
      maxConnectionsPerOrigin: options.maxConnectionsPerOrigin ?? 16,
      look: this.#clock instanceof HostClock ? lookAround() : null,
    });
    const tell = options.observe ?? (() => {});
    const decoders = { ...hostDecoders(), ...options.decoders };
    const sender = new Sender(this.#pool, this.#clock, decoders, tell, options.proxy ?? null);
    const layers: Layer[] = [
      followRedirects((url) => tell({ type: 'redirect', url })),
      ...(options.interceptors ?? []).map(intercepting),
      retrying({
        clock: this.#clock,
        random: options.random ?? hostRandom(),
        tell: (because, delayMs) => tell({ type: 'repeat', because, delayMs }),
      }),
      ...(options.cookies === undefined ? [] : [withCookies(options.cookies)]),
    ];
    this.#send = layered(layers, (hop) => sender.send(hop));
  }

  /** Connections that exist, in use or kept. */
  get connections(): number {
    return this.#pool.size;
  }

  /**
   * Sends a request; resolves with the head of the response.
   *
   * @param url absolute, or relative to the `baseUrl` of the client.
   *
   * @throws rejects with a {@link ClientError}, with the reason of the signal, or with what the
   *   stream that is the body has thrown.
   */
  async request(url: string | URL, options: RequestOptions = {}): Promise<ClientResponse> {
    if (this.#closed) {
      throw new ClientError('client-closed', 'this client was closed: make another one');
    }
    const cancellation = this.#begin(options);
    try {
      cancellation.check();
      const response = await this.#send(await this.#firstHop(url, options, cancellation));
      cancellation.answer();
      return response;
    } catch (error) {
      cancellation.cancel(error);
      // A target or a trailer that cannot be sent.
      throw error instanceof HttpProtocolError ? argumentFailure(error) : error;
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
    this.#pool.close();
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  /** Takes no more requests and resets every connection; running requests fail. */
  abort(): void {
    this.#closed = true;
    const reason = new ClientError('client-closed', 'the client was closed during the request');
    for (const cancellation of [...this.#running]) cancellation.cancel(reason);
    this.#pool.abort();
  }

  #begin(options: RequestOptions): Cancellation {
    try {
      checkRequestOptions(options);
    } catch (error) {
      throw argumentFailure(error);
    }
    const { signal = null } = options;
    const totalTimeoutMs = options.totalTimeoutMs ?? this.#defaults.totalTimeoutMs;
    const cancellation = new Cancellation(this.#clock, signal, totalTimeoutMs, (over) =>
      this.#handleOver(over),
    );
    if (!cancellation.happened) this.#running.add(cancellation);
    return cancellation;
  }

  async #firstHop(
    url: string | URL,
    options: RequestOptions,
    cancellation: Cancellation,
  ): Promise<Hop> {
    try {
      const clientHeaders = givenHeaders(this.#options.headers);
      const settings = mergeDefaults(this.#defaults, options);
      const baseUrl = this.#baseUrl;
      return await firstHop(url, options, { baseUrl, clientHeaders, settings, cancellation });
    } catch (error) {
      throw argumentFailure(error);
    }
  }

  #handleOver(cancellation: Cancellation): void {
    this.#running.delete(cancellation);
    if (this.#running.size === 0) this.#whenIdle?.();
  }
}
