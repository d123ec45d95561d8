/**
 * The client's end of a connection: requests in, bytes out; bytes in, responses out as events. One
 * request at a time: this end does not pipeline (RFC 9112, 9.3.2 leaves it the choice).
 */

import type { ByteSink } from './byte-sink.js';
import type { HttpProtocolError } from './errors.js';
import type { Headers } from './headers.js';
import type { Limits } from './limits.js';
import type { ResponseHead } from './message-head.js';
import type { Request } from './request.js';
import type { SendResult } from './server-connection.js';
import type { ClientState, ServerState } from './states.js';
import type { TextDecoder } from './text-decoder.js';

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
  /** Bounds of a response head. */
  readonly limits?: Partial<Limits>;
  /** Turns bytes of a head into text. @default one in plain TypeScript */
  readonly decodeText?: TextDecoder;
  /** Bytes kept while paused, before the sink is paused. @default 16384 */
  readonly heldBytes?: number;
}

/** The client's end of one connection. */
export class ClientConnection {
  constructor(sink: ByteSink, handler: ClientConnectionHandler, options?: ClientConnectionOptions) {
    throw new Error(`not there yet ${sink} ${handler} ${options}`);
  }

  // --- input ---

  /** Takes bytes of the peer; what is kept of them is copied. */
  handleData(_buf: Uint8Array, _start: number, _end: number): void {}
  /** Takes the end of the peer's half of the connection. */
  handleEnd(): void {}

  // --- output ---

  /**
   * Sends a request: all of it in one write when its content is small and in memory. `Host` must
   * be there and goes first; `Content-Length` or `Transfer-Encoding` are added where they are missing.
   *
   * A stream as content is not read here, and content behind `Expect: 100-continue` waits: the
   * result is `open`, and the caller passes the content by `sendBody` and `endBody` (after
   * `handleInterim` with 100, or when it has waited long enough).
   *
   * @throws HttpProtocolError `wrong-state` while another request runs or behind a close;
   *   `missing-host`, `invalid-framing`.
   */
  sendRequest(_request: Request): SendResult {
    throw new Error('not there yet');
  }
  /** Sends content, as {@link ServerConnection.sendBody}. */
  sendBody(_buf: Uint8Array, _start = 0, _end = _buf.length): boolean {
    throw new Error('not there yet');
  }
  /** Ends the request, as {@link ServerConnection.endBody}. */
  endBody(_trailers: Headers | null = null): void {}

  // --- control ---

  /** Stops events; bytes that come are kept, and the sink is paused once they are many. */
  pause(): void {}
  /** Goes on with events, which may come from inside this call. */
  resume(): void {}
  /** After the switch to another protocol: a copy of the bytes that came behind the response. */
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
  /** Whether a request can be sent now. */
  get canRequest(): boolean {
    return false;
  }
}
