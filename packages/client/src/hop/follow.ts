/**
 * Follows redirections (RFC 9110, 15.4), hop after hop, until a response is none. Where to go is known
 * from the head: nobody waits for the content behind it.
 */

import { withoutCredentials } from '../base/origin.js';
import { type Hop, nextHop } from './hop.js';
import type { Layer } from './layers.js';

/** @param tell told before each hop but the first. */
export function followRedirects(tell: (url: URL) => void): Layer {
  return async (first, send) => {
    for (let hop = first; ; ) {
      const response = await send(hop);
      const next: Hop | null = nextHop(hop, response);
      if (next === null) return response;
      void response.discard();
      hop.cancellation.check();
      tell(withoutCredentials(next.url));
      hop = next;
    }
  };
}
