/**
 * What a connection and its parts need of the layer that owns them.
 */

import type { IpLayer } from '@netlayers/ip';
import type { TcpCounters } from '../base/counters.js';
import type { BufferPool } from '../memory/buffer-pool.js';
import type { RecordPool } from '../memory/record-pool.js';
import type { Seq } from '../wire/seq.js';
import type { FourTuple } from './four-tuple.js';
import type { TcpObserver } from './observer.js';

/** The layer as its connections see it; `C` is the connection itself. */
export interface TcpContext<C> {
  readonly ip: IpLayer;
  readonly pool: BufferPool;
  readonly records: RecordPool;
  readonly counters: TcpCounters;
  readonly randomU32: () => number;
  observer: TcpObserver | null;
  /** The first sequence number of a connection that begins now (RFC 6528). */
  initialSequenceNumber(tuple: FourTuple, now: number): Seq;
  /** The connection has something to transmit. */
  requestOutput(connection: C): void;
  /** The connection has something to tell its handler. */
  requestEvents(connection: C): void;
  /** One of the connection's timers has changed. */
  reschedule(connection: C): void;
  /** The application has given the connection up: its peer is told, before anything is forgotten. */
  sendAbort(connection: C, now: number): void;
  /** The connection is CLOSED: forget it. */
  remove(connection: C): void;
  /** RFC 5961, 7: whether one more challenge ACK may be sent now. */
  allowChallenge(now: number): boolean;
}

/** The passive open that a connection came from. */
export interface PassiveOpen<C> {
  /** Whether no connection may be added to those that wait to be accepted. */
  readonly isFull: boolean;
  /** A half-open connection has become established. */
  promote(connection: C): void;
  /** A connection is CLOSED. */
  forget(connection: C): void;
}
