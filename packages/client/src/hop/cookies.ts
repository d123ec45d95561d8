/**
 * Cookies (RFC 6265): what a store has for a URL goes with the request, what the response sets goes
 * into the store. What a cookie is and where it may go is the store's business.
 */

import { argumentFailure } from '../base/errors.js';
import { withoutCredentials } from '../base/origin.js';
import type { CookieStore } from '../options/cookie-store.js';
import type { Layer } from './layers.js';

/** The layer of cookies. A request that brings its own `Cookie` is sent with that. */
export function withCookies(store: CookieStore): Layer {
  return async (hop, send) => {
    const url = withoutCredentials(hop.url).href;
    const headers = hop.headers.clone();
    if (!headers.has('cookie') && !hop.omitted.has('cookie')) {
      const cookies = await store.getCookieString(url);
      try {
        if (cookies !== '') headers.set('Cookie', cookies);
      } catch (error) {
        throw argumentFailure(error);
      }
    }
    hop.cancellation.check();
    const response = await send({ ...hop, headers });
    for (const line of response.headers.getAll('set-cookie')) {
      await store.setCookie(line, url, { ignoreError: true });
    }
    return response;
  };
}
