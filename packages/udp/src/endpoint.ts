/**
 * A socket as UDP knows it: where it is bound and connected, who is called, and what waits for them.
 *
 * A datagram is handed over in place while its reader is there, and queued while it is not: paused,
 * not set yet, or behind others that wait. Handlers are called for arrivals from inside
 * `Udp.handleSegment`, for the rest in `Udp.deliverEvents`; what one throws comes out of the latter,
 * so that nothing below is left half done.
 */

import { formatAddress, type IpAddress, keepAddress } from '@netlayers/ip';
import type { UdpArrival } from './arrival.js';
import type { UdpCounters, UdpDropReason } from './counters.js';
import { UdpError } from './errors.js';
import type { PortUser } from './port-table.js';
import { type ReceiveBudget, ReceiveQueue } from './receive-queue.js';

/** Who is told what happens to a socket. */
export interface UdpHandler {
  /** A datagram with the data `buf[start..end)`; it and `arrival` are valid until it returns. */
  handleDatagram(buf: Uint8Array, start: number, end: number, arrival: UdpArrival): void;
  /** The network has reported what became of a datagram of this socket; also while it is paused. */
  handleError(error: UdpError): void;
  /** After `send` has returned false: there is room again. */
  handleDrain(): void;
}

/** Where a socket is bound, and what it may do. */
export interface UdpBindOptions {
  /** One of our addresses; `null` = all of them. @default null */
  readonly address?: IpAddress | null;
  /** 0 or absent: a random ephemeral port. */
  readonly port?: number;
  /** Whether it may send to everybody on the subnet. @default false */
  readonly broadcast?: boolean;
  /** Whether others that permit it too may be bound to the same. @default false */
  readonly reuseAddress?: boolean;
  /** Bytes that may wait for the handler, 256 for each datagram included. @default 212,992 */
  readonly receiveBuffer?: number;
}

/** What the source of a datagram depends on. */
export interface Sender {
  /** `null` = the route's. */
  readonly localAddress: IpAddress | null;
  readonly broadcast: boolean;
}

/** What a socket asks of its layer. */
export interface EndpointOwner {
  readonly counters: UdpCounters;
  readonly budget: ReceiveBudget;
  /** See `UdpEndpoint.send`. */
  send(
    endpoint: UdpEndpoint,
    buf: Uint8Array,
    start: number,
    end: number,
    destination: IpAddress,
    port: number,
    source: IpAddress | null,
  ): boolean;
  /** The address that a connection of `from` sends from; throws what `connect` does. */
  connectionSource(from: Sender, destination: IpAddress, port: number): IpAddress;
  /** Has `round` called. */
  requestRound(endpoint: UdpEndpoint): void;
  /** Has an exception of a handler thrown where it does no harm. */
  throwLater(error: unknown): void;
  remove(endpoint: UdpEndpoint): void;
}

/** As Linux (net.core.rmem_default). */
const RECEIVE_BUFFER = 212_992;

/** A socket; made by `Udp.bind`. */
export class UdpEndpoint implements PortUser, Sender {
  readonly localPort: number;
  readonly reuseAddress: boolean;
  /** The address we are bound to; while connected the one we send from. `null` = all of them. */
  localAddress: IpAddress | null;
  remoteAddress: IpAddress | null = null;
  remotePort = 0;
  /** Whether it may send to everybody on the subnet. */
  broadcast: boolean;
  /** TTL, or hop limit, of what it sends; `null` = the layer's. */
  ttl: number | null = null;
  /** TOS, or traffic class, of what it sends: the whole octet. */
  tos = 0;
  /** Given to the handler; sent; and dropped because there was no room for them to wait. */
  datagramsDelivered = 0;
  datagramsSent = 0;
  datagramsDropped = 0;
  /** Belongs to the layer: whether a round is asked for. */
  roundRequested = false;
  /** Belongs to the layer: whether `send` was refused since the last `handleDrain`. */
  isBlocked = false;
  /** Belongs to the layer: whether `handleDrain` is due. */
  isDrainDue = false;
  readonly #boundAddress: IpAddress | null;
  readonly #owner: EndpointOwner;
  readonly #queue: ReceiveQueue;
  #handler: UdpHandler | null;
  #paused = false;
  #closed = false;

