/**
 * Sends one hop: finds a connection, runs the request on it, and makes the response.
 *
 * A request is repeated here in these cases only. A kept connection turns out to be closed
 * before a byte of the answer: then once, if the method is idempotent and the body still there
 * (RFC 9112, 9.3.1). A server says that it has not looked at the request (RFC 9113, 8.7), or that it wants
 * HTTP/1.1 for it (7): whatever the method, a few times. A server refuses the expectation (417): then
 * without it (RFC 9110, 10.1.1).
 */

import type { Clock } from '@netlayers/host';
import { isIdempotentMethod, type Request, type ResponseHead } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import { type Origin, originOf, plainOrigin, tunnelledOrigin } from '../base/origin.js';
import { counted } from '../body/progress.js';
import type { Carrier } from '../carrier/carrier.js';
import type { ConnectionPool } from '../carrier/connection-pool.js';
import {
  acceptedCodings,
  type ContentDecoders,
  decoded,
  decodersFor,
  limited,
} from '../content/content-coding.js';
import type { ClientActivity } from '../options/client-options.js';
import { type ProxyOption, type ProxyServer, proxyOf } from '../proxy/proxy-url.js';
import { ClientResponse } from '../response/client-response.js';
import { RunningRequest } from '../running/running-request.js';
import { RunningSource } from '../running/running-source.js';
import { type Hop, requestOf } from './hop.js';

/** A request under way, and whether its connection had carried another. */
interface Begun {
  readonly running: RunningRequest;
  readonly reused: boolean;
}

/** Sends hops. */
export class Sender {
  readonly #pool: ConnectionPool;
  readonly #clock: Clock;
  readonly #decoders: ContentDecoders;
  readonly #tell: (activity: ClientActivity) => void;
  readonly #proxy: ProxyOption | null;

  constructor(
    pool: ConnectionPool,
    clock: Clock,
    decoders: ContentDecoders,
    tell: (activity: ClientActivity) => void,
    proxy: ProxyOption | null,
  ) {
    this.#proxy = proxy;
    this.#pool = pool;
    this.#clock = clock;
    this.#decoders = decoders;
    this.#tell = tell;
  }

  /** Sends a hop, and again where that is allowed. */
  async send(first: Hop): Promise<ClientResponse> {
    let hop = first;
    let fresh = false;
    let isPlain = false;
    for (let refusals = 0; ; ) {
      const { running, reused } = await this.#begin(hop, fresh, isPlain);
      try {
        const head = await running.response;
        if (head.status !== 417 || hop.continueTimeoutMs === null || running.contentStarted) {
          this.#tell({ type: 'response', response: head });
          return this.#respond(hop, head, running);
        }
        this.#tell({ type: 'repeat', because: 'the server refuses to be asked', delayMs: 0 });
        hop = { ...hop, continueTimeoutMs: null };
        await running.body.return();
      } catch (error) {
        hop.cancellation.check();
        const stale = reused && !running.answered && isLost(error);
        const used = !hop.body.repeatable && running.contentStarted;
        const refusal = used || running.answered ? null : refusalOf(error);
        // A connection that has served others is worn out, and the request was not refused.
        if (refusal !== null && !hasServed(error)) refusals++;
        if (refusal !== null && refusals <= MOST_REFUSALS) {
          isPlain ||= refusal === 'http1-required';
          this.#tell({ type: 'repeat', because: REFUSALS[refusal], delayMs: 0 });
          continue;
        }
        if (!stale || used || !isIdempotentMethod(hop.method)) throw error;
        this.#tell({ type: 'repeat', because: 'the kept connection was closed', delayMs: 0 });
        fresh = true;
      }
    }
  }

