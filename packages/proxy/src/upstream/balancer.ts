/**
 * Which upstream a request goes to, of those that may be asked.
 */

import { listMembers } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { drawOf } from './hash.js';
import type { Upstream } from './upstream.js';

/** What requests have in common that are to go to the same upstream. */
export type HashKey =
  | 'address'
  | { readonly header: string }
  | { readonly cookie: string }
  | ((request: ServerRequest) => string);

/** How upstreams are chosen: in turn, by what they have to do, or by a key. */
export type Balance = 'round-robin' | 'least-busy' | { readonly hash: HashKey };

/** Chooses one of several; there is at least one. */
export type Choose = (from: readonly Upstream[], request: ServerRequest, now: number) => Upstream;

/** @throws TypeError for what is no way to choose. */
export function chooserOf(balance: Balance): Choose {
  if (balance === 'round-robin') return (from, _request, now) => nextInTurn(from, now);
  if (balance === 'least-busy') return (from, _request, now) => leastBusy(from, now);
  if (typeof balance !== 'object' || balance === null || !('hash' in balance)) {
    throw new TypeError("balance is 'round-robin', 'least-busy' or { hash: what }");
  }
  const keyOf = keyReader(balance.hash);
  return (from, request, now) => {
    const key = keyOf(request);
    return highest(from, (upstream) => drawOf(key, upstream.url.href, upstream.weightAt(now)));
  };
}

/** Smooth weighted round robin: as often as its weight says, and never many times in a row. */
function nextInTurn(from: readonly Upstream[], now: number): Upstream {
  let total = 0;
  for (const upstream of from) {
    const weight = upstream.weightAt(now);
    upstream.lead += weight;
    total += weight;
  }
  const chosen = highest(from, (upstream) => upstream.lead);
  chosen.lead -= total;
  return chosen;
}

/** The one with the least to do for its weight; of equals the one whose turn it is. */
function leastBusy(from: readonly Upstream[], now: number): Upstream {
  const load = (upstream: Upstream): number => (upstream.active + 1) / upstream.weightAt(now);
  const least = Math.min(...from.map(load));
  return nextInTurn(
    from.filter((upstream) => load(upstream) === least),
    now,
  );
}

function highest(from: readonly Upstream[], valueFor: (upstream: Upstream) => number): Upstream {
  let best = from[0]!;
  let value = valueFor(best);
  for (const upstream of from.slice(1)) {
    const other = valueFor(upstream);
    if (other <= value) continue;
    best = upstream;
    value = other;
  }
  return best;
}

function keyReader(key: HashKey): (request: ServerRequest) => string {
  if (typeof key === 'function') return key;
  if (key === 'address') return (request) => request.remoteAddress;
  // Without the field all would go to one upstream: their address is the next best.
  if ('header' in key) return (request) => request.headers.get(key.header) ?? request.remoteAddress;
  return (request) => cookieOf(request, key.cookie) ?? request.remoteAddress;
}

/** The value of a cookie (RFC 6265, 4.2.1). */
function cookieOf(request: ServerRequest, name: string): string | null {
  for (const line of request.headers.getAll('cookie')) {
    for (const pair of listMembers(line.replaceAll(';', ','))) {
      if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
    }
  }
  return null;
}
