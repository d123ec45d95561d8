/**
 * What is asked of an upstream: the path of the request, as the program wants it, behind the path of
 * the upstream's own URL. Always in origin form, so that no two recipients can disagree about the host
 * (RFC 9112, 3.2.2).
 */

import { parseTarget } from '@netlayers/http';
import { HttpError, type ServerRequest } from '@netlayers/server';

/** Changes the path of a request, without its query; empty is `/`. */
export type RewritePath = (path: string, request: ServerRequest) => string;

/**
 * Makes the target of the request that is sent on.
 *
 * @param base the path of the upstream's URL, without a slash at its end.
 * @throws HttpError 400 for a path that climbs: what it means is up to the upstream, and it would lead
 *   out of the part of it that a route or `base` stands for.
 */
export function targetFor(
  request: ServerRequest,
  base: string,
  rewrite: RewritePath | null,
): string {
  const parts = parseTarget(request.method, request.target);
  if (parts === null || parts.form === 'authority')
    throw new HttpError(400, 'not a target for a proxy');
  if (parts.form === 'asterisk') return '*';
  if (climbs(parts.path)) throw new HttpError(400, 'a path that climbs');
  const path = rewrite === null ? parts.path : rewrite(parts.path, request) || '/';
  if (!path.startsWith('/')) throw new TypeError(`a path begins with "/": ${JSON.stringify(path)}`);
  return parts.query === null ? base + path : `${base}${path}?${parts.query}`;
}

/** Whether a path has a segment `..`, in any spelling that an upstream may understand. */
const climbs = (path: string): boolean =>
  path.includes('.') || path.includes('%')
    ? /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){2}(?:$|[/\\;]|%2f|%5c|%3b)/i.test(path)
    : false;