  /** @param port a port that was found to be free. */
  constructor(
    owner: EndpointOwner,
    options: UdpBindOptions,
    port: number,
    handler: UdpHandler | null,
  ) {
    const address = options.address ?? null;
    this.#owner = owner;
    this.#boundAddress = address === null ? null : keepAddress(address);
    this.localAddress = this.#boundAddress;
    this.localPort = port;
    this.reuseAddress = options.reuseAddress ?? false;
    this.broadcast = options.broadcast ?? false;
    this.#queue = new ReceiveQueue(owner.budget, options.receiveBuffer ?? RECEIVE_BUFFER);
    this.#handler = handler;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Datagrams that wait for the handler. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Bytes that may wait for the handler, 256 for each datagram included. */
  get receiveBuffer(): number {
    return this.#queue.limit;
  }

  set receiveBuffer(limit: number) {
    this.#queue.limit = limit;
  }

  /** Sets who is called; what has arrived before is delivered then, not inside this call. */
  setHandler(handler: UdpHandler): void {
    this.#handler = handler;
    this.#requestRound();
  }

  /** Has datagrams wait until `resume`; what finds no room is dropped and counted. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on with delivery, not inside this call. */
  resume(): void {
    this.#paused = false;
    this.#requestRound();
  }

  /**
   * Fixes the peer: nobody else's datagrams are delivered from now on, `send` needs no destination,
   * and we send from one address. What waits already stays. A connected socket gets another peer.
   *
   * @throws UdpError EACCES, ENETUNREACH, EINVAL, EBADF, as `send` does.
   */
  connect(address: IpAddress, port: number): void {
    this.#refuseIfClosed('connect');
    const from = { localAddress: this.#boundAddress, broadcast: this.broadcast };
    this.localAddress = keepAddress(this.#owner.connectionSource(from, address, port));
    this.remoteAddress = keepAddress(address);
    this.remotePort = port;
  }

  /**
   * Takes datagrams of everybody again.
   *
   * @throws UdpError ENOTCONN.
   */
  disconnect(): void {
    this.#refuseIfClosed('disconnect');
    if (this.remoteAddress === null) throw new UdpError('ENOTCONN', { syscall: 'disconnect' });
    this.localAddress = this.#boundAddress;
    this.remoteAddress = null;
    this.remotePort = 0;
  }

  /**
   * Sends a datagram with the data `buf[start..end)`, which is copied before it returns.
   *
   * @param address `null` = to whom we are connected, and `port` is not looked at.
   * @param source the address to send from, where we are bound to none; `null` = the route's.
   * @returns false when the device's queue is full: it was not sent, wait for `handleDrain`.
   * @throws UdpError EMSGSIZE above 65,507 bytes in IPv4, EACCES for a broadcast without permission,
   *   ENETUNREACH without a route, EINVAL for port 0 or a source that cannot be, EDESTADDRREQ without a
   *   destination, EBADF when it was closed.
   */
  send(
    buf: Uint8Array,
    start: number,
    end: number,
    address: IpAddress | null = null,
    port = 0,
    source: IpAddress | null = null,
  ): boolean {
    this.#refuseIfClosed('send');
    const destination = address ?? this.remoteAddress;
    if (destination === null) throw new UdpError('EDESTADDRREQ', { syscall: 'send' });
    const remotePort = address === null ? this.remotePort : port;
    const isSent = this.#owner.send(this, buf, start, end, destination, remotePort, source);
    if (isSent) this.datagramsSent++;
    return isSent;
  }

  /** Gives the port back; nothing is called any more, and what waits is dropped. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler = null;
    this.#owner.counters.dropped.closed += this.#queue.clear();
    this.#owner.remove(this);
  }

  // What the layer calls.

  /** Takes a datagram; returns why it was dropped, or `null`. */
  arrive(buf: Uint8Array, start: number, end: number, arrival: UdpArrival): UdpDropReason | null {
    const handler = this.#paused || this.#queue.length > 0 ? null : this.#handler;
    if (handler === null) return this.#keep(buf, start, end, arrival);
    try {
      this.#deliver(handler, buf, start, end, arrival);
    } catch (error) {
      this.#owner.throwLater(error);
    }
    return null;
  }

  /** Takes an error of the network. */
  arriveError(error: UdpError): void {
    try {
      this.#handler?.handleError(error);
    } catch (thrown) {
      this.#owner.throwLater(thrown);
    }
  }

  /** Tells of room to send, and delivers what waited when it was called. */
  round(): void {
    try {
      if (this.isDrainDue) {
        this.isDrainDue = false;
        this.#handler?.handleDrain();
      }
      for (let left = this.#queue.length; left > 0 && !this.#paused; left--) {
        const handler = this.#handler;
        const next = handler === null ? null : this.#queue.shift();
        if (handler === null || next === null) return;
        this.#deliver(handler, next.data, 0, next.data.length, next.arrival);
      }
    } finally {
      this.#requestRound();
    }
  }

  /** Calls nobody any more: the host has lost its memory. */
  halt(): void {
    this.#closed = true;
    this.#handler = null;
    this.#queue.clear();
  }

  #keep(buf: Uint8Array, start: number, end: number, arrival: UdpArrival): UdpDropReason | null {
    const reason = this.#queue.push(buf, start, end, arrival);
    if (reason !== null) {
      this.datagramsDropped++;
      return reason;
    }
    this.#owner.counters.datagramsQueued++;
    this.#requestRound();
    return null;
  }

  #deliver(
    handler: UdpHandler,
    buf: Uint8Array,
    start: number,
    end: number,
    arrival: UdpArrival,
  ): void {
    const { counters } = this.#owner;
    this.datagramsDelivered++;
    counters.datagramsDelivered++;
    counters.bytesDelivered += end - start;
    handler.handleDatagram(buf, start, end, arrival);
  }

  /** Asks for a round if there is something to deliver, and somebody to deliver it to. */
  #requestRound(): void {
    if (this.#paused || this.#handler === null || this.#queue.length === 0) return;
    this.#owner.requestRound(this);
  }

  #refuseIfClosed(syscall: 'connect' | 'disconnect' | 'send'): void {
    if (!this.#closed) return;
    const port = this.localPort;
    throw new UdpError('EBADF', { syscall }, `the socket of port ${port} was closed`);
  }
}

/** An address of a socket as people write it. */
export const formatBound = (address: IpAddress | null): string =>
  address === null ? '0.0.0.0' : formatAddress(address);
