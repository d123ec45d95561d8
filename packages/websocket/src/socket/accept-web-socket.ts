/**
 * The server's side: a request becomes an answer, and where it agrees, a WebSocket on the stream that
 * the HTTP server hands over. What comes back fits `server.upgrade` of `@netlayers/server` as it is.
 */

import type { ByteStream, Response } from '@netlayers/http';
import { compressionOf } from '../deflate/parameters.js';
import {
  type AcceptHandshakeOptions,
  answerHandshake,
  type HandshakeRequest,
} from '../handshake/accept.js';
import { type SocketOptions, socketSettingsOf } from './socket-options.js';
import { WebSocketStream } from './web-socket-stream.js';

/** What a server agrees to, and how the sockets behave. */
export interface AcceptOptions extends AcceptHandshakeOptions, SocketOptions {
  /** What the handler of a socket has thrown; the peer learns no more than 1011. @default ignored */
  readonly onError?: (error: unknown) => void;
}

/** A request that was agreed to. */
export interface AcceptedWebSocket {
  /** The 101 that is to be sent. */
  readonly response: Response;
  /** The subprotocol that was agreed on; empty for none. */
  readonly protocol: string;
  /**
   * Takes the stream over, once the response is written.
   *
   * @param remaining bytes that came behind the request.
   */
  readonly take: (stream: ByteStream, remaining: Uint8Array) => void;
}

/**
 * Answers the request for a WebSocket (RFC 6455, 4.2).
 *
 * @param handler is given the socket when it is open; when it throws or rejects, the socket is closed
 *   with 1011. That it returns closes nothing.
 * @returns an agreement, or a response that refuses: 400, 403, 405, or 426 with the version that is
 *   spoken here.
 */
export function acceptWebSocket(
  request: HandshakeRequest,
  handler: (socket: WebSocketStream) => void | PromiseLike<void>,
  options: AcceptOptions = {},
): AcceptedWebSocket | Response {
  const settings = socketSettingsOf(options);
  const { response, agreement } = answerHandshake(request, options);
  if (agreement === null) return response;
  const { protocol } = agreement;
  const take = (stream: ByteStream, remaining: Uint8Array): void => {
    const { deflate } = options;
    const compression =
      agreement.deflate === null || !deflate
        ? null
        : compressionOf('server', agreement.deflate, deflate);
    const socket = new WebSocketStream(stream, { role: 'server', protocol, compression }, settings);
    const fail = (error: unknown): void => {
      socket.handleFailure(error);
      options.onError?.(error);
    };
    try {
      Promise.resolve(handler(socket)).catch(fail);
    } catch (error) {
      fail(error);
    }
    if (remaining.length > 0) socket.handleData(remaining, 0, remaining.length);
  };
  return { response, protocol, take };
}
