/**
 * What a connection and its parts need of the layer that owns them.
 */

import type { IpLayer } from '@netlayers/ip';
import type { TcpCounters } from '../base/counters.js';
import type { QueuePool } from '../memory/queue-pool.js';
import type { RecordPool } from '../memory/record-pool.js';
import type { FourTuple } from './four-tuple.js';
import type { TcpObserver } from './observer.js';

/** The layer as its connections see it; `C` is the connection itself. */
export interface TcpContext<C> {
  readonly ip: IpLayer;
  readonly queues: QueuePool;
  readonly records: RecordPool;
  readonly counters: TcpCounters;
  readonly randomU32: () => number;
  observer: TcpObserver | null;
  /** What is added to the clock to make the timestamps of a connection (RFC 7323, 5.4). */
  timestampOffset(tuple: FourTuple): number;
  /** The connection has something to transmit. */
  requestOutput(connection: C): void;
  /** The connection has something to tell its handler. */
  requestEvents(connection: C): void;
  /** Has memory that was handed to a handler last, if it is that of the packet which is being handled. */
  keep(buf: Uint8Array): boolean;
  /** One of the connection's timers has changed. */
  reschedule(connection: C): void;
  /** The application has given the connection up: its peer is told, before anything is forgotten. */
  sendAbort(connection: C, now: number): void;
  /** The connection enters TIME-WAIT: keep a record instead of it. */
  startTimeWait(connection: C, now: number): void;
  /** Whether the record of a connection that has entered TIME-WAIT is still kept. */
  isInTimeWait(connection: C): boolean;
  /** The connection is CLOSED: forget it, and its record if there is one. */
  remove(connection: C): void;
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
