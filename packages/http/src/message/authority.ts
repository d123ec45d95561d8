/**
 * Whom a request is for (RFC 9112, 3.2.2 and 3.3): its target and its Host field together.
 */

import { localError } from '../grammar/errors.js';
import { isHost, parseTarget } from '../grammar/request-target.js';
import type { Headers } from './headers.js';
import type { Method } from './method.js';

/**
 * The authority that a request is for: that of its target where it has one, or else its Host
 * field, which an absolute-form overrides (RFC 9112, 3.2.2 and 3.3). Empty if neither says one.
 */
export function authorityOf(request: {
  readonly method: Method;
  readonly target: string;
  readonly headers: Headers;
}): string {
  const { method, target, headers } = request;
  const ofTarget = target.startsWith('/') ? '' : (parseTarget(method, target)?.authority ?? '');
  return ofTarget === '' ? (headers.get('host') ?? '') : ofTarget;
}

/**
 * The Host field of a request that is to be sent: exactly one, and a valid one (RFC 9110, 7.2).
 *
 * @throws HttpProtocolError `missing-host`, `invalid-header-value`.
 */
export function hostOf(headers: Headers): string {
  const hosts = headers.getAll('host');
  const [host] = hosts;
  if (host === undefined) throw localError('missing-host', 'a request needs a Host field');
  if (hosts.length > 1 || !isHost(host)) {
    throw localError('invalid-header-value', `not a Host: ${JSON.stringify(hosts.join(', '))}`);
  }
  return host;
}
