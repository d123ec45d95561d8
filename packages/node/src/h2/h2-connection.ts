/**
 * One connection of HTTP/2: a session of Node's `http2` over any byte stream, and what a server waits for
 * on it. Frames, HPACK and flow control are nghttp2's; time, and who is too slow, are ours.
 *
 * A connection is given up when its peer takes nothing of what it was sent, when nothing is asked of it
 * for `idleMs`, and while the server closes when it gets no further. Frames that ask for nothing, such as
 * PING, do not count as use.
 */

import {
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import { type ByteStream, HttpProtocolError } from '@netlayers/http';
import type { CarrierConnection, ExchangeHost, PeerProgress } from '@netlayers/server';
import { duplexOf, type StreamDuplex } from '../duplex-of.js';
import { tlsBeneath } from '../tls/tls-carrier.js';
import { type ExchangeOwner, H2Exchange } from './h2-exchange.js';
import type { Http2Options } from './h2-options.js';
import { requestOf } from './h2-request.js';
import { UnreadContent } from './unread-content.js';

const END_STREAM = 0x1;
const NEVER = Number.POSITIVE_INFINITY;

/** The counters of what carries the octets. */
type Wire = Pick<
  StreamDuplex,
  'bytesWritten' | 'bytesRead' | 'unacknowledged' | 'measureUnacknowledged'
>;

/** What a session stands on. */
interface Beneath {
  readonly socket: Duplex;
  readonly wire: Wire;
}

/** A stream as what a session stands on, where there is no TLS of Node's beneath it. */
function plainBeneath(stream: ByteStream): Beneath {
  const socket = duplexOf(stream, { allowHalfOpen: true, lends: true });
  return { socket, wire: socket };
}

/** Serves the streams of one connection. */
export class H2Connection implements CarrierConnection, ExchangeOwner {
  readonly #stream: ByteStream;
  readonly #host: ExchangeHost;
  /** What carries the octets, with its counters. */
  readonly #wire: Wire;
  readonly #session: ServerHttp2Session;
  readonly #unread: UnreadContent;
  readonly #maxHeaderListSize: number;
  readonly #exchanges = new Set<H2Exchange>();
  /** For a request to come, or for the peer to end behind our end. */
  #deadline: number;
  #isClosing = false;
  #isOver = false;
  #requests = 0;
  readonly #progress: PeerProgress;

  constructor(
    stream: ByteStream,
    host: ExchangeHost,
    options: Required<Http2Options>,
    received: Uint8Array,
  ) {
    const { timeouts } = host.settings;
    this.#stream = stream;
    this.#host = host;
    this.#maxHeaderListSize = options.maxHeaderListSize;
    this.#deadline = host.ticker.deadline(timeouts.headMs);
    // A session of Node's stands on TLS of Node's directly, or each octet would pass through streams twice.
    const tls = received.length === 0 ? tlsBeneath(stream) : null;
    const { socket, wire }: Beneath = tls ?? plainBeneath(stream);
    this.#wire = wire;
    this.#progress = host.progressOf(this.#wire);
    socket.on('error', () => {}).on('close', () => this.#closed());
    // Half a connection carries nothing: who ends it has gone (RFC 9113, 9.1).
    socket.on('end', () => {
      this.#lost();
      this.#session.destroy();
      socket.end();
    });
    if (received.length > 0) socket.push(received);
    this.#session = performServerHandshake(socket, {
      maxSessionMemory: options.maxSessionMemory,
      settings: {
        maxConcurrentStreams: options.maxConcurrentStreams,
        maxHeaderListSize: options.maxHeaderListSize,
        initialWindowSize: options.streamWindow,
        enableConnectProtocol: true,
      },
    });
    this.#unread = new UnreadContent(this.#session, options.streamWindow, (octets) =>
      host.countHeld(octets),
    );
    this.#session.on('error', () => {});
    this.#session.on('close', () => this.#lost());
    this.#session.on('stream', (given, _headers, flags, raw?: string[]) => {
      this.#begin(given as ServerHttp2Stream, flags, raw ?? []);
    });
  }

  handleTick(now: number): void {
    for (const exchange of this.#exchanges) exchange.handleTick(now);
    this.#watchProgress(now);
    if (this.#progress.isLate(now)) this.#giveUp();
    else if (now >= this.#deadline) this.#handleTimeout();
  }

  closeWithin(graceMs: number): void {
    this.#progress.giveGrace(graceMs);
    this.#goAway();
  }

  reset(): void {
    this.#stream.abort();
  }

  get ends(): ByteStream {
    return this.#stream;
  }

  /** One request less; nothing is asked for any more, perhaps. */
  ended(exchange: H2Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.#exchanges.size > 0) return;
    const { idleMs, lingerMs } = this.#host.settings.timeouts;
    this.#deadline = this.#host.ticker.deadline(this.#isClosing ? lingerMs : idleMs);
  }

  #begin(stream: ServerHttp2Stream, flags: number, raw: readonly string[]): void {
    const { limits, trustedGateway } = this.#host.settings;
    const isWhole = (flags & END_STREAM) !== 0;
    const exchange = new H2Exchange(stream, this, this.#host, isWhole ? null : this.#unread);
    this.#exchanges.add(exchange);
    this.#deadline = NEVER;
    if (++this.#requests >= limits.requestsPerConnection) this.#goAway();
    const request = requestOf(raw, isWhole, this.#maxHeaderListSize);
    // RFC 9110, 7.4
    const isForeign =
      'scheme' in request &&
      request.scheme === 'https' &&
      !this.#stream.secure &&
      !trustedGateway(this.#stream.remoteAddress);
    exchange.begin(isForeign ? misdirected() : request);
  }

  /** RFC 9113, 6.8: what runs may end, and nothing more is begun. */
  #goAway(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#exchanges.size === 0) {
      this.#deadline = this.#host.ticker.deadline(this.#host.settings.timeouts.lingerMs);
    }
    this.#session.close();
  }

  #handleTimeout(): void {
    if (!this.#isClosing) this.#goAway();
    else if (this.#wire.unacknowledged === 0) {
      // The peer has everything and does not close: nobody here reads what it sends any more.
      this.#stream.close();
      this.#forget();
    }
  }

  #giveUp(): void {
    if (this.#progress.hasGrace) this.#host.cut++;
    for (const exchange of this.#exchanges) if (!exchange.isOver) this.#host.aborted++;
    this.#stream.abort();
  }

  #watchProgress(now: number): void {
    const { bytesWritten, bytesRead, unacknowledged } = this.#wire;
    const progress = this.#progress;
    progress.written = bytesWritten;
    progress.received = bytesRead;
    if (unacknowledged === 0) progress.stopExpecting();
    else {
      progress.expectReading();
      progress.watch(now, true);
    }
  }

  /** The session is over; what ran is lost. */
  #lost(): void {
    for (const exchange of this.#exchanges) exchange.lose(null);
    this.#exchanges.clear();
  }

  #closed(): void {
    this.#lost();
    this.#forget();
  }

  #forget(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#host.forget(this);
  }
}

const misdirected = (): HttpProtocolError =>
  new HttpProtocolError('remote', 421, 'bad-target', 'this connection is not for that scheme');
