/**
 * One connection of HTTP/2 at a client: a session of Node's `http2` over any byte stream. Frames, HPACK
 * and flow control are nghttp2's; time, and how many requests there may be, are ours.
 *
 * A connection is ended when nothing runs on it for the client's idle time, and takes no more requests
 * when the server says so (GOAWAY, RFC 9113, 6.8). A server that has not said a word to a request that
 * was given up is asked whether it is there.
 */

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Carrier, CarrierOwner, CarrierSettings, Origin } from '@netlayers/client';
import {
  type ByteStream,
  type ClientExchange,
  type ClientExchangeHandler,
  DEFAULT_RESPONSE_LIMITS,
  type ResponseLimits,
} from '@netlayers/http';
import { duplexOf, type StreamDuplex } from '../duplex-of.js';
import { H2ClientExchange } from './h2-client-exchange.js';
import type { Http2ClientOptions } from './h2-client-options.js';
import { brokenConnection, endedConnection, resetStream, unprocessed } from './h2-failures.js';
import { SentFrames } from './sent-frames.js';
import type { StreamHost } from './stream-host.js';

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;
/** Node gives it back as octets come, read or not: it bounds what is under way, and nothing else. */
const CONNECTION_WINDOW = 0x100_0000;
/** Streams that may be begun before the server has said how many it takes (RFC 9113, 6.5.2). */
const STREAMS_UNASKED = 100;
/** How long a connection that we have ended waits for the server to end it too. */
const LINGER_MS = 1000;
/** How long a server may take to say that it is there. */
const PROBE_MS = 5000;
/** Octets of the preface (RFC 9113, 3.4). */
const PREFACE = 24;
/** Fields of a request that nghttp2 sends, in octets. */
const MOST_SENT_FIELDS = 0x8_0000;

/** What a connection is told when it is made. */
export interface H2CarrierSettings extends CarrierSettings, Required<Http2ClientOptions> {}

/** Carries exchanges, many at a time. */
export class H2Carrier implements Carrier, StreamHost {
  readonly origin: Origin;
  readonly protocol = 'h2';
  readonly isShared = true;
  readonly scheme: string;
  readonly ends: ByteStream;
  readonly limits: ResponseLimits;
  opened = 0;
  readonly #settings: H2CarrierSettings;
  readonly #owner: CarrierOwner;
  readonly #duplex: StreamDuplex;
  readonly #session: ClientHttp2Session;
  readonly #running = new Set<ClientExchange>();
  /** Running timers. */
  readonly #timers = new Set<number>();
  #idleTimer: number | null = null;
  /** Whether the server has said how many streams it takes. */
  #hasSettings = false;
  #isProbing = false;
  #isGone = false;
  #isLost = false;
  /** Why the connection has failed. */
  #failure: Error | null = null;
  /** The server has looked at streams up to this one (RFC 9113, 6.8). */
  #lastProcessed = Number.POSITIVE_INFINITY;

