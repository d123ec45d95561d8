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
  type IpAddress,
  type IpError,
  type IpHeader,
  type IpLayer,
  IpProtocol,
  type UpperProtocol,
} from '@netlayers/ip';
import { arriveIcmpError } from '../arrival/icmp.js';
import { segmentArrives } from '../arrival/segment-arrives.js';
import { takeSyn } from '../arrival/syn-sent.js';
import { createTcpCounters, type TcpCounters } from '../base/counters.js';
import { TcpError } from '../base/errors.js';
import { Because, type TcpDropReason, Verdict } from '../base/reasons.js';
import { TcpConnection } from '../connection/connection.js';
import type { TcpContext } from '../connection/context.js';
import type { TcpOpenCallback } from '../connection/delivery.js';
import type { FourTuple, ScratchTuple } from '../connection/four-tuple.js';
import type { TcpObserver } from '../connection/observer.js';
import { resolveTcpSettings, type TcpSettings } from '../connection/settings.js';
import { BufferPool } from '../memory/buffer-pool.js';
import { RecordPool } from '../memory/record-pool.js';
import { emitAbort, emitReset } from '../sending/emit.js';
import { transmit } from '../sending/transmit.js';
import { handleTimers } from '../timers/timers.js';
import { DeadlineHeap } from '../timing/deadline-heap.js';
import { TcpFlag } from '../wire/flags.js';
import { createTcpHeader, parseTcp, TCP_HEADER_LENGTH, type TcpHeader } from '../wire/header.js';
import { type Seq, seqGt } from '../wire/seq.js';
import { ConnectionTable } from './connection-table.js';
import { chooseEphemeralPort } from './ephemeral-port.js';
import { IsnGenerator } from './isn.js';
import {
  type ListenerOwner,
  TcpListener,
  type TcpListenerHandler,
  type TcpListenOptions,
} from './listener.js';
import { ListenerTable } from './listener-table.js';

/** RFC 5961, 7: challenge ACKs per second, for all connections together. */
const CHALLENGES_PER_SECOND = 100;

/** What TCP is built on. */
export interface TcpOptions {
  readonly ip: IpLayer;
  /** Uniform uint32s that nobody can guess: ports, sequence numbers and hash keys come from it. */
  readonly randomU32: () => number;
  /** Settings of every connection that does not bring its own. */
  readonly settings?: Partial<TcpSettings>;
  /** The most connections at once, TIME-WAIT included. @default 262,144 */
  readonly maxConnections?: number;
  readonly observer?: TcpObserver | null;
}

/** Where to connect. */
export interface TcpConnectOptions {
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** @default what the route says */
  readonly localAddress?: IpAddress;
  /** 0 or absent: a random ephemeral port. */
  readonly localPort?: number;
  readonly settings?: Partial<TcpSettings>;
}

/** The TCP layer of one stack. */
export class Tcp implements UpperProtocol, TcpContext<TcpConnection>, ListenerOwner {
  readonly ip: IpLayer;
  readonly pool = new BufferPool();
  readonly records = new RecordPool();
  readonly counters: TcpCounters = createTcpCounters();
  readonly isn: IsnGenerator;
  readonly randomU32: () => number;
  observer: TcpObserver | null;
  /** Called when something has to be transmitted or delivered; the owner schedules a turn. */
  onWork: (() => void) | null = null;

  readonly #settings: TcpSettings;
  readonly #maxConnections: number;
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
  #output: TcpConnection[] = [];
  #events: TcpConnection[] = [];
  /** Listeners with a connection to tell of, one entry for each. */
  #acceptable: TcpListener[] = [];
  #challengeSecond = -1;
  #challenges = 0;

  constructor(options: TcpOptions) {
    this.ip = options.ip;
    this.randomU32 = options.randomU32;
    this.observer = options.observer ?? null;
    this.isn = new IsnGenerator(options.randomU32);
    this.#settings = resolveTcpSettings(options.settings ?? {});
    this.#maxConnections = options.maxConnections ?? 262_144;
    this.#connections = new ConnectionTable(options.randomU32());
  }

