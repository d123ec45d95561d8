/**
 * What a client's end of a connection tells, and how it can be set up.
 */

import type { HttpProtocolError } from '../grammar/errors.js';
import type { ResponseLimits } from '../grammar/limits.js';
import type { TextDecoder, TextEncoder } from '../grammar/text-codec.js';
import type { Headers } from '../message/headers.js';
import type { ResponseHead } from '../message/message-head.js';

/** Receives the events of a {@link ClientConnection}, in the order of the bytes. */
export interface ClientConnectionHandler {
  /** An interim response (1xx but 101): 100 says that the content is wanted, 103 hints. */
  handleInterim(response: ResponseHead): void;
  /**
   * The head of the final response; `handleBodyEnd` follows, at once when there is no content.
   *
   * After 101, or 2xx to a CONNECT, `clientState` is `SWITCHED`, and nothing follows: the connection
   * is the caller's, with {@link ClientConnection.takeRemaining}.
   */
  handleResponse(response: ResponseHead): void;
  /** Content, `buf[start..end)`, valid until this returns. */
  handleBody(buf: Uint8Array, start: number, end: number): void;
  /** The response is complete. `trailers` is `null` without a trailer section. */
  handleBodyEnd(trailers: Headers | null): void;
  /**
   * The peer broke the protocol, ended the connection inside a response (`incomplete`), or before the
   * first byte of one (`closed`: the request may be repeated if it is idempotent). No event follows.
   */
  handleError(error: HttpProtocolError): void;
  /**
   * Request and response are both over. With `persists` true another request may be sent, also from
   * inside this call; otherwise the sink has been ended.
   */
  handleExchangeEnd?(persists: boolean): void;
  /** The server has closed an idle connection. */
  handlePeerEnd?(): void;
}

/** Options of a {@link ClientConnection}. */
export interface ClientConnectionOptions {
  /** Bounds of a response. */
  readonly limits?: Partial<ResponseLimits>;
  /** Turns bytes of a head into text. @default one in plain TypeScript */
  readonly decodeText?: TextDecoder;
  /** Bytes kept while paused, before the sink is paused. @default 16384 */
  readonly heldBytes?: number;
  /** Turns text content into UTF-8. @default one in plain TypeScript */
  readonly encodeText?: TextEncoder;
  /**
   * Whether the server is known to understand HTTP/1.1, and so chunks (RFC 9112, 6.1). A response of
   * 1.0 ends this knowledge. @default true
   */
  readonly chunks?: boolean;
}
