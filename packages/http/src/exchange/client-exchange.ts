/**
 * One request and its response as the client's end sees them (RFC 9110, 3.3 and 3.4), whatever
 * brings them: HTTP/1.1 carries one at a time on a connection, HTTP/2 many. Pools, redirections,
 * retries and caches stand on this, and know nothing of connections.
 */

import type { Headers } from '../message/headers.js';
import type { ResponseHead } from '../message/message-head.js';
import type { Request } from '../one-shot/request.js';
import type { SendResult } from './send-result.js';
import type { TakenStream } from './server-exchange.js';

/**
 * Receives what happens in an exchange, in this order: interim heads, the final head, content, its
 * end; {@link handleExchangeEnd} once the request is complete as well. {@link handleReset} may come in place
 * of any of them, and is the last then.
 */
export interface ClientExchangeHandler {
  /** Octets of this exchange have come, framing included; what they mean is told next. */
  handleProgress(octets: number): void;
  /** An interim response (1xx but 101): 100 says that the content is wanted, 103 hints. */
  handleInterim(response: ResponseHead): void;
  /**
   * The final response. Where the exchange has become a stream of its own (101, 2xx to a CONNECT),
   * {@link ClientExchange.isSwitched} is set, and nothing follows.
   */
  handleResponse(response: ResponseHead): void;
  /** Content, `buf[start..end)`, valid until this returns. */
  handleBody(buf: Uint8Array, start: number, end: number): void;
  /** The response is complete; the request may not be. `trailers` is `null` without a trailer section. */
  handleBodyEnd(trailers: Headers | null): void;
  /** After `sendBody` returned false: there is room again. */
  handleDrain(): void;
  /**
   * The exchange is lost: reset by the peer, with its connection, or because the peer broke the
   * protocol (an `HttpProtocolError`). A code of `closed` says that nothing of a response had come.
   */
  handleReset(error: Error): void;
  /** Request and response are both complete; nothing follows. */
  handleExchangeEnd(): void;
}

/** A running exchange. */
export interface ClientExchange {
  /** Whether content of the request can be sent now. */
  readonly isOpen: boolean;
  /** Whether it has left HTTP. */
  readonly isSwitched: boolean;
  /**
   * Octets that were sent and that the peer has not acknowledged; on a shared connection those of its
   * other exchanges may be among them. Whoever looks from time to time can tell slow from stopped.
   */
  readonly unacknowledged: number;
  /**
   * {@link unacknowledged}, and what the kernel has taken but not brought to the peer, where that can
   * be looked up. It may cost something: for whoever is about to give the peer up.
   */
  measureUnacknowledged(): number;
  /**
   * Sends the request, first and once, with its content where that is in memory.
   *
   * @returns `open` while content is to be passed by {@link sendBody} and {@link endBody}: that of a
   *   stream, or any behind `Expect: 100-continue`.
   * @throws HttpProtocolError for what must not be sent; nothing was then.
   */
  sendRequest(request: Request): SendResult;
  /**
   * Sends content; the bytes are taken before it returns.
   *
   * @returns false when there is no more room: wait for `handleDrain`.
   * @throws HttpProtocolError `length-mismatch`, or `wrong-state` where it is not open.
   */
  sendBody(buf: Uint8Array, start?: number, end?: number): boolean;
  /**
   * Ends the request, with trailers where its framing has room for them.
   *
   * @throws HttpProtocolError `length-mismatch`, `invalid-trailer`, `wrong-state`.
   */
  endBody(trailers: Headers | null): void;
  /** Brings no more content until `resumeBody`; a little may be kept meanwhile. */
  pauseBody(): void;
  /** Goes on; events may come from inside this call. */
  resumeBody(): void;
  /**
   * Takes the stream that the exchange has become.
   *
   * @throws TypeError when it has not left HTTP.
   */
  takeStream(): TakenStream;
  /** Gives the exchange up; nothing is told any more. Does nothing once it is over. */
  reset(): void;
}
