/**
 * What a server's end of a connection tells, and how it can be set up.
 */

import type { ServerExchangeHandler } from '../exchange/server-exchange.js';
import type { Limits } from '../grammar/limits.js';
import type { TextDecoder, TextEncoder } from '../grammar/text-codec.js';
import type { RequestParsers } from '../parse/request-parsers.js';
import type { HeadDefaults } from '../write/head-defaults.js';

/**
 * Receives the events of a {@link ServerConnection}, in the order of the bytes. Events of the next
 * request come only once the one before is read to its end and its response is sent.
 */
export interface ServerConnectionHandler
  extends Pick<
      ServerExchangeHandler,
      'handleRequest' | 'handleBody' | 'handleBodyEnd' | 'handleError'
    >,
    Partial<Pick<ServerExchangeHandler, 'handlePeerEnd'>> {
  /**
   * A response was sent to its end and its request read to its end. Comes once per request, before the
   * next `handleRequest`. With `persists` false the sink has been ended.
   */
  handleExchangeEnd?(persists: boolean): void;
}

/** Options of a {@link ServerConnection}. */
export interface ServerConnectionOptions {
  /** `Date` and `Server` of every response; one object for all connections. @default no date, `netlayers` */
  readonly defaults?: HeadDefaults;
  /**
   * Parsers that connections take turns with, so that those that wait for a request hold none; `limits` and
   * `decodeText` are theirs then. @default one of its own
   */
  readonly parsers?: RequestParsers;
  /** Bounds of a request. */
  readonly limits?: Partial<Limits>;
  /** Turns bytes of a head into text. @default one in plain TypeScript */
  readonly decodeText?: TextDecoder;
  /** Turns text content into UTF-8. @default one in plain TypeScript */
  readonly encodeText?: TextEncoder;
  /** Bytes kept of further requests while one is answered, before the sink is paused. @default 16384 */
  readonly heldBytes?: number;
  /** Bytes of content in memory that are written by `sendResponse`; longer content is the caller's to pass. @default Infinity */
  readonly wholeBytes?: number;
  /** Bytes of content nobody wants that are read to keep the connection; over it, it is closed. @default 65536 */
  readonly drainBytes?: number;
}
