/**
 * The client's side: the opening handshake over a stream that is connected, or over a transport that
 * connects one.
 */

import { checkOptions, hostLatin1, type OptionNames } from '@netlayers/host';
import {
  type ByteStream,
  ClientConnection,
  type HttpProtocolError,
  type ResponseHead,
  type Transport,
} from '@netlayers/http';
import { WebSocketError } from '../base/errors.js';
import type { Agreement } from '../handshake/accept.js';
import { HandshakeOffer, type OfferOptions, targetOf } from '../handshake/offer.js';
import { clientSocket } from './client-socket.js';
import {
  bound,
  SOCKET_OPTIONS,
  type SocketOptions,
  type SocketSettings,
  socketSettingsOf,
} from './socket-options.js';
import type { WebSocketStream } from './web-socket-stream.js';

/** What a client asks for, and how the socket behaves. */
export interface ConnectOptions extends OfferOptions, SocketOptions {
  /** For the whole answer to the opening handshake, milliseconds. @default 30_000 */
  readonly handshakeTimeoutMs?: number;
}

const OPTIONS: OptionNames<ConnectOptions> = {
  ...SOCKET_OPTIONS,
  protocols: 'optional',
  deflate: 'optional',
  headers: 'optional',
  handshakeTimeoutMs: 'optional',
};

const HANDSHAKE_TIMEOUT_MS = 30_000;

/**
 * Opens a WebSocket over a connected stream, which nobody has read from or set a handler of. Whatever
 * goes wrong resets the stream.
 *
 * @param url `ws:` or `wss:`; where the stream leads is the caller's business, and so is TLS.
 * @throws rejects with WebSocketError: `handshake-refused` with the `status`, `invalid-handshake`,
 *   `timeout`, `invalid-argument`; with HttpProtocolError for an answer that is no HTTP; with the
 *   stream's error; with the signal's reason.
 */
export async function connectWebSocket(
  stream: ByteStream,
  url: string | URL,
  options: ConnectOptions = {},
): Promise<WebSocketStream> {
  try {
    checkOptions('connectWebSocket', options, OPTIONS);
    const settings = socketSettingsOf(options);
    const offer = new HandshakeOffer(targetOf(url), options, settings.random);
    const timeoutMs = bound(
      'handshakeTimeoutMs',
      options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    );
    return await new OpeningHandshake(stream, offer, options, settings).run(timeoutMs);
  } catch (error) {
    stream.abort();
    throw error;
  }
}

/**
 * Connects to the host of a URL and opens a WebSocket there. For `wss:` the transport is one that
 * speaks TLS.
 *
 * @throws rejects as `connectWebSocket` does, and as the transport's `connect`.
 */
export async function openWebSocket(
  transport: Transport,
  url: string | URL,
  options: ConnectOptions = {},
): Promise<WebSocketStream> {
  const { host, port } = targetOf(url);
  const { signal } = options;
  const stream = await transport.connect({ host, port, ...(signal && { signal }) });
  return connectWebSocket(stream, url, options);
}

/** One opening handshake on its way. */
class OpeningHandshake {
  readonly #stream: ByteStream;
  readonly #offer: HandshakeOffer;
  readonly #options: ConnectOptions;
  readonly #settings: SocketSettings;
  readonly #http: ClientConnection;
  #resolve: (socket: WebSocketStream) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(
    stream: ByteStream,
    offer: HandshakeOffer,
    options: ConnectOptions,
    settings: SocketSettings,
  ) {
    this.#stream = stream;
    this.#offer = offer;
    this.#options = options;
    this.#settings = settings;
    const decodeText = hostLatin1();
    this.#http = new ClientConnection(
      stream,
      {
        handleInterim: () => {},
        handleResponse: (head) => this.#takeResponse(head),
        handleBody: () => {},
        handleBodyEnd: () => {},
        handleError: (error: HttpProtocolError) => this.#reject(error),
      },
      decodeText === null ? {} : { decodeText },
    );
  }

  async run(timeoutMs: number): Promise<WebSocketStream> {
    const { clock, signal } = this.#settings;
    if (signal?.aborted) throw signal.reason;
    const opened = new Promise<WebSocketStream>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const timer = clock.setTimer(clock.now() + timeoutMs, () =>
      this.#reject(new WebSocketError('timeout', 'the server has not answered the handshake')),
    );
    const abort = (): void => this.#reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      this.#start();
      return await opened;
    } finally {
      clock.clearTimer(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  #start(): void {
    const http = this.#http;
    this.#stream.setHandler({
      handleData: (buf, start, end) => http.handleData(buf, start, end),
      handleEnd: () => http.handleEnd(),
      handleDrain: () => {},
      handleClose: (error) => this.#reject(error ?? closedEarly()),
    });
    http.sendRequest(this.#offer.request);
  }

  #takeResponse(head: ResponseHead): void {
    let agreement: Agreement;
    try {
      agreement = this.#offer.check(head);
    } catch (error) {
      this.#reject(error);
      return;
    }
    const remaining = this.#http.takeRemaining();
    const { deflate } = this.#options;
    this.#resolve(clientSocket(this.#stream, remaining, agreement, deflate, this.#settings));
  }
}

const closedEarly = (): WebSocketError =>
  new WebSocketError('invalid-handshake', 'the server has closed before it answered the handshake');
