/**
 * What a server's end of a connection tells, and how it can be set up.
 */

import type { HttpProtocolError } from '../grammar/errors.js';
import type { Limits } from '../grammar/limits.js';
import type { TextDecoder, TextEncoder } from '../grammar/text-codec.js';
import type { Headers } from '../message/headers.js';
import type { RequestHead } from '../message/message-head.js';
import type { HeadDefaults } from '../write/head-defaults.js';

/** Receives the events of a {@link ServerConnection}, in the order of the bytes. */
export interface ServerConnectionHandler {
  /**
   * The head of a request. `handleBodyEnd` follows, at once when there is no content. Events of the
   * next request come only once this one is read to its end and its response is sent.
   *
   * The response may be sent from inside any of these calls or later.
   */
  handleRequest(request: RequestHead): void;
  /** Content, `buf[start..end)`, valid until this returns. */
  handleBody(buf: Uint8Array, start: number, end: number): void;
  /** The request is complete. `trailers` is `null` without a trailer section. */
  handleBodyEnd(trailers: Headers | null): void;
  /**
   * The peer broke the protocol, or ended the connection inside a message (`incomplete`); no event
   * follows. While {@link ServerConnection.canRespond} is true, an answer with `error.status` may be
   * sent (now or later) and closes the connection; otherwise only the stream's `abort` is left.
   */
  handleError(error: HttpProtocolError): void;
  /**
   * The peer has ended its half of the connection in an orderly way. A request that is being
   * answered may still be answered; nothing more will come.
   */
  handlePeerEnd?(): void;
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
  /** Bounds of a request. */
  readonly limits?: Partial<Limits>;
  /** Turns bytes of a head into text. @default one in plain TypeScript */
  readonly decodeText?: TextDecoder;
  /** Turns text content into UTF-8. @default one in plain TypeScript */
  readonly encodeText?: TextEncoder;
  /** Bytes kept of further requests while one is answered, before the sink is paused. @default 16384 */
  readonly heldBytes?: number;
  /** Bytes of content nobody wants that are read to keep the connection; over it, it is closed. @default 65536 */
  readonly drainBytes?: number;
}

/**
 * Whether a message is whole: `open` means that its content is still to be passed by `sendBody`
 * and `endBody`.
 */
export type SendResult = 'complete' | 'open';