  constructor(
    origin: Origin,
    stream: ByteStream,
    settings: H2CarrierSettings,
    owner: CarrierOwner,
  ) {
    this.origin = origin;
    this.ends = stream;
    this.scheme = origin.secure ? 'https' : 'http';
    this.limits = { ...DEFAULT_RESPONSE_LIMITS, ...settings.http.limits };
    this.#settings = settings;
    this.#owner = owner;
    this.#duplex = duplexOf(stream, { allowHalfOpen: true, lends: true });
    this.#duplex.on('error', (error) => {
      this.#failure ??= error;
    });
    // In front of Node, which tells its streams that they were cancelled.
    this.#duplex.on('close', () => this.#lost());
    // Half a connection carries nothing: who ends it has gone (RFC 9113, 9.1).
    this.#duplex.on('end', () => {
      this.#lost();
      this.#session.destroy();
      this.#duplex.end();
    });
    this.#watchSent();
    this.#session = this.#begin();
    this.#restIfIdle();
  }

  get localAddress(): string {
    return this.ends.localAddress;
  }

  get localPort(): number {
    return this.ends.localPort;
  }

  get remoteAddress(): string {
    return this.ends.remoteAddress;
  }

  get remotePort(): number {
    return this.ends.remotePort;
  }

  get written(): number {
    return this.#duplex.bytesWritten;
  }

  get taken(): number {
    return this.#duplex.bytesWritten - this.#duplex.unacknowledged;
  }

  get room(): number {
    if (this.#isGone || this.#session.closed || this.#session.destroyed) return 0;
    return Math.max(0, this.#mostStreams - this.#running.size);
  }

  measureTaken(): number {
    return this.#duplex.bytesWritten - this.#duplex.measureUnacknowledged();
  }

  open(handler: ClientExchangeHandler): ClientExchange {
    this.#stopTimer(this.#idleTimer);
    this.#idleTimer = null;
    this.opened++;
    const exchange = new H2ClientExchange(this, handler);
    this.#running.add(exchange);
    return exchange;
  }

  retire(): void {
    this.#leave();
    if (!this.#session.closed && !this.#session.destroyed) this.#session.close();
    if (this.#running.size === 0) this.#linger();
  }

  abort(): void {
    this.#leave();
    this.ends.abort();
  }

  begin(
    fields: OutgoingHttpHeaders,
    options: ClientSessionRequestOptions,
  ): ClientHttp2Stream | null {
    if (this.#session.closed || this.#session.destroyed) return null;
    return this.#session.request(fields, options);
  }

  failureOf(stream: ClientHttp2Stream, hasHead: boolean): Error {
    const id = stream.id ?? Number.POSITIVE_INFINITY;
    const isUnseen = !hasHead && (stream.id === undefined || id > this.#lastProcessed);
    const last = this.#lastProcessed;
    if (isUnseen) return unprocessed(last > 0 && last < Number.POSITIVE_INFINITY);
    const { rstCode = NGHTTP2_NO_ERROR } = stream;
    if (!this.#isLost && !this.#session.destroyed) return resetStream(rstCode, hasHead);
    if (this.#failure !== null) return this.#failure;
    const isOrderly = rstCode === NGHTTP2_CANCEL || rstCode === NGHTTP2_NO_ERROR;
    return isOrderly ? endedConnection(hasHead) : brokenConnection(rstCode);
  }

  handleEnded(exchange: ClientExchange): void {
    if (!this.#running.delete(exchange)) return;
    if (this.#running.size === 0 && this.#isGone) this.#linger();
    this.#restIfIdle();
    if (this.room > 0) this.#owner.handleRoom(this);
  }

  closeLater(stream: ClientHttp2Stream): void {
    const timer = this.#after(LINGER_MS, () => stream.close(NGHTTP2_CANCEL));
    stream.once('close', () => this.#stopTimer(timer));
  }

  probe(): void {
    if (this.#isProbing || this.#isLost || this.#session.destroyed) return;
    this.#isProbing = true;
    const timer = this.#after(PROBE_MS, () => this.abort());
    this.#session.ping(() => {
      this.#isProbing = false;
      this.#stopTimer(timer);
    });
  }

  /** Where nghttp2 gives the connection up, nothing more comes of it. */
  #watchSent(): void {
    const sent = new SentFrames(PREFACE, (code) => {
      if (code === NGHTTP2_NO_ERROR || this.#isLost) return;
      this.#failure ??= brokenConnection(code);
      this.#leave();
      setImmediate(() => this.#session.destroy());
    });
    const duplex = this.#duplex;
    const write = duplex.write.bind(duplex);
    duplex.write = (...args: unknown[]) => {
      sent.pass(args[0] as Uint8Array);
      return write(...args);
    };
  }

  /** RFC 9113, 3.4: the preface, and what holds for what comes. */
  #begin(): ClientHttp2Session {
    const { streamWindow, maxSessionMemory } = this.#settings;
    const { headerSection, fieldCount } = this.limits;
    const session = connect(`${this.scheme}://${this.origin.authority}`, {
      createConnection: () => this.#duplex,
      maxSessionMemory,
      maxHeaderListPairs: fieldCount,
      maxSendHeaderBlockLength: MOST_SENT_FIELDS,
      peerMaxConcurrentStreams: STREAMS_UNASKED,
      settings: {
        enablePush: false,
        initialWindowSize: streamWindow,
        maxHeaderListSize: headerSection,
      },
    });
    session.setLocalWindowSize(Math.max(CONNECTION_WINDOW, streamWindow));
    session.on('error', () => {});
    session.on('close', () => this.#lost());
    session.on('goaway', (code, lastStreamId) => {
      this.#lastProcessed = Math.min(this.#lastProcessed, lastStreamId);
      if (code !== NGHTTP2_NO_ERROR) this.#failure ??= brokenConnection(code);
      this.#leave();
      if (this.#running.size === 0) this.#linger();
    });
    session.on('remoteSettings', () => {
      this.#hasSettings = true;
      if (this.room > 0) this.#owner.handleRoom(this);
    });
    return session;
  }

  get #mostStreams(): number {
    const { maxConcurrentStreams: allowed = STREAMS_UNASKED } = this.#session.remoteSettings;
    // Before it has said anything, a server takes any number (RFC 9113, 6.5.2).
    const most = this.#hasSettings ? allowed : STREAMS_UNASKED;
    return Math.min(this.#settings.maxConcurrentStreams, most);
  }

  /** Nothing runs: for how long that may stay. */
  #restIfIdle(): void {
    const { idleTimeoutMs } = this.#settings;
    if (this.#isGone || this.#running.size > 0) return;
    if (idleTimeoutMs <= 0 && this.opened > 0) this.retire();
    else this.#idleTimer ??= this.#after(idleTimeoutMs, () => this.retire());
  }

  /** The server has a moment to end what we have ended. */
  #linger(): void {
    if (!this.#isLost) this.#after(LINGER_MS, () => this.ends.abort());
  }

  #after(ms: number, callback: () => void): number {
    const { clock } = this.#settings;
    const timer = clock.setTimer(clock.now() + ms, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    return timer;
  }

  #stopTimer(timer: number | null): void {
    if (timer !== null && this.#timers.delete(timer)) this.#settings.clock.clearTimer(timer);
  }

  #lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    for (const timer of [...this.#timers]) this.#stopTimer(timer);
    this.#leave();
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#stopTimer(this.#idleTimer);
    this.#owner.handleGone(this);
  }
}
