/**
 * So many requests of a client in a time: 429 above it (RFC 6585, 4), with Retry-After and the fields
 * of draft-ietf-httpapi-ratelimit-headers-11.
 *
 * A bucket of tokens that fills up steadily, kept as one number, the time at which it will be full: a
 * client that has been away may ask for the whole quota at once, and for no more than the rate behind.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { Response } from '@netlayers/http';
import { errorResponse, type Middleware, type ServerRequest } from '@netlayers/server';
import { after } from '../base/after.js';
import { ExpiringMap } from '../base/expiring-map.js';
import { addressBehind, checkGateways, type Gateways, networkOf } from './client-address.js';

/** Settings of {@link rateLimit}. */
export interface RateLimitOptions {
  /** Requests in a window. */
  readonly requests: number;
  /** Milliseconds. @default 60_000 */
  readonly windowMs?: number;
  /** Whose requests are counted together; `null` for one that is not counted. @default the client's address, of IPv6 its network of 64 bits */
  readonly key?: (request: ServerRequest) => string | null;
  /** Gateways in front, for the address. @default none */
  readonly gateways?: Gateways;
  /** Clients that are remembered; over it the one that asked longest ago is forgotten. @default 100_000 */
  readonly maxKeys?: number;
  /** What the fields call this limit. @default 'default' */
  readonly name?: string;
}

const OPTIONS: OptionNames<RateLimitOptions> = {
  requests: 'needed',
  windowMs: 'optional',
  key: 'optional',
  gateways: 'optional',
  maxKeys: 'optional',
  name: 'optional',
};

/** Makes the middleware. @throws RangeError for what is no limit; TypeError for an option that is none. */
export function rateLimit(options: RateLimitOptions): Middleware {
  checkOptions('rateLimit', options, OPTIONS);
  checkGateways(options.gateways);
  const { requests, windowMs = 60_000, gateways, name = 'default' } = options;
  const { key = (request) => networkOf(addressBehind(request, gateways)) } = options;
  if (!Number.isInteger(requests) || requests < 1 || !(windowMs > 0)) {
    throw new RangeError('rateLimit() needs a number of requests and a time');
  }
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(name)) throw new RangeError('not a name of a limit');
  const buckets = new ExpiringMap<number>(options.maxKeys ?? 100_000);
  const policy = `"${name}";q=${requests};w=${Math.ceil(windowMs / 1000)}`;
  const tokenMs = windowMs / requests;

  const told = (response: Response, left: number, fullMs: number): Response =>
    response
      .header('RateLimit-Policy', policy)
      .header('RateLimit', `"${name}";r=${left};t=${Math.ceil(fullMs / 1000)}`);

  return (request, next) => {
    const whose = key(request);
    if (whose === null) return next();
    const now = request.clock.now();
    const fullAt = Math.max(buckets.get(whose, now) ?? 0, now) + tokenMs;
    const fullMs = fullAt - now;
    // Sums of parts of a window are a little off.
    const lateMs = fullMs - windowMs - tokenMs * 1e-6;
    if (lateMs > 0) {
      const refusal = told(errorResponse(429, 'too many requests'), 0, fullMs - tokenMs);
      return refusal.header('Retry-After', String(Math.ceil(lateMs / 1000)));
    }
    buckets.set(whose, fullAt, fullAt, now);
    const left = Math.floor((windowMs - fullMs) / tokenMs + 1e-6);
    return after(next(), (response) => told(response, left, fullMs));
  };
}
