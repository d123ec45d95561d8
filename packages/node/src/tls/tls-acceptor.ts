/**
 * The server's half: makes TLS of what a transport has accepted, so many handshakes at once, each for
 * so long.
 *
 * One `tls.Server` of Node, which never listens, serves all of them: it is handed streams by the event
 * `connection`, which Node documents for that. What it emits does not say which stream it was, so each
 * stream has a door: an object that is the server but for its own ears.
 */

import { EventEmitter } from 'node:events';
import tls, { type Server, type TLSSocket } from 'node:tls';
import { type ByteStream, dropStream } from '@netlayers/http';
import { handshakeError, handshakeTimeout } from './handshake-error.js';
import { answerPlainRequest, isPlainRequest, plainRequestError } from './plain-request.js';
import { TlsCarrier } from './tls-carrier.js';
import type { TlsContexts } from './tls-contexts.js';
import type { TlsSettings } from './tls-options.js';

/** Node's own time-out, which runs in real time: as good as none. */
const NEVER_MS = 0x7fffffff;

/** What has become of handshakes. */
export interface TlsCounters {
  /** Handshakes of a server under way. */
  readonly handshakes: number;
  /** Those that came to an agreement. */
  readonly secured: number;
  /** Those that failed. */
  readonly failed: number;
  /** Those of the failed ones that were requests of plain HTTP, and were told so. */
  readonly plain: number;
  /** Connections reset because too many handshakes were under way. */
  readonly refused: number;
}

type Accept = (stream: ByteStream) => void;
type Settle = (failure: Error | null, socket: TLSSocket | null) => void;

/** Accepts for one transport. */
export class TlsAcceptor {
  readonly #settings: TlsSettings;
  readonly #server: Server;
  readonly #underWay = new Map<TlsCarrier, Accept>();
  /** Those that spoke plain HTTP, until they have their answer. */
  readonly #answered = new Map<ByteStream, Accept>();
  #contexts: TlsContexts;
  secured = 0;
  failed = 0;
  plain = 0;
  refused = 0;

  constructor(contexts: TlsContexts, settings: TlsSettings) {
    this.#settings = settings;
    this.#contexts = contexts;
    this.#server = tls.createServer({
      ...contexts.server,
      ALPNProtocols: settings.alpn,
      requestCert: settings.clientCertificates !== 'none',
      rejectUnauthorized: settings.clientCertificates === 'required',
      handshakeTimeout: NEVER_MS,
      SNICallback: (name, found) => found(null, this.#contexts.find(name) ?? undefined),
    });
  }

  get handshakes(): number {
    return this.#underWay.size;
  }

  /** Takes other identities for the handshakes to come. */
  reload(contexts: TlsContexts): void {
    if (contexts.server !== null) this.#server.setSecureContext(contexts.server);
    this.#contexts = contexts;
  }

  /** Begins a handshake; `accept` gets the stream that comes of it, and sets its handler. */
  take(stream: ByteStream, accept: Accept): void {
    const { clock, maxHandshakes, handshakeTimeoutMs } = this.#settings;
    if (this.#underWay.size + this.#answered.size >= maxHandshakes) {
      this.refused++;
      dropStream(stream);
      return;
    }
    const carrier = new TlsCarrier(stream, this.#settings);
    carrier.keepBeginning();
    const peer = `${carrier.remoteAddress}:${carrier.remotePort}`;
    this.#underWay.set(carrier, accept);
    const timer = clock.setTimer(clock.now() + handshakeTimeoutMs, () => {
      settle(handshakeTimeout(peer, handshakeTimeoutMs), null);
    });
    const settle: Settle = (failure, socket) => {
      if (!this.#underWay.delete(carrier)) return;
      clock.clearTimer(timer);
      const refusal = failure ?? (socket === null ? null : this.#refusal(socket));
      if (refusal !== null || socket === null) this.#fail(carrier, refusal, peer, accept);
      else {
        this.secured++;
        accept(carrier.streamOf(socket, this.#settings));
      }
    };
    this.#enter(carrier, settle);
  }

  /** Resets the handshakes of a listener that are under way. */
  drop(accept: Accept): void {
    for (const [carrier, of] of this.#underWay) if (of === accept) carrier.resetAndDestroy();
    for (const [stream, of] of this.#answered) if (of === accept) stream.abort();
  }

  #enter(carrier: TlsCarrier, settle: Settle): void {
    const emit = (event: string, ...args: unknown[]): boolean => {
      if (event === 'secureConnection') settle(null, args[0] as TLSSocket);
      else if (event === 'tlsClientError') {
        // Behind the handshake its stream has the error.
        (args[1] as TLSSocket).on('error', () => {});
        settle(args[0] as Error, null);
      } else return this.#server.emit(event as 'error', ...(args as [Error]));
      return true;
    };
    const door = Object.create(this.#server, { emit: { value: emit } }) as Server;
    EventEmitter.prototype.emit.call(door, 'connection', carrier.duplex);
    carrier.onOver((failure) => settle(failure, null));
  }

  /** Node refuses those without a certificate; those with a bad one where none is needed are ours. */
  #refusal(socket: TLSSocket): Error | null {
    if (this.#settings.clientCertificates !== 'optional' || socket.authorized) return null;
    const hasNone = Object.keys(socket.getPeerCertificate()).length === 0;
    const code = String(socket.authorizationError);
    return hasNone ? null : Object.assign(new Error(`its certificate: ${code}`), { code });
  }

  #fail(carrier: TlsCarrier, failure: Error | null, peer: string, accept: Accept): void {
    this.failed++;
    const { remoteAddress, remotePort } = carrier;
    const { code } = (failure ?? {}) as { code?: unknown };
    let error: Error;
    if (String(code).startsWith('ERR_SSL_') && isPlainRequest(carrier.beginning)) {
      this.plain++;
      error = plainRequestError(peer);
      this.#answer(carrier, accept);
    } else {
      error = code === 'ETIMEDOUT' ? (failure as Error) : handshakeError(failure, peer);
      carrier.resetAndDestroy();
    }
    this.#settings.onHandshakeError({ error, remoteAddress, remotePort });
  }

  #answer(carrier: TlsCarrier, accept: Accept): void {
    const stream = carrier.release();
    this.#answered.set(stream, accept);
    answerPlainRequest(stream, carrier.beginning, this.#settings.clock, () =>
      this.#answered.delete(stream),
    );
  }
}
