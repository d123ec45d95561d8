/**
 * The client's half: TLS over a stream that is connected, and the sessions that make the next one short.
 */

import { isIP } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { AbortLike, ByteStream } from '@netlayers/http';
import { deferred } from '../turns.js';
import { handshakeError, handshakeTimeout } from './handshake-error.js';
import { TlsCarrier } from './tls-carrier.js';
import type { TlsContexts } from './tls-contexts.js';
import type { TlsSettings } from './tls-options.js';

/** Servers whose last session is kept. */
const MAX_SESSIONS = 100;

/** Where a connection leads to. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly alpn?: readonly string[];
  readonly signal?: AbortLike;
}

/** Secures the connections of one transport. */
export class TlsConnector {
  readonly #settings: TlsSettings;
  #contexts: TlsContexts;
  /** By server; the one that was not used for longest is first. */
  readonly #sessions = new Map<string, Buffer>();

  constructor(contexts: TlsContexts, settings: TlsSettings) {
    this.#contexts = contexts;
    this.#settings = settings;
  }

  /** Takes another identity and other roots; what was agreed under the old ones is forgotten. */
  reload(contexts: TlsContexts): void {
    this.#contexts = contexts;
    this.#sessions.clear();
  }

  /**
   * Agrees on TLS.
   *
   * @throws rejects with an error with a `code`: of the certificate, of TLS, `ETIMEDOUT`, `ECONNRESET`;
   *   or with the signal's reason.
   */
  secure(stream: ByteStream, target: Target): Promise<ByteStream> {
    const { clock, turns, handshakeTimeoutMs } = this.#settings;
    const { host, port, signal } = target;
    const peer = `${host}:${port}`;
    const carrier = new TlsCarrier(stream, null, this.#settings);
    const socket = this.#begin(carrier, target);
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settle = (): void => {
        isSettled = true;
        clock.clearTimer(timer);
        signal?.removeEventListener('abort', aborted);
        socket.off('secureConnect', secured);
      };
      const fail = (error: unknown): void => {
        if (isSettled) return;
        settle();
        carrier.resetAndDestroy(null);
        socket.destroy();
        reject(error);
      };
      const aborted = (): void => fail(signal?.reason);
      const failed = (error: unknown): void => fail(handshakeError(error, peer));
      const secured = (): void => {
        settle();
        const stream = carrier.streamOf(socket, this.#settings);
        socket.off('error', failed);
        // As at a server: OpenSSL is still at work.
        deferred(turns, () => resolve(stream));
      };
      const timer = clock.setTimer(clock.now() + handshakeTimeoutMs, () =>
        fail(handshakeTimeout(peer, handshakeTimeoutMs)),
      );
      socket.on('error', failed).once('secureConnect', secured);
      carrier.onOver(failed);
      signal?.addEventListener('abort', aborted);
    });
  }

  #begin(carrier: TlsCarrier, { host, port, alpn }: Target): TLSSocket {
    const { rejectUnauthorized, servername: given } = this.#settings;
    const servername = given ?? (isIP(host) === 0 ? host : '');
    const key = `${servername}|${host}:${port}`;
    const session = this.#sessions.get(key);
    const socket = tls.connect({
      socket: carrier.socket,
      host,
      servername,
      rejectUnauthorized,
      ALPNProtocols: alpn === undefined ? this.#settings.alpn : [...alpn],
      secureContext: this.#contexts.client,
      ...(session !== undefined && { session }),
    });
    socket.on('session', (ticket: Buffer) => this.#keep(key, ticket));
    return socket;
  }

  #keep(key: string, ticket: Buffer): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, ticket);
    if (this.#sessions.size <= MAX_SESSIONS) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      break;
    }
  }
}
