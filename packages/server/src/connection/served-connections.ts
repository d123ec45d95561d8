/**
 * Every connection of a server, and what they share: the settings, one ticker, and the fields that
 * each response carries. The ticker runs only while there are connections.
 */

import {
  type ByteStream,
  dropStream,
  formatHttpDate,
  HeadDefaults,
  RequestParsers,
  type ServerConnectionOptions,
  type ServerExchange,
} from '@netlayers/http';

import { PeerProgress, type WrittenStream } from '../base/peer-progress.js';
import type { ServerSettings } from '../base/server-options.js';
import { Ticker } from '../base/ticker.js';
import { DrainSignals } from '../exchange/drain-signals.js';
import type {
  CarrierConnection,
  ExchangeHost,
  ExchangeServer,
  ServerProtocol,
} from '../exchange/protocol.js';
import { ServedExchange } from '../exchange/served-exchange.js';
import { WHOLE_BYTES } from '../exchange/whole-bytes.js';
import type { ErrorPage } from '../response/error-page.js';
import type { Application } from '../routing/application.js';
import type { Cors } from '../routing/cors.js';
import { type ConnectionContext, Http1Connection } from './http1-connection.js';
import { PrefaceConnection, type PrefacedProtocol } from './preface-connection.js';
import { TakenStreams } from './taken-streams.js';

const UTF_8 = new TextEncoder();

/** Grains of the ticker, milliseconds: a second for the usual waits, less for shorter ones. */
const LONGEST_GRAIN = 1000;
const SHORTEST_GRAIN = 10;

/** A quarter of the shortest wait is a grain fine enough. */
function grainOf(settings: ServerSettings): number {
  const shortest = Math.min(...Object.values(settings.timeouts));
  return Math.max(SHORTEST_GRAIN, Math.min(LONGEST_GRAIN, shortest / 4));
}

/** How often something has happened since the server was made. */
export interface ServerCounters {
  /** Connections that are open now. */
  readonly connections: number;
  /** Connections accepted. */
  readonly accepted: number;
  /** Connections reset because there were too many. */
  readonly refused: number;
  /** Requests whose head was complete and valid. */
  readonly requests: number;
  /** Requests answered without a handler because they were malformed, too large or too late. */
  readonly rejected: number;
  /** Connections reset because a time-out passed or a response could not be completed. */
  readonly aborted: number;
  /** Of them, those that did not end while the server closed. */
  readonly cut: number;
  /** Octets of request bodies that wait in memory. */
  readonly heldBodyBytes: number;
  /** Octets of responses that wait in memory for clients to take them. */
  readonly heldContentBytes: number;
}

/** The connections of one server. */
export class ServedConnections implements ConnectionContext, ExchangeHost {
  readonly settings: ServerSettings;
  readonly application: Application;
  readonly cors: Cors | null;
  readonly ticker: Ticker;
  /** What every HTTP machine is told. */
  readonly machineOptions: ServerConnectionOptions;
  readonly #defaults: HeadDefaults;
  isClosing = false;
  accepted = 0;
  refused = 0;
  requests = 0;
  rejected = 0;
  aborted = 0;
  cut = 0;
  heldBodyBytes = 0;
  heldContentBytes = 0;
  errorPage: ErrorPage | null = null;
  readonly drains = new DrainSignals();
  readonly #connections = new Set<CarrierConnection>();
  readonly #taken = new TakenStreams(() => this.#tellEmpty());
  readonly #protocols = new Map<string, ServerProtocol>();
  /** What is spoken without TLS to those who begin with its preface. */
  #sniffed: PrefacedProtocol | null = null;
  #isDateStale = true;
  #whenEmpty: (() => void) | null = null;

