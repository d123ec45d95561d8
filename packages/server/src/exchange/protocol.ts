/**
 * Another protocol than HTTP/1.1 whose streams carry exchanges: HTTP/2. A server is given what speaks
 * it, and hands it the connections on which TLS has agreed on it.
 */

import type {
  ByteStream,
  ServerConnectionOptions,
  ServerExchange,
  ServerExchangeHandler,
} from '@netlayers/http';
import type { PeerProgress, WrittenStream } from '../base/peer-progress.js';
import type { ServerSettings } from '../base/server-options.js';
import type { Ticker } from '../base/ticker.js';

/** The server's side of an exchange: what the carrier tells it, and when it looks at its waits. */
export interface ExchangeServer extends ServerExchangeHandler {
  /** To be called at each tick while the exchange runs; `now` is monotonic, milliseconds. */
  handleTick(now: number): void;
  /** The peer does not take what it is sent: has the exchange reset, and counts it. */
  giveUp(): void;
}

/** A connection that a server has open. */
export interface CarrierConnection {
  /** Looks at what it waits for; `now` is monotonic, milliseconds. */
  handleTick(now: number): void;
  /** Takes no further exchange; who gets no further for `graceMs` is cut off and counted. */
  closeWithin(graceMs: number): void;
  /** Ends it at once. */
  reset(): void;
}

/** The server, as what carries exchanges sees it. */
export interface ExchangeHost {
  readonly settings: ServerSettings;
  readonly ticker: Ticker;
  /** What makes a response: the fields that each carries, how much leaves as a whole. */
  readonly machineOptions: ServerConnectionOptions;
  /** Connections that were reset because they did not end while the server closed. */
  cut: number;
  /** Exchanges that could only be reset. */
  aborted: number;
  /**
   * So many octets of requests' content more wait in memory, or fewer.
   *
   * @returns false when more wait than may, on all connections together.
   */
  countHeld(octets: number): boolean;
  /** Watches whether the peer of a connection takes what it is sent, and gets on while the server closes. */
  progressOf(stream: WrittenStream): PeerProgress;
  /** Makes the server's side of one exchange, or of several that follow each other. */
  serve(exchange: ServerExchange): ExchangeServer;
  /** A connection is over, or no longer the server's. */
  forget(connection: CarrierConnection): void;
}

/** Speaks a protocol. */
export interface ServerProtocol {
  /** Its name in ALPN (RFC 7301), as `h2`. */
  readonly alpn: string;
  /**
   * What clients that know already that it is spoken begin with, where there is no TLS to agree on it
   * (RFC 9113, 3.3); `null` or absent where only TLS chooses it.
   */
  readonly preface?: Uint8Array | null;
  /**
   * Serves a stream; sets its handler before it returns.
   *
   * @param received what has come of it already: the preface and what was behind it.
   */
  accept(stream: ByteStream, host: ExchangeHost, received: Uint8Array): CarrierConnection;
}
