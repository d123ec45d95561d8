/**
 * How an exchange leaves HTTP (RFC 9110, 7.8 and 9.3.6).
 */

import { type ByteStream, type HeadersInit, Response, type StatusCode } from '@netlayers/http';

/**
 * Takes a connection over once the response that agreed to it is written. It sets its own handler on
 * the stream before it returns, and the server forgets the connection.
 *
 * A promise that it returns says until when: `Server.close` waits for it, as long as for connections
 * that get no further, then resets the stream; `ServerRequest.draining` is told until then. Without a
 * promise the stream is nobody's business but its own.
 *
 * @param remaining bytes that came behind the request; they will not be delivered again.
 */
export type TakeStream = (stream: ByteStream, remaining: Uint8Array) => unknown;

/** Agreement to leave HTTP: 101 to an upgrade, 2xx to a CONNECT. */
export class UpgradeResponse extends Response {
  readonly take: TakeStream;

  /** @throws HttpProtocolError `invalid-status` for a status that is none. */
  constructor(status: StatusCode, headers: HeadersInit | undefined, take: TakeStream) {
    super(status, headers);
    this.take = take;
  }
}
