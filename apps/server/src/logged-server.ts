/**
 * A server that tells with every record what the request said of itself, which the record leaves
 * out: handlers see it first, and a connection has one request at a time.
 */

import {
  type AccessRecord,
  type Handler,
  Server,
  type ServerOptions,
  type ServerRequest,
} from '@netlayers/server';
import type { RequestFacts } from './access-log.js';

const keyOf = ({ remoteAddress, remotePort }: ServerRequest | AccessRecord): string =>
  `${remoteAddress} ${remotePort}`;

const factsOf = ({ version, headers }: ServerRequest): RequestFacts => ({
  version,
  referer: headers.get('referer'),
  userAgent: headers.get('user-agent'),
});

/** Told of an answered request; `facts` are `null` for one that no handler saw. */
export type AccessListener = (record: AccessRecord, facts: RequestFacts | null) => void;

/** A server whose handlers are listened to. */
export class LoggedServer extends Server {
  /** By connection: what a record takes out again. */
  readonly #facts: Map<string, RequestFacts>;

  constructor(options: ServerOptions, listener: AccessListener) {
    const facts = new Map<string, RequestFacts>();
    super({
      ...options,
      onAccess: (record) => {
        const key = keyOf(record);
        const known = facts.get(key) ?? null;
        facts.delete(key);
        listener(record, known);
      },
    });
    this.#facts = facts;
  }

  override route(method: Parameters<Server['route']>[0], path: string, handler: Handler): this {
    return super.route(method, path, this.#heard(handler));
  }

  override any(path: string, handler: Handler): this {
    return super.any(path, this.#heard(handler));
  }

  override fallback(handler: Handler): this {
    return super.fallback(this.#heard(handler));
  }

  #heard(handler: Handler): Handler {
    return (request) => {
      this.#facts.set(keyOf(request), factsOf(request));
      return handler(request);
    };
  }
}
