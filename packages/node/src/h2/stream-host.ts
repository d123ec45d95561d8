/**
 * What the streams of a client's connection need of it.
 */

import type {
  ClientHttp2Stream,
  ClientSessionRequestOptions,
  OutgoingHttpHeaders,
} from 'node:http2';
import type { ClientExchange, ResponseLimits } from '@netlayers/http';
import type { Ends } from './h2-tunnel.js';

/** The connection, as its streams see it. */
export interface StreamHost {
  readonly scheme: string;
  readonly ends: Ends;
  readonly limits: ResponseLimits;
  /** Octets that were sent, those that are under way included. */
  readonly written: number;
  /** Octets that were sent and that the peer has. */
  readonly taken: number;
  /** The same, less what only the kernel has; it may cost something. */
  measureTaken(): number;
  /** Begins a stream; `null` where the connection takes no more. */
  begin(
    fields: OutgoingHttpHeaders,
    options: ClientSessionRequestOptions,
  ): ClientHttp2Stream | null;
  /** Why a stream that is closed was lost. */
  failureOf(stream: ClientHttp2Stream, hasHead: boolean): Error;
  /** An exchange has nothing to do with the connection any more; told again, nothing happens. */
  handleEnded(exchange: ClientExchange): void;
  /** Closes a stream that may still send, if it has not done so in a while. */
  closeLater(stream: ClientHttp2Stream): void;
  /** Finds out whether the server is there; the connection is reset when it is not. */
  probe(): void;
}
