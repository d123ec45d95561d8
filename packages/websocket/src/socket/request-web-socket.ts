/**
 * The client's side through a client of HTTP: the opening handshake is one of its requests (RFC 6455,
 * 4.1), with its connections, its TLS, its proxies, cookies, credentials and time-outs.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { AbortLike, Headers, StatusCode, TakenStream } from '@netlayers/http';
import { WebSocketError } from '../base/errors.js';
import type { Agreement } from '../handshake/accept.js';
import { HandshakeOffer, type OfferOptions, targetOf } from '../handshake/offer.js';
import { clientSocket } from './client-socket.js';
import { SOCKET_OPTIONS, type SocketOptions, socketSettingsOf } from './socket-options.js';
import type { WebSocketStream } from './web-socket-stream.js';

/** An answer to a request that asks to leave HTTP. */
export interface UpgradeResponse {
  readonly status: StatusCode;
  readonly headers: Headers;
  /** Takes the connection after 101. */
  takeStream(): TakenStream;
  /** Does without the content. */
  discard(): PromiseLike<void>;
}

/** What makes requests: a `Client` of `@netlayers/client`. */
export interface UpgradeRequester {
  request(
    url: string,
    options: {
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly redirect: 'manual';
      readonly totalTimeoutMs?: number;
      readonly signal?: AbortLike;
    },
  ): PromiseLike<UpgradeResponse>;
}

/** What is asked for, and how the socket behaves. */
export interface RequestWebSocketOptions extends OfferOptions, SocketOptions {
  /** For all of it until the WebSocket is open, milliseconds. @default that of the client */
  readonly handshakeTimeoutMs?: number;
}

const OPTIONS: OptionNames<RequestWebSocketOptions> = {
  ...SOCKET_OPTIONS,
  protocols: 'optional',
  deflate: 'optional',
  headers: 'optional',
  handshakeTimeoutMs: 'optional',
};

/**
 * Opens a WebSocket by a request of a client. Redirections are not followed.
 *
 * @param url `ws:` or `wss:`; the client is asked for `http:` or `https:`, and its TLS is for HTTP/1.1.
 * @throws rejects with WebSocketError `handshake-refused` with the `status`, `invalid-handshake`,
 *   `invalid-argument`; with what the client's request fails with; with the signal's reason; with TypeError
 *   for an option that is none.
 */
export async function requestWebSocket(
  client: UpgradeRequester,
  url: string | URL,
  options: RequestWebSocketOptions = {},
): Promise<WebSocketStream> {
  checkOptions('requestWebSocket', options, OPTIONS);
  const settings = socketSettingsOf(options);
  const target = targetOf(url);
  const offer = new HandshakeOffer(target, options, settings.random);
  const { handshakeTimeoutMs, signal } = options;
  const asked = new URL(url);
  asked.protocol = target.isSecure ? 'https:' : 'http:';
  const response = await client.request(asked.href, {
    headers: [...offer.request.headers],
    redirect: 'manual',
    ...(handshakeTimeoutMs !== undefined && { totalTimeoutMs: handshakeTimeoutMs }),
    ...(signal !== undefined && { signal }),
  });
  let agreement: Agreement;
  try {
    agreement = offer.check(response);
  } catch (error) {
    if (response.status === 101) response.takeStream().stream.abort();
    else void response.discard();
    throw error;
  }
  const { stream, remaining } = response.takeStream();
  if (signal?.aborted) {
    stream.abort();
    throw signal.reason ?? new WebSocketError('invalid-argument', 'given up');
  }
  return clientSocket(stream, remaining, agreement, options.deflate, settings);
}
