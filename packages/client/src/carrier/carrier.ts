/**
 * What carries exchanges to one origin: a connection of HTTP/1.1, which has room for one at a time,
 * or of a protocol that has room for many. The pool knows carriers and nothing below them.
 */

import type { Clock } from '@netlayers/host';
import type {
  ByteStream,
  ClientConnectionOptions,
  ClientExchange,
  ClientExchangeHandler,
} from '@netlayers/http';
import type { Origin } from '../base/origin.js';

/** Carries exchanges. */
export interface Carrier {
  readonly origin: Origin;
  /** What it speaks, by its name in ALPN: `http/1.1`, `h2`. */
  readonly protocol: string;
  /** Whether it can carry more than one exchange at a time. */
  readonly isShared: boolean;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Exchanges opened so far. */
  readonly opened: number;
  /** Grows with everything that is received, or taken by the peer; for who waits for room. */
  readonly moved?: number;
  /** Exchanges that can be opened now. */
  readonly room: number;
  /** Opens an exchange; there is room. */
  open(handler: ClientExchangeHandler): ClientExchange;
  /** Opens no more, and ends the connection in an orderly way when nothing runs on it. */
  retire(): void;
  /** Resets the connection: running exchanges are lost. */
  abort(): void;
}

/** Who keeps carriers. */
export interface CarrierOwner {
  /** It has room again. */
  handleRoom(carrier: Carrier): void;
  /** It will carry no other exchange. Comes once. */
  handleGone(carrier: Carrier): void;
}

/** What a carrier is told when it is made. */
export interface CarrierSettings {
  readonly clock: Clock;
  readonly http: ClientConnectionOptions;
  /** How long it is kept without an exchange, milliseconds. */
  readonly idleTimeoutMs: number;
}

/** Makes the carrier of a new stream, and sets the stream's handler. */
export type MakeCarrier = (
  origin: Origin,
  stream: ByteStream,
  settings: CarrierSettings,
  owner: CarrierOwner,
) => Carrier;
