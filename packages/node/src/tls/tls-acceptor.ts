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
import { deferred } from '../turns.js';
import { lookAtFirstOctets } from './first-octets.js';
import { handshakeError, handshakeTimeout, truncated } from './handshake-error.js';
import { answerPlainRequest, plainRequestError } from './plain-request.js';
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

/** What is under way, and how it is given up. */
interface UnderWay {
  readonly accept: Accept;
  abort(): void;
}

/** Accepts for one transport. */
export class TlsAcceptor {
  readonly #settings: TlsSettings;
  readonly #server: Server;
  /** Handshakes. */
  readonly #underWay = new Set<UnderWay>();
  /** Those that spoke plain HTTP, until they have their answer. */
  readonly #answered = new Set<UnderWay>();
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
    const { clock, turns, maxHandshakes, handshakeTimeoutMs } = this.#settings;
    if (this.#underWay.size + this.#answered.size >= maxHandshakes) {
      this.refused++;
      dropStream(stream);
      return;
    }
    const { remoteAddress, remotePort } = stream;
    const peer = `${remoteAddress}:${remotePort}`;
    const underWay: UnderWay = { accept, abort: () => stream.abort() };
    this.#underWay.add(underWay);
    const timer = clock.setTimer(clock.now() + handshakeTimeoutMs, () =>
      fail(handshakeTimeout(peer, handshakeTimeoutMs)),
    );
    /** @returns whether it was not over. */
    const settle = (): boolean => {
      if (!this.#underWay.delete(underWay)) return false;
      clock.clearTimer(timer);
      return true;
    };
    const fail = (error: Error): void => {
      if (!settle()) return;
      underWay.abort();
      this.#failed(error, remoteAddress, remotePort);
    };
    lookAtFirstOctets(stream, {
      handleFailure: (error) => fail(handshakeError(error, peer)),
      handlePlain: (beginning) => {
        settle();
        this.#answer(stream, beginning, accept);
        this.plain++;
        this.#failed(plainRequestError(peer), remoteAddress, remotePort);
      },
      handleTls: (octets) => {
        const carrier = new TlsCarrier(stream, octets, this.#settings);
        underWay.abort = () => carrier.resetAndDestroy(null);
        this.#enter(carrier, (failure, socket) => {
          const refusal = failure ?? (socket === null ? null : this.#refusal(socket));
          if (refusal !== null || socket === null) {
            fail(handshakeError(refusal, peer));
            return;
          }
          const secured = carrier.streamOf(socket, this.#settings);
          clock.clearTimer(timer);
          // OpenSSL is still at work, and what is written and ended meanwhile would lose its `close_notify`.
          deferred(turns, () => {
            if (!settle()) return;
            this.secured++;
            accept(secured);
          });
        });
      },
    });
  }

  /** Resets the handshakes of a listener that are under way. */
  drop(accept: Accept): void {
    for (const one of [...this.#underWay, ...this.#answered])
      if (one.accept === accept) one.abort();
  }

  #enter(carrier: TlsCarrier, settle: Settle): void {
    const emit = (event: string, ...args: unknown[]): boolean => {
      if (event === 'secureConnection') settle(null, args[0] as TLSSocket);
      else if (event === 'tlsClientError') {
        const [error, socket] = args as [Error, TLSSocket];
        // Behind the handshake its stream has the error.
        socket.on('error', () => {});
        const refusal = this.#settings.clientCertificates === 'required' ? untrusted(socket) : null;
        const ended = isHangUp(error) ? (carrier.failure ?? truncated()) : null;
        settle(refusal ?? ended ?? error, null);
      } else return this.#server.emit(event as 'error', ...(args as [Error]));
      return true;
    };
    const door = Object.create(this.#server, { emit: { value: emit } }) as Server;
    // What was wrong is told behind the end of what is beneath.
    carrier.onOver((failure) => deferred(this.#settings.turns, () => settle(failure, null)));
    EventEmitter.prototype.emit.call(door, 'connection', carrier.socket);
  }

  /** Node refuses those without a certificate; those with a bad one where none is needed are ours. */
  #refusal(socket: TLSSocket): Error | null {
    if (this.#settings.clientCertificates !== 'optional' || socket.authorized) return null;
    const hasNone = Object.keys(socket.getPeerCertificate()).length === 0;
    return hasNone ? null : untrusted(socket);
  }

  #failed(error: Error, remoteAddress: string, remotePort: number): void {
    this.failed++;
    this.#settings.onHandshakeError({ error, remoteAddress, remotePort });
  }

  #answer(stream: ByteStream, beginning: string, accept: Accept): void {
    const underWay: UnderWay = { accept, abort: () => stream.abort() };
    this.#answered.add(underWay);
    answerPlainRequest(stream, beginning, this.#settings.clock, () =>
      this.#answered.delete(underWay),
    );
  }
}

/** Whether Node knows no more than that there will be no agreement. */
const isHangUp = ({ code, syscall }: NodeJS.ErrnoException): boolean =>
  code === 'ECONNRESET' && syscall === undefined;

/** Why the certificate of a client is refused; `null` where it is not what is wrong. */
function untrusted({ authorizationError }: TLSSocket): Error | null {
  if (!authorizationError) return null;
  const code = String(authorizationError);
  return Object.assign(new Error(`its certificate: ${code}`), { code });
}
