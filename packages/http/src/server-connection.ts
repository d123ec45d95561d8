/**
 * The server's end of a connection: bytes in, requests out as events; responses in, bytes out.
 * No socket and no timer: the caller passes bytes as they come and hands in a sink for what leaves.
 */

import type { ByteSink } from './byte-sink.js';
import type { HttpProtocolError } from './errors.js';
import type { HeadDefaults } from './head-defaults.js';
import type { Headers } from './headers.js';
import type { Limits } from './limits.js';
import type { RequestHead } from './message-head.js';
import type { Response } from './response.js';
import type { ClientState, ServerState } from './states.js';
import type { TextDecoder } from './text-decoder.js';

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

/** The server's end of one connection. */
export class ServerConnection {
  constructor(sink: ByteSink, handler: ServerConnectionHandler, options?: ServerConnectionOptions) {
    throw new Error(`not there yet ${sink} ${handler} ${options}`);
  }

  // --- input ---

  /** Takes bytes of the peer; what is kept of them is copied. */
  handleData(_buf: Uint8Array, _start: number, _end: number): void {}
  /** Takes the end of the peer's half of the connection. */
  handleEnd(): void {}

  // --- output ---

  /**
   * Sends a response: all of it in one write when its content is small and in memory.
   *
   * `Content-Length` or `Transfer-Encoding`, `Connection`, `Date` and `Server` are added where the
   * response does not carry them. Content of a response to HEAD, and of 204 and 304, is left out. A
   * stream as content is not read here: the result is `open`, and the caller passes the content on.
   * It is sent with the response's `Content-Length`, or in chunks, or until the close (to 1.0).
   *
   * Status 101, and 2xx to a CONNECT, leave HTTP: see {@link takeRemaining}.
   *
   * @returns `complete`, or `open` for a stream that is to be sent. A stream whose
   *   response came back `complete` (HEAD, 204, 304) is the caller's to cancel.
   * @throws HttpProtocolError `wrong-state` when it is not the server's turn; `invalid-framing`.
   */
  sendResponse(_response: Response): SendResult {
    throw new Error('not there yet');
  }
  /**
   * Sends an interim response (RFC 9110, 15.2), such as 103; ignored for a client of HTTP/1.0.
   *
   * @throws HttpProtocolError `wrong-state` behind the final response; `invalid-status`.
   */
  sendInterim(_response: Response): void {}
  /** Sends 100 (Continue) if the client still waits for it. To be called when content is wanted. */
  sendContinue(): void {}
  /**
   * Sends content, `buf[start..end)`; the bytes are taken before it returns.
   *
   * @returns false when the sink is full: wait for its drain.
   * @throws HttpProtocolError `wrong-state` without an open response; `length-mismatch` for more than
   *   `Content-Length` promised (nothing is sent of it).
   */
  sendBody(_buf: Uint8Array, _start = 0, _end = _buf.length): boolean {
    throw new Error('not there yet');
  }
  /**
   * Ends the response.
   *
   * @param trailers fields behind a chunked body; left out where the body is not chunked.
   * @throws HttpProtocolError `length-mismatch` for less than `Content-Length` promised: only the
   *   stream's `abort` can tell the peer; `invalid-trailer`.
   */
  endBody(_trailers: Headers | null = null): void {}

  // --- control ---

  /** Stops events; bytes that come are kept, and the sink is paused once they are many. */
  pause(): void {}
  /** Goes on with events, which may come from inside this call. */
  resume(): void {}
  /** Announces the end: the running exchange, or none, is the last (for a graceful shutdown). */
  closeAfterResponse(): void {}
  /** After the switch to another protocol: a copy of the bytes that came behind the request. */
  takeRemaining(): Uint8Array {
    throw new Error('not there yet');
  }

  // --- what can be asked ---

  get clientState(): ClientState {
    return 'IDLE';
  }
  get serverState(): ServerState {
    return 'IDLE';
  }
  /** Whether a final response can be sent now. */
  get canRespond(): boolean {
    return false;
  }
  /** Whether nothing of a request has come since the last exchange: such a connection may be closed. */
  get isIdle(): boolean {
    return true;
  }
  /** Whether the client still waits for 100 (Continue). */
  get awaitsContinue(): boolean {
    return false;
  }
}
