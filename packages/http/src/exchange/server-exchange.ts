/**
 * One request and its response, as a server sees it. What carries them is behind this: a connection
 * of HTTP/1.1, which has one exchange at a time, or a stream of HTTP/2. Routes, limits, bodies and
 * logs stand on an exchange and never ask which it is.
 */

import type { HttpProtocolError } from '../grammar/errors.js';
import type { Headers } from '../message/headers.js';
import type { RequestHead } from '../message/message-head.js';
import type { Response } from '../one-shot/response.js';
import type { ByteStream } from '../port/transport.js';
import type { Lasting } from '../write/byte-sink.js';
import type { SendResult } from './send-result.js';

/** A stream that has left HTTP. */
export interface TakenStream {
  /** Wants a handler now. */
  readonly stream: ByteStream;
  /** Bytes that came behind the last message; they will not be delivered again. */
  readonly remaining: Uint8Array;
}

/** What a server can do with an exchange. */
export interface ServerExchange {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Whether nobody between the peer and here can read or change the octets: TLS. */
  readonly secure: boolean;
  /** Whether a final response can be sent now. */
  readonly canRespond: boolean;
  /** Whether the client still waits for 100 (Continue). */
  readonly awaitsContinue: boolean;
  /** Octets that {@link sendBody} is best given at once: they may be kept while the peer takes nothing. */
  readonly largestPiece: number;
  /** The same for octets that last, where those are not copied. @default largestPiece */
  readonly largestLent?: number;
  /**
   * Sends an interim response (RFC 9110, 15.2); ignored for a client that knows none.
   *
   * @throws HttpProtocolError `wrong-state` behind the final response, `invalid-status`, `invalid-framing`.
   */
  sendInterim(response: Response): void;
  /** Sends 100 (Continue) if the client still waits for it. */
  sendContinue(): void;
  /**
   * Sends the final response.
   *
   * @returns `open` when its content is to be passed by {@link sendBody} and {@link endBody}.
   * @throws HttpProtocolError for one that cannot be sent; nothing of it has left then.
   */
  sendResponse(response: Response): SendResult;
  /**
   * Sends content; the bytes are taken before it returns, unless they last. False: wait for
   * `handleDrain`.
   */
  sendBody(buf: Uint8Array, start?: number, end?: number, lasts?: Lasting): boolean;
  /** Ends an open response. @throws HttpProtocolError when it is shorter than its head said. */
  endBody(trailers: Headers | null): void;
  /**
   * While `handleBody` runs: has the content last that it was given in `buf`. False, or missing, where it
   * does not: then it is to be copied.
   */
  keep?(buf: Uint8Array): boolean;
  /** Nobody takes content for now: the peer waits once buffers are full. */
  pauseBody(): void;
  /** Content is wanted again; it may come from inside this call. */
  resumeBody(): void;
  /** Tells the client that this exchange is the last one of its connection. */
  closeAfterResponse(): void;
  /** Takes the connection after 101, or after 2xx to a CONNECT. @throws HttpProtocolError `wrong-state`. */
  takeStream(): TakenStream;
  /** Gives the exchange up: the peer is told that the response is not whole. `handleReset` follows or came. */
  reset(): void;
}

/** What an exchange tells the server, in the order of the bytes. */
export interface ServerExchangeHandler {
  /**
   * The head of a request. `handleBodyEnd` follows, at once when there is no content. The response may
   * be sent from inside any of these calls or later.
   */
  handleRequest(request: RequestHead): void;
  /** Content, `buf[start..end)`, valid until this returns unless it lasts. */
  handleBody(buf: Uint8Array, start: number, end: number, lasts?: boolean): void;
  /** The request is complete. `trailers` is `null` without a trailer section. */
  handleBodyEnd(trailers: Headers | null): void;
  /**
   * The peer broke the protocol, or ended the connection inside a message (`incomplete`); no event
   * follows. While {@link ServerExchange.canRespond} is true, an answer with `error.status` may be
   * sent (now or later) and closes the connection; otherwise only a reset is left.
   */
  handleError(error: HttpProtocolError): void;
  /**
   * The peer has ended its half of the connection in an orderly way. A request that is being
   * answered may still be answered; nothing more will come.
   */
  handlePeerEnd(): void;
  /** After `sendBody` returned false: there is room again. */
  handleDrain(): void;
  /** The response was sent to its end and the request read to its end, or dropped. */
  handleExchangeEnd(): void;
  /** The carrier is gone; `error` is `null` where nobody says why. */
  handleReset(error: Error | null): void;
}
