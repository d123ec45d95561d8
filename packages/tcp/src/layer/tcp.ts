/**
 * TCP as a protocol above IP: finds the connection of each segment, keeps listeners, deadlines
 * and the queues of the turn. Sans-I/O: time is an argument, randomness a constructor's.
 *
 * A turn of the owner calls, in this order: `handleSegment` for each packet, `handleTimeout`,
 * `deliverEvents`, and, when no more input waits, `pollTransmit`. `onWork` tells the owner that
 * an application's command wants a turn.
 */

import { checksum } from '@netlayers/bytes';
import {
  ChecksumState,
  chooseEphemeralPort,
  type IpAddress,
  type IpError,
  type IpHeader,
  type IpLayer,
  IpProtocol,
  type UpperProtocol,
} from '@netlayers/ip';
import { arriveIcmpError } from '../arrival/icmp.js';
import { createTcpCounters, type TcpCounters } from '../base/counters.js';
import { TcpError } from '../base/errors.js';
import type { TcpDropReason } from '../base/reasons.js';
import { TcpConnection } from '../connection/connection.js';
import type { TcpContext } from '../connection/context.js';
import type { TcpOpenCallback } from '../connection/delivery.js';
import type { FourTuple, ScratchTuple } from '../connection/four-tuple.js';
import type { TcpObserver } from '../connection/observer.js';
import { resolveTcpSettings, type TcpSettings } from '../connection/settings.js';
import { BlockPool } from '../memory/block-pool.js';
import { MemoryBudget } from '../memory/budget.js';
import { QueuePool } from '../memory/queue-pool.js';
import { RecordPool } from '../memory/record-pool.js';
import { emitAbort } from '../sending/emit.js';
import { handleTimers } from '../timers/timers.js';
import { DeadlineHeap } from '../timing/deadline-heap.js';
import { createTcpHeader, parseTcp, TCP_HEADER_LENGTH, type TcpHeader } from '../wire/header.js';
import { ConnectionTable } from './connection-table.js';
import { handOver, noteDrop } from './hand-over.js';
import { IsnGenerator } from './isn.js';
import {
  type ListenerOwner,
  TcpListener,
  type TcpListenerHandler,
  type TcpListenOptions,
} from './listener.js';
import { ListenerTable } from './listener-table.js';
import { PassiveOpens } from './passive-open.js';
import { RecentPorts } from './recent-ports.js';
import { keySource } from './shared-secret.js';
import type { TcpConnectOptions, TcpOptions } from './tcp-options.js';
import { TimeWaits } from './time-wait.js';
import { TimeWaitTable } from './time-wait-table.js';
import { TurnQueues } from './turn-queues.js';
import type { UnclaimedHandler } from './unclaimed.js';

/** Octets that all connections may hold together. */
const MEMORY_LIMIT = 256 * 1024 * 1024;

/** The TCP layer of one stack. */
export class Tcp implements UpperProtocol, TcpContext<TcpConnection>, ListenerOwner {
  readonly ip: IpLayer;
  readonly counters: TcpCounters = createTcpCounters();
  readonly queues: QueuePool;
  readonly records: RecordPool;
  readonly isn: IsnGenerator;
  readonly randomU32: () => number;
  observer: TcpObserver | null;
  /** Called when something has to be transmitted or delivered; the owner schedules a turn. */
  onWork: (() => void) | null = null;
  /** Called for `keep`: leaves the memory of the packet that is being handled to who asks. */
  onKeep: ((buf: Uint8Array) => boolean) | null = null;

