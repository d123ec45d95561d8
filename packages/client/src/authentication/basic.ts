/**
 * Basic authentication (RFC 7617) as an interceptor: credentials for one origin, when it has asked for
 * them, and from then on at once.
 */

import type { ClientRequest, Interceptor } from '../options/interceptor.js';
import { challengesOf } from './challenges.js';
import { type Credentials, originMatcher, utf8Octets } from './credentials.js';
import { isRepeatable } from './repeatable.js';

/**
 * An interceptor that answers 401 with a name and a password.
 *
 * @throws TypeError for a name with a colon; ClientError for an origin that is none.
 */
export function basicAuthentication(credentials: Credentials): Interceptor {
  const { username, password } = credentials;
  const isOrigin = originMatcher(credentials);
  if (username.includes(':')) throw new TypeError('a name of Basic authentication has no colon');
  const value = `Basic ${btoa(utf8Octets(`${username}:${password}`))}`;
  let hasAsked = false;
  const signed = (request: ClientRequest): ClientRequest => ({
    ...request,
    headers: request.headers.clone().set('Authorization', value),
  });
  return async (request, next) => {
    if (!isOrigin(request.url) || request.headers.has('authorization')) return next(request);
    if (hasAsked) return next(signed(request));
    const response = await next(request);
    const isMeant = challengesOf(response.headers).some(({ scheme }) => scheme === 'basic');
    if (response.status !== 401 || !isMeant) return response;
    hasAsked = true;
    // A stream has gone with the first request: the next request is signed at once.
    if (!isRepeatable(request.body)) return response;
    await response.discard();
    return next(signed(request));
  };
}
