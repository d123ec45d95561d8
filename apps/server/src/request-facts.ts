/**
 * What a request says of itself, kept from the moment it is answered to its record, which leaves it
 * out. A connection has one request at a time, so its ends name it.
 */

import type { AccessRecord, Middleware, ServerRequest } from '@netlayers/server';
import type { RequestFacts } from './access-log.js';

const keyOf = ({ remoteAddress, remotePort }: ServerRequest | AccessRecord): string =>
  `${remoteAddress} ${remotePort}`;

/** The requests that have no record yet. */
export class KeptFacts {
  readonly #facts = new Map<string, RequestFacts>();

  /** Keeps what passes. */
  readonly middleware: Middleware = (request, next) => {
    const { version, headers } = request;
    const referer = headers.get('referer');
    this.#facts.set(keyOf(request), { version, referer, userAgent: headers.get('user-agent') });
    return next();
  };

  /** Gives out what is known of the request of a record: `null` for one that did not parse. */
  take(record: AccessRecord): RequestFacts | null {
    const key = keyOf(record);
    const facts = this.#facts.get(key) ?? null;
    this.#facts.delete(key);
    return facts;
  }
}
