/**
 * The reverse proxy: a handler for a server, made of the servers that it asks.
 */

import type { Response } from '@netlayers/http';
import { errorResponse, HttpError, type ServerRequest } from '@netlayers/server';
import { endedHere } from '../message/max-forwards.js';
import { requestFields } from '../message/request-fields.js';
import { runsInCircle } from '../message/via.js';
import { RetryBudget } from '../upstream/retry-budget.js';
import type { UpstreamCounters, UpstreamOptions } from '../upstream/upstream.js';
import { Upstreams } from '../upstream/upstreams.js';
import { type ExchangeContext, ProxiedExchange } from './proxied-exchange.js';
import { type ProxyOptions, settingsOf, upstreamsSettingsOf } from './proxy-options.js';

const FOR_EVER = Number.POSITIVE_INFINITY;

/** What a proxy has done. */
export interface ProxyCounters {
  readonly requests: number;
  /** Requests that were sent to another upstream when one had failed. */
  readonly retries: number;
  /** Requests that wait for room at an upstream. */
  readonly waiting: number;
  readonly upstreams: readonly UpstreamCounters[];
}

/** A handler that passes requests on: for `any`, `fallback` and middleware's `next`. */
export interface ReverseProxy {
  (request: ServerRequest): Promise<Response>;
  /** Sends requests there too. @throws TypeError for one that is there. */
  add(upstream: UpstreamOptions | string | URL): void;
  /**
   * Sends no more requests there; what runs is finished, and reset after `graceMs`.
   *
   * @param options.graceMs @default Infinity
   * @returns once that is over; whether there was such an upstream.
   */
  remove(url: string | URL, options?: { readonly graceMs?: number }): Promise<boolean>;
  counters(): ProxyCounters;
  /** Removes all upstreams: further requests get 503. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Makes a proxy. The server's own routes and middleware stand around it, as around any handler.
 *
 * @throws TypeError for an option that is none, an upstream that is none, or one that is named twice.
 */
export function proxy(
  upstreams: readonly (UpstreamOptions | string | URL)[],
  options: ProxyOptions,
): ReverseProxy {
  const settings = settingsOf(options);
  const all = new Upstreams(upstreams, upstreamsSettingsOf(options, settings.clock));
  const budget = new RetryBudget(options.retry ?? {});
  const context: ExchangeContext = { settings, upstreams: all, budget, retries: 0 };
  let requests = 0;
  const handle = async (request: ServerRequest): Promise<Response> => {
    requests++;
    budget.earn();
    if (request.method === 'CONNECT') return errorResponse(501, 'this server is no forward proxy');
    if (request.method === 'TRACE' && request.hasBody)
      throw new HttpError(400, 'TRACE with content');
    if (runsInCircle(request.headers, settings.name)) return errorResponse(508);
    const headers = requestFields(request, settings);
    return endedHere(request, headers) ?? new ProxiedExchange(request, headers, context).run();
  };
  return Object.assign(handle, {
    add: (upstream: UpstreamOptions | string | URL) => all.add(upstream),
    remove: (url: string | URL, { graceMs = FOR_EVER } = {}) => all.remove(url, graceMs),
    counters: () => ({
      requests,
      retries: context.retries,
      waiting: all.waiting,
      upstreams: all.all.map((upstream) => upstream.counters()),
    }),
    close: ({ graceMs = FOR_EVER } = {}) => all.close(graceMs),
  });
}
