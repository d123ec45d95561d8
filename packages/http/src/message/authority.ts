/**
 * Whom a request is for (RFC 9112, 3.2.2 and 3.3): its target and its Host field together.
 */

import { parseTarget } from '../grammar/request-target.js';
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
