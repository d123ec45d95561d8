/**
 * What a connection and its parts need of the layer that owns them.
 */

import type { Ipv4Sender } from '@netlayers/ipv4';
import type { BufferPool } from './buffer-pool.js';
import type { TcpConnection } from './connection.js';
import type { TcpCounters } from './counters.js';
import type { TcpHeader } from './header.js';
import type { IsnGenerator } from './isn.js';
import type { TcpObserver } from './observer.js';

/** The layer as its connections see it. */
export interface TcpContext {
  readonly ip: Ipv4Sender;
  readonly pool: BufferPool;
  readonly counters: TcpCounters;
  readonly isn: IsnGenerator;
  readonly randomU32: () => number;
  observer: TcpObserver | null;
  /** Filled in for the observer from what was emitted. */
  readonly sentHeader: TcpHeader;
  /** Scratch for SACK blocks on their way out. */
  readonly sackEdges: Uint32Array;
  /** The connection has something to transmit. */
  requestOutput(connection: TcpConnection): void;
  /** The connection has something to tell its handler. */
  requestEvents(connection: TcpConnection): void;
  /** One of the connection's timers has changed. */
  reschedule(connection: TcpConnection): void;
  /** The connection is CLOSED: forget it. */
  remove(connection: TcpConnection): void;
  /** RFC 5961, 7: whether one more challenge ACK may be sent now. */
  allowChallenge(now: number): boolean;
}
