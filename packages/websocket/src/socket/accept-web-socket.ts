/**
 * The server's side: a request becomes an answer, and where it agrees, a WebSocket on the stream that
 * the HTTP server hands over.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { AbortLike, ByteStream, Response } from '@netlayers/http';
import { CloseCode } from '../base/close-codes.js';
import { compressionOf } from '../deflate/parameters.js';
import {
  type AcceptHandshakeOptions,
  type Agreement,
  answerHandshake,
  type HandshakeRequest,
} from '../handshake/accept.js';
import type { CloseInfo } from './close-info.js';
import {
  SOCKET_OPTIONS,
  type SocketOptions,
  type SocketSettings,
  socketSettingsOf,
} from './socket-options.js';
import { WebSocketStream } from './web-socket-stream.js';

/** What a server agrees to, and how the sockets behave. */
export interface AcceptOptions extends AcceptHandshakeOptions, SocketOptions {
  /** What the handler of a socket has thrown; the peer learns no more than 1011. @default ignored */
  readonly onError?: (error: unknown) => void;
}

const OPTIONS: OptionNames<AcceptOptions> = {
  ...SOCKET_OPTIONS,
  protocols: 'optional',
  deflate: 'optional',
  allowsOrigin: 'optional',
  headers: 'optional',
  onError: 'optional',
};

/** What is done with a socket that is open. */
export type SocketHandler = (socket: WebSocketStream) => void | PromiseLike<void>;

/**
 * Takes a stream over, once the response is written; `remaining` came behind the request.
 *
 * @returns kept when the connection is over; never rejects.
 */
export type TakeStream = (stream: ByteStream, remaining: Uint8Array) => Promise<CloseInfo>;

/** A request for a WebSocket, and what it knows of its server. */
export interface ServedRequest extends HandshakeRequest {
  /** Aborted when the server closes: the socket is closed with 1001 then (RFC 6455, 7.4.1). */
  readonly draining?: AbortLike;
}

/** A request that can leave HTTP: a `ServerRequest` of `@netlayers/server`. */
export interface UpgradableRequest extends ServedRequest {
  /** Makes the answer that hands the stream over once `response` is written, and waits for its end. */
  upgrade(response: Response, take: TakeStream): Response;
}

/** A request that was agreed to. */
export interface AcceptedWebSocket {
  /** The 101 that is to be sent. */
  readonly response: Response;
  /** The subprotocol that was agreed on; empty for none. */
  readonly protocol: string;
  readonly take: TakeStream;
}

/**
 * Answers the request for a WebSocket (RFC 6455, 4.2).
 *
 * @param handler is given the socket when it is open; when it throws or rejects, the socket is closed
 *   with 1011. That it returns closes nothing.
 * @returns what the handler of the request returns: an agreement, or a response that refuses with 400,
 *   403, 405, or 426 and the version that is spoken here.
 * @throws RangeError for a bound that is none; TypeError for an option that is none.
 */
export function acceptWebSocket(
  request: UpgradableRequest,
  handler: SocketHandler,
  options: AcceptOptions = {},
): Response {
  const answer = negotiateWebSocket(request, handler, options);
  return 'take' in answer ? request.upgrade(answer.response, answer.take) : answer;
}

/**
 * The same for any HTTP server: whoever gets an agreement writes its response, and calls its `take` with
 * the stream then. Throws as `acceptWebSocket` does.
 */
export function negotiateWebSocket(
  request: ServedRequest,
  handler: SocketHandler,
  options: AcceptOptions = {},
): AcceptedWebSocket | Response {
  checkOptions('acceptWebSocket', options, OPTIONS);
  const settings = socketSettingsOf(options);
  const { response, agreement } = answerHandshake(request, options);
  if (agreement === null) return response;
  const take: TakeStream = (stream, remaining) => {
    const socket = open(stream, agreement, options, settings);
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
    return leaving(socket, request.draining);
  };
  return { response, protocol: agreement.protocol, take };
}

/** Closes a socket with its server. */
function leaving(socket: WebSocketStream, draining: AbortLike | undefined): Promise<CloseInfo> {
  if (draining === undefined) return socket.closed;
  const leave = (): void => void socket.close(CloseCode.GoingAway);
  if (draining.aborted) leave();
  else draining.addEventListener('abort', leave);
  return socket.closed.finally(() => draining.removeEventListener('abort', leave));
}

function open(
  stream: ByteStream,
  { protocol, deflate: parameters }: Agreement,
  { deflate }: AcceptOptions,
  settings: SocketSettings,
): WebSocketStream {
  const compression =
    parameters === null || !deflate ? null : compressionOf('server', parameters, deflate);
  return new WebSocketStream(stream, { role: 'server', protocol, compression }, settings);
}