  /** Connections in any state but CLOSED. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Every connection, TIME-WAIT included. */
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
    const settings = resolveTcpSettings(options.settings ?? {}, this.#settings);
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
   *   EADDRNOTAVAIL when no port is free.
   */
  connect(options: TcpConnectOptions, onOpen: TcpOpenCallback, now: number): TcpConnection {
    const settings = resolveTcpSettings(options.settings ?? {}, this.#settings);
    const { remoteAddress, remotePort } = options;
    // Also where the local address is given: broadcast and multicast have no source (MUST-46).
    const source = this.ip.sourceFor(remoteAddress);
    if (source === null) throw new TcpError('EHOSTUNREACH', 'there is no route to the peer');
    const localAddress = options.localAddress ?? source;
    const isTaken = (port: number): boolean =>
      this.#connections.get({ localAddress, localPort: port, remoteAddress, remotePort }) !== null;
    const localPort =
      options.localPort || chooseEphemeralPort(this.randomU32, (port) => isTaken(port));
    if (localPort < 0) throw new TcpError('EADDRNOTAVAIL', 'every ephemeral port is in use');
    if (isTaken(localPort)) throw new TcpError('EADDRINUSE', 'this connection exists already');
    const tuple = { localAddress, localPort, remoteAddress, remotePort };
    const connection = new TcpConnection(this, settings, null, tuple, now);
    this.#connections.add(connection);
    connection.open(onOpen);
    return connection;
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
      reason = this.#dispatch(source, destination, buf, now);
    }
    if (reason !== null) this.#drop(reason);
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
    source: IpAddress,
    destination: IpAddress,
    buf: Uint8Array,
    now: number,
  ): TcpDropReason | null {
    const seg = this.#header;
    const tuple = this.#tuple;
    tuple.localAddress = destination;
    tuple.localPort = seg.destinationPort;
    tuple.remoteAddress = source;
    tuple.remotePort = seg.sourcePort;
    const connection = this.#connections.get(tuple);
    if (connection === null) return this.#arriveUnconnected(tuple, seg, buf, null, now);
    if (connection.state === 'TIME-WAIT' && this.#mayReplace(connection, seg)) {
      const previous = connection.snd.nxt;
      connection.finish();
      return this.#arriveUnconnected(tuple, seg, buf, previous, now);
    }
    const verdict = segmentArrives(connection, seg, buf, now);
    this.observer?.segmentReceived?.(connection, seg, buf, verdict);
    if (connection.state !== 'CLOSED') this.requestOutput(connection);
    connection.delivery.lend(buf);
    return null;
  }

  handleIpError(error: IpError, buf: Uint8Array, start: number, end: number, _now: number): void {
    arriveIcmpError(error, buf, start, end, (tuple) => this.#connections.get(tuple));
  }

  /** Runs every timer that is due. */
  handleTimeout(now: number): void {
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
    this.#announceAcceptable();
    const events = this.#events;
    if (events.length === 0) return;
    this.#events = [];
    for (const connection of events) connection.eventsRequested = false;
    let next = 0;
    try {
      while (next < events.length) events[next++]!.delivery.round();
    } finally {
      // One handler that throws does not silence the others.
      for (; next < events.length; next++) this.requestEvents(events[next]!);
    }
  }

  #announceAcceptable(): void {
    const acceptable = this.#acceptable;
    if (acceptable.length === 0) return;
    this.#acceptable = [];
    let next = 0;
    try {
      while (next < acceptable.length) acceptable[next++]!.announce();
    } finally {
      for (; next < acceptable.length; next++) this.requestAccept(acceptable[next]!);
    }
  }

  // Output.

  /** Whether a handler waits to be called. */
  get hasEvents(): boolean {
    return this.#events.length > 0 || this.#acceptable.length > 0;
  }

  /** Whether a connection waits to transmit. */
  get hasOutput(): boolean {
    return this.#output.length > 0;
  }

  /** When `handleTimeout` is due; `Infinity` = never. May be earlier than any timer, never later. */
  nextDeadline(): number {
    return this.#deadlines.next;
  }

  /**
   * Writes what is due into the device; the owner flushes.
   *
   * @returns false when the device's queue is full: call again once it is writable.
   */
  pollTransmit(now: number): boolean {
    const output = this.#output;
    for (let index = 0; index < output.length; index++) {
      const connection = output[index]!;
      const isDone = transmit(connection, now);
      connection.updateDeadline();
      if (!isDone) {
        // The next one comes first next time, so that nobody starves behind a full queue.
        this.#output = [...output.slice(index + 1), connection];
        for (let done = 0; done < index; done++) output[done]!.outputRequested = false;
        return false;
      }
    }
    for (const connection of output) connection.outputRequested = false;
    output.length = 0;
    return true;
  }

  // What connections ask of the layer.

  requestOutput(connection: TcpConnection): void {
    if (connection.outputRequested) return;
    connection.outputRequested = true;
    this.#output.push(connection);
    if (this.#output.length === 1) this.onWork?.();
  }

  requestEvents(connection: TcpConnection): void {
    if (connection.eventsRequested) return;
    connection.eventsRequested = true;
    this.#events.push(connection);
    if (this.#events.length === 1) this.onWork?.();
  }

  reschedule(connection: TcpConnection): void {
    this.#deadlines.update(connection);
  }

  requestAccept(listener: TcpListener): void {
    this.#acceptable.push(listener);
    if (this.#acceptable.length === 1) this.onWork?.();
  }

  removeListener(listener: TcpListener): void {
    this.#listeners.remove(listener);
  }

  initialSequenceNumber(tuple: FourTuple, now: number): Seq {
    return this.isn.next(tuple, now);
  }

  sendAbort(connection: TcpConnection, now: number): void {
    emitAbort(connection, now);
  }

  remove(connection: TcpConnection): void {
    this.#connections.remove(connection);
    this.#deadlines.remove(connection);
    connection.listener?.forget(connection);
  }

  allowChallenge(now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#challengeSecond) {
      this.#challengeSecond = second;
      this.#challenges = 0;
    }
    return ++this.#challenges <= CHALLENGES_PER_SECOND;
  }

  // SEGMENT ARRIVES without a connection: CLOSED and LISTEN (RFC 9293, 3.10.7.1 and 3.10.7.2).

  #arriveUnconnected(
    tuple: FourTuple,
    seg: TcpHeader,
    buf: Uint8Array,
    previous: Seq | null,
    now: number,
  ): TcpDropReason | null {
    if ((seg.flags & TcpFlag.RST) !== 0) return 'no-connection';
    const listener = this.#listeners.find(tuple.localAddress, tuple.localPort);
    if (listener === null || (seg.flags & TcpFlag.ACK) !== 0) {
      const because = listener === null ? Because.NO_CONNECTION : Because.UNACCEPTABLE_ACK;
      emitReset(this, tuple, seg, because);
      return 'no-connection';
    }
    if ((seg.flags & TcpFlag.SYN) === 0) return 'no-connection';
    if (listener.isFull) return 'backlog-full';
    if (this.#connections.size >= this.#maxConnections) return 'table-full';
    this.#acceptSyn(listener, tuple, seg, buf, previous, now);
    return null;
  }

  #acceptSyn(
    listener: TcpListener,
    tuple: FourTuple,
    seg: TcpHeader,
    buf: Uint8Array,
    previous: Seq | null,
    now: number,
  ): void {
    const { settings } = listener;
    const connection = new TcpConnection(this, settings, listener, tuple, now, previous);
    this.#connections.add(connection);
    connection.enter('SYN-RECEIVED');
    takeSyn(connection, seg, now);
    connection.synBecause = Because.ACCEPT;
    const evicted = listener.addHalfOpen(connection);
    if (evicted !== null) {
      this.#drop('half-open-evicted');
      evicted.fail(null);
    }
    this.observer?.segmentReceived?.(connection, seg, buf, Verdict.ACCEPTED);
    this.requestOutput(connection);
  }

  /** Whether a SYN may take the place of a connection in TIME-WAIT (RFC 9293, 3.6.1; RFC 6191). */
  #mayReplace(connection: TcpConnection, seg: TcpHeader): boolean {
    const bits = seg.flags & (TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST);
    if (bits !== TcpFlag.SYN) return false;
    const { rcv } = connection;
    const isLater =
      connection.timestampsEnabled && seg.hasTimestamp && seg.tsval !== rcv.tsRecent
        ? ((seg.tsval - rcv.tsRecent) | 0) > 0
        : seqGt(seg.seq, rcv.nxt);
    return isLater && this.#listeners.find(connection.localAddress, connection.localPort) !== null;
  }

  #drop(reason: TcpDropReason): void {
    this.counters.dropped[reason]++;
    this.observer?.segmentDropped?.(reason);
  }
}