  constructor(settings: ServerSettings, application: Application, cors: Cors | null) {
    this.settings = settings;
    this.application = application;
    this.cors = cors;
    this.ticker = new Ticker(settings.clock, grainOf(settings), () => this.#handleTick());
    this.#defaults = new HeadDefaults({ server: settings.serverName });
    const { decodeText } = settings;
    this.machineOptions = {
      defaults: this.#defaults,
      parsers: new RequestParsers({
        limits: settings.head,
        ...(decodeText === null ? {} : { decodeText }),
      }),
      drainBytes: settings.limits.drainBytes,
      wholeBytes: WHOLE_BYTES,
      encodeText: (text) => UTF_8.encode(text),
    };
  }

  counters(): ServerCounters {
    const { accepted, refused, requests, rejected, aborted, cut } = this;
    const { heldBodyBytes, heldContentBytes } = this;
    const connections = this.#connections.size;
    return {
      connections,
      accepted,
      refused,
      requests,
      rejected,
      aborted,
      cut,
      heldBodyBytes,
      heldContentBytes,
    };
  }

  /** Makes a stream of the transport a connection of this server. */
  accept(stream: ByteStream): void {
    if (this.isClosing || this.#connections.size >= this.settings.limits.connections) {
      this.refused++;
      dropStream(stream);
      return;
    }
    this.accepted++;
    if (this.#connections.size === 0) {
      this.#isDateStale = true;
      this.ticker.start();
    }
    this.#connections.add(this.#begin(stream));
  }

  #begin(stream: ByteStream): CarrierConnection {
    const protocol = stream.alpn === null ? undefined : this.#protocols.get(stream.alpn);
    if (protocol !== undefined) return protocol.accept(stream, this, NOTHING);
    const sniffed = stream.secure ? null : this.#sniffed;
    if (sniffed === null) return new Http1Connection(stream, this);
    return new PrefaceConnection(stream, sniffed, this);
  }

  /** One connection turns out to be another. */
  replace(connection: CarrierConnection, by: CarrierConnection): void {
    this.#connections.add(by);
    this.#connections.delete(connection);
  }

  /** Speaks one protocol more. @throws TypeError for one that is spoken already. */
  addProtocol(protocol: ServerProtocol): void {
    const { alpn } = protocol;
    if (this.#protocols.has(alpn)) throw new TypeError(`This server speaks ${alpn} already`);
    this.#protocols.set(alpn, protocol);
    const { preface = null } = protocol;
    if (preface === null) return;
    if (this.#sniffed !== null) throw new TypeError('This server knows one preface already');
    this.#sniffed = { protocol, preface };
  }

  countHeld(octets: number): boolean {
    this.heldBodyBytes += octets;
    return this.heldBodyBytes <= this.settings.limits.heldBodyBytes;
  }

  progressOf(stream: WrittenStream): PeerProgress {
    return new PeerProgress(stream, this);
  }

  serve(exchange: ServerExchange): ExchangeServer {
    return new ServedExchange(exchange, this);
  }

  /** A connection is over, or no longer ours. */
  forget(connection: CarrierConnection): void {
    if (!this.#connections.delete(connection)) return;
    if (this.#connections.size > 0) return;
    this.ticker.stop();
    this.#tellEmpty();
  }

  waitFor(stream: ByteStream, taken: unknown, over: () => void): boolean {
    if (!isPromise(taken)) return false;
    taken.then(over, over);
    this.#taken.add(stream, taken);
    return true;
  }

  /** Brings `Date` up to date, at most once per tick, and only for a server that answers. */
  refreshDate(): void {
    if (!this.#isDateStale) return;
    this.#isDateStale = false;
    this.#defaults.date = formatHttpDate(this.settings.clock.wallTime());
  }

  /**
   * Ends all connections: idle ones now, the others behind their response; those that get no further
   * for `graceMs` are reset.
   */
  drain(graceMs: number): Promise<void> {
    this.isClosing = true;
    for (const connection of this.#connections) connection.closeWithin(graceMs);
    this.drains.drain();
    if (this.#isEmpty) return Promise.resolve();
    const { clock } = this.settings;
    const timer = clock.setTimer(clock.now() + graceMs, () => this.#resetTaken());
    return new Promise((resolve) => {
      this.#whenEmpty = () => {
        clock.clearTimer(timer);
        resolve();
      };
    });
  }

  /** Resets what is left. */
  resetAll(): void {
    this.cut += this.#connections.size;
    for (const connection of this.#connections) connection.reset();
    this.#resetTaken();
  }

  /** What has left HTTP had the same time to end as what has not. */
  #resetTaken(): void {
    this.cut += this.#taken.reset();
  }

  get #isEmpty(): boolean {
    return this.#connections.size === 0 && this.#taken.size === 0;
  }

  #tellEmpty(): void {
    if (this.#isEmpty) this.#whenEmpty?.();
  }

  #handleTick(): void {
    this.#isDateStale = true;
    const { now } = this.ticker;
    for (const connection of this.#connections) connection.handleTick(now);
  }
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';

const NOTHING = new Uint8Array(0);