  #begin(hop: Hop, fresh: boolean, wantsPlain: boolean): Promise<Begun> {
    const leaves = hop.headers.has('upgrade');
    const asked = this.#proxyOf(hop);
    const proxy = leaves ? null : asked;
    const request = requestOf(hop, acceptedCodings(this.#decoders), proxy);
    const place = originOf(proxy === null ? hop.url : new URL(`http://${proxy.place}`));
    const isPlain = wantsPlain || proxy !== null || leaves;
    let origin: Origin = isPlain && this.#pool.mayShare(place) ? plainOrigin(place) : place;
    if (leaves && asked !== null) origin = tunnelledOrigin(place);
    const { cancellation, settings } = hop;
    return this.#pool.acquire(origin, {
      fresh,
      careful: !isIdempotentMethod(hop.method),
      connectTimeoutMs: settings.connectTimeoutMs,
      queueTimeoutMs: settings.queueTimeoutMs,
      cancellation,
      begin: (carrier) => {
        const reused = carrier.opened > 0;
        this.#tellBegin(carrier, request, reused);
        const running = this.#run(hop, request, carrier);
        const unlisten = cancellation.listen((reason) => running.fail(reason));
        running.whenOver(unlisten);
        return { running, reused };
      },
    });
  }

  /** The proxy that is sent the request itself: https goes through a tunnel. */
  #proxyOf({ url }: Hop): ProxyServer | null {
    if (this.#proxy === null || url.protocol === 'https:') return null;
    const proxy = proxyOf(this.#proxy, url);
    return proxy?.kind === 'http' ? proxy : null;
  }

  #run(hop: Hop, request: Request, carrier: Carrier): RunningRequest {
    const { settings } = hop;
    const plan = {
      request,
      trailers: hop.trailers,
      continueTimeoutMs: hop.continueTimeoutMs,
      headersTimeoutMs: settings.headersTimeoutMs,
      bodyTimeoutMs: settings.bodyTimeoutMs,
      minDataRate: settings.minDataRate,
      maxResponseBytes: settings.maxResponseBytes,
      place: carrier.origin.authority,
      onInterim: hop.onInterim,
    };
    const running = new RunningRequest((handler) => carrier.open(handler), plan, this.#clock);
    running.start();
    return running;
  }

  #tellBegin(carrier: Carrier, request: Request, reused: boolean): void {
    this.#tell({
      type: 'connection',
      authority: carrier.origin.authority,
      address: carrier.remoteAddress,
      port: carrier.remotePort,
      localAddress: carrier.localAddress,
      localPort: carrier.localPort,
      protocol: carrier.protocol,
      reused,
    });
    this.#tell({ type: 'request', request });
  }

  #respond(hop: Hop, head: ResponseHead, running: RunningRequest): ClientResponse {
    const { decompress, maxResponseBytes } = hop.settings;
    const hasContent = hop.method !== 'HEAD' && head.bodyLength !== 0;
    const decoders = decompress && hasContent ? decodersFor(head.headers, this.#decoders) : [];
    let content: AsyncIterable<Uint8Array> = running.body;
    if (hop.onDownloadProgress !== null) {
      const total = head.bodyLength < 0 ? null : head.bodyLength;
      content = counted(content, total, hop.onDownloadProgress);
    }
    for (const decoder of decoders) content = decoded(content, decoder, hop.url.host);
    if (decoders.length > 0 && maxResponseBytes < Number.POSITIVE_INFINITY) {
      content = limited(content, maxResponseBytes, hop.url.host);
    }
    const { status, reason, version, headers, bodyLength } = head;
    const { method, url, redirects } = hop;
    const isDecoded = decoders.length > 0;
    return new ClientResponse(
      { status, reason, version, headers, bodyLength, method, url, redirects, decoded: isDecoded },
      new RunningSource(running, content, bodyLength, this.#clock),
    );
  }
}

/** How often one request may be refused before it fails. */
const MOST_REFUSALS = 3;

/** What a server says of a request that it has not looked at. */
const REFUSALS = {
  unprocessed: 'the server has not looked at it',
  'http1-required': 'the server wants HTTP/1.1 for it',
} as const;

function refusalOf(error: unknown): keyof typeof REFUSALS | null {
  const code: string = error instanceof ClientError ? error.code : '';
  return code === 'unprocessed' || code === 'http1-required' ? code : null;
}

const hasServed = (error: unknown): boolean =>
  ((error as ClientError).cause as { readonly hasServed?: unknown } | undefined)?.hasServed ===
  true;

/** Whether a connection went away, rather than something being wrong with what it brought. */
const isLost = (error: unknown): boolean =>
  error instanceof ClientError && (error.code === 'closed' || error.code === 'ECONNRESET');