  readonly #settings: TcpSettings;
  readonly #header: TcpHeader = createTcpHeader();
  /** Of the segment that is being dealt with. */
  readonly #tuple: ScratchTuple = {
    localAddress: 0,
    localPort: 0,
    remoteAddress: 0,
    remotePort: 0,
  };
  readonly #connections: ConnectionTable<TcpConnection>;
  readonly #listeners = new ListenerTable();
  readonly #deadlines = new DeadlineHeap<TcpConnection>();
  readonly #timeWaitTable: TimeWaitTable;
  readonly #timeWaits: TimeWaits;
  readonly #recentPorts = new RecentPorts();
  readonly #passiveOpens: PassiveOpens;
  readonly #queues: TurnQueues;
  readonly #unclaimed: UnclaimedHandler | null;

  constructor(options: TcpOptions) {
    this.ip = options.ip;
    this.randomU32 = options.randomU32;
    this.observer = options.observer ?? null;
    this.#queues = new TurnQueues(() => this.onWork?.(), this.ip.hasSeveralLinks ?? false);
    const keys = keySource(options.sharedSecret, options.randomU32);
    this.isn = new IsnGenerator(keys.next);
    this.#unclaimed = options.unclaimed ?? null;
    this.#settings = resolveTcpSettings(options.settings ?? {});
    const budget = new MemoryBudget(options.memoryLimit ?? MEMORY_LIMIT, this.counters);
    this.queues = new QueuePool(new BlockPool(budget));
    this.records = new RecordPool(budget);
    this.#connections = new ConnectionTable(options.randomU32());
    this.#passiveOpens = new PassiveOpens(
      this,
      this.#connections,
      this.#listeners,
      this.isn,
      options.maxConnections ?? 262_144,
      keys,
    );
    this.#timeWaitTable = new TimeWaitTable(options.randomU32, options.maxTimeWait ?? 262_144);
    this.#timeWaits = new TimeWaits(this, this.#timeWaitTable, this.#passiveOpens, this.isn);
  }

  /** Connections in any state but CLOSED and TIME-WAIT. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Connections in ESTABLISHED or CLOSE-WAIT (RFC 4022, tcpCurrEstab); they are counted when it is asked for. */
  get establishedCount(): number {
    let count = 0;
    for (const { state } of this.#connections) {
      if (state === 'ESTABLISHED' || state === 'CLOSE-WAIT') count++;
    }
    return count;
  }

  /** Connections in TIME-WAIT. */
  get timeWaitCount(): number {
    return this.#timeWaitTable.size;
  }

  /** Every connection that is neither CLOSED nor in TIME-WAIT. */
  connections(): Iterable<TcpConnection> {
    return this.#connections;
  }

  // Commands.

  /**
   * Opens a port (RFC 9293, 3.10.1, passive OPEN).
   *
   * @throws TcpError EADDRINUSE when somebody listens there already.
   */
  listen(options: TcpListenOptions, handler: TcpListenerHandler): TcpListener {
    const settings = this.#settingsFor(options.settings);
    const listener = new TcpListener(options, settings, handler, this);
    this.#listeners.add(listener);
    return listener;
  }

  /**
   * Finds a random ephemeral port on which nobody listens.
   *
   * @param address `null` = every one.
   * @throws TcpError EADDRNOTAVAIL when there is none.
   */
  freePort(address: IpAddress | null): number {
    const port = chooseEphemeralPort(this.randomU32, (candidate) =>
      this.#listeners.has(address, candidate),
    );
    if (port < 0) throw new TcpError('EADDRNOTAVAIL', 'every ephemeral port is in use');
    return port;
  }

  /**
   * Connects (RFC 9293, 3.10.1, active OPEN). `onOpen` is called once, never from inside.
   *
   * @throws TcpError EHOSTUNREACH without a route, EADDRINUSE for a 4-tuple that exists,
   *   EADDRNOTAVAIL when no port is free, ENOBUFS when memory is short.
   */
  connect(options: TcpConnectOptions, onOpen: TcpOpenCallback, now: number): TcpConnection {
    const settings = this.#settingsFor(options.settings);
    const { remoteAddress, remotePort } = options;
    if (this.queues.budget.isFull) throw new TcpError('ENOBUFS', 'memoryLimit is nearly reached');
    // Also where the local address is given: broadcast and multicast have no source (MUST-46).
    const source = this.ip.sourceFor(remoteAddress);
    if (source === null) throw new TcpError('EHOSTUNREACH', 'there is no route to the peer');
    const localAddress = options.localAddress ?? source;
    const tuple = { localAddress, localPort: options.localPort ?? 0, remoteAddress, remotePort };
    this.#choosePort(tuple, settings, now);
    const previous = this.#timeWaits.giveWay(tuple);
    const iss =
      previous === null ? this.isn.next(tuple, now) : this.isn.nextBeyond(tuple, previous, now);
    const connection = new TcpConnection(this, settings, null, tuple, iss, now);
    this.#connections.add(connection);
    connection.open(onOpen);
    return connection;
  }

  /** The layer's own settings are one object for all who change nothing. */
  #settingsFor(given: Partial<TcpSettings> | undefined): TcpSettings {
    return given === undefined ? this.#settings : resolveTcpSettings(given, this.#settings);
  }

  /** Settles the local port of an active open: the one it names, or one that nobody has. */
  #choosePort(tuple: ScratchTuple, settings: TcpSettings, now: number): void {
    const isTaken = (port: number): boolean => {
      tuple.localPort = port;
      return (
        this.#connections.get(tuple) !== null ||
        !this.#timeWaits.allowsOpen(tuple, settings.timestamps, now)
      );
    };
    if (tuple.localPort !== 0) {
      if (!isTaken(tuple.localPort)) return;
      throw new TcpError('EADDRINUSE', 'this connection exists already');
    }
    const isNoChoice = (port: number): boolean => this.#recentPorts.has(port) || isTaken(port);
    tuple.localPort = chooseEphemeralPort(this.randomU32, isNoChoice);
    if (tuple.localPort < 0) tuple.localPort = chooseEphemeralPort(this.randomU32, isTaken);
    if (tuple.localPort >= 0) return;
    throw new TcpError('EADDRNOTAVAIL', 'every ephemeral port is in use');
  }

  // Input.

  handleSegment(
    header: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    checksumState: ChecksumState,
    segmentSize: number,
    now: number,
  ): void {
    this.counters.segmentsReceived++;
    const { source, destination } = header;
    let reason = this.#parse(source, destination, buf, start, end, checksumState);
    if (reason === null) {
      this.#header.mergedSize = segmentSize;
      this.#header.tos = header.tos;
      reason = this.#dispatch(header, buf, start, end, checksumState, now);
    }
    if (reason !== null) noteDrop(this, reason);
  }

  /** Fills in the layer's header object, or says why it cannot. */
  #parse(
    source: IpAddress,
    destination: IpAddress,
    buf: Uint8Array,
    start: number,
    end: number,
    checksumState: ChecksumState,
  ): TcpDropReason | null {
    if (end - start < TCP_HEADER_LENGTH) return 'truncated';
    if (checksumState === ChecksumState.COMPLETE) {
      const pseudo = this.ip.pseudoHeaderSum(source, destination, IpProtocol.TCP, end - start);
      if (checksum(buf, start, end, pseudo) !== 0) return 'bad-checksum';
    }
    const seg = this.#header;
    const unusable = parseTcp(buf, start, end, seg);
    if (unusable !== null) return unusable;
    return seg.sourcePort === 0 || seg.destinationPort === 0 ? 'bad-port' : null;
  }

  /** Hands the parsed segment to its connection, or to the listener of its port. */
  #dispatch(
    header: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    checksumState: ChecksumState,
    now: number,
  ): TcpDropReason | null {
    const seg = this.#header;
    const tuple = this.#tuple;
    tuple.localAddress = header.destination;
    tuple.localPort = seg.destinationPort;
    tuple.remoteAddress = header.source;
    tuple.remotePort = seg.sourcePort;
    const connection = this.#connections.get(tuple);
    if (connection === null) {
      const record = this.#timeWaitTable.find(tuple);
      if (record >= 0) return this.#timeWaits.arrive(tuple, record, seg, buf, now);
      const isTaken =
        this.#unclaimed !== null &&
        !this.#passiveOpens.mayBegin(tuple, seg, now) &&
        this.#unclaimed.handleSegment(header, buf, start, end, checksumState, seg.mergedSize);
      return isTaken ? 'handed-over' : this.#passiveOpens.arrive(tuple, seg, buf, now);
    }
    handOver(this, connection, seg, buf, now);
    return null;
  }

  handleIpError(error: IpError, buf: Uint8Array, start: number, end: number, now: number): void {
    const find = (tuple: FourTuple): TcpConnection | null => this.#connections.get(tuple);
    if (arriveIcmpError(error, buf, start, end, now, find)) return;
    this.#unclaimed?.handleIpError(error, buf, start, end);
  }

  /** Runs every timer that is due. */
  handleTimeout(now: number): void {
    if (this.#timeWaitTable.nextExpiry <= now) this.#timeWaitTable.expire(now);
    for (let due = this.#deadlines.popDue(now); due !== null; due = this.#deadlines.popDue(now)) {
      handleTimers(due, now);
      // A timer that is not yet answered by output must not be forgotten.
      due.updateDeadline();
    }
  }

  /**
   * Calls handlers for what has happened; what they cause in turn waits for the next call. Listeners
   * come first, so that a connection and its first text are told in one call.
   */
  deliverEvents(): void {
    this.#queues.deliverEvents();
  }

  /** Calls no handler from now on, not even those whose turn it was: the host has lost its memory. */
  halt(): void {
    this.#queues.halt();
  }

  // Output.

  /** Whether a handler waits to be called. */
  get hasEvents(): boolean {
    return this.#queues.hasEvents;
  }

  /** Whether a connection waits to transmit. */
  get hasOutput(): boolean {
    return this.#queues.hasOutput;
  }

  /** When `handleTimeout` is due; `Infinity` = never. May be earlier than any timer, never later. */
  nextDeadline(): number {
    return Math.min(this.#deadlines.next, this.#timeWaitTable.nextExpiry);
  }

  /**
   * Writes what is due into the device; the owner flushes.
   *
   * @returns false when the device's queue is full: call again once it is writable.
   */
  pollTransmit(now: number): boolean {
    return this.#queues.pollTransmit(now);
  }

  // What connections ask of the layer.

  requestOutput(connection: TcpConnection): void {
    this.#queues.requestOutput(connection);
  }

  keep(buf: Uint8Array): boolean {
    return this.onKeep?.(buf) === true;
  }

  requestEvents(connection: TcpConnection): void {
    this.#queues.requestEvents(connection);
  }

  reschedule(connection: TcpConnection): void {
    this.#deadlines.update(connection);
  }

  requestAccept(listener: TcpListener): void {
    this.#queues.requestAccept(listener);
  }

  removeListener(listener: TcpListener): void {
    this.#listeners.remove(listener);
  }

  timestampOffset(tuple: FourTuple): number {
    return this.isn.timestampOffset(tuple);
  }

  sendAbort(connection: TcpConnection, now: number): void {
    emitAbort(connection, now);
  }

  startTimeWait(connection: TcpConnection, now: number): void {
    this.#connections.remove(connection);
    this.#deadlines.remove(connection);
    this.#timeWaits.add(connection, now);
  }

  isInTimeWait(connection: TcpConnection): boolean {
    return this.#timeWaits.indexOf(connection) >= 0;
  }

  remove(connection: TcpConnection): void {
    if (connection.tableIndex < 0) this.#timeWaits.remove(connection);
    this.#connections.remove(connection);
    this.#deadlines.remove(connection);
    if (connection.listener === null) this.#recentPorts.add(connection.localPort);
    else connection.listener.forget(connection);
  }
}
