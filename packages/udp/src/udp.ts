/**
 * UDP as a protocol above IP (RFC 768; RFC 1122, 4.1): finds the socket of each datagram and of each
 * error, keeps the table of ports and what waits for readers. Sans-I/O: randomness is a constructor's,
 * and the owner of the device flushes.
 *
 * A turn of the owner calls `handleSegment` for each packet, `handleTimeout` and `deliverEvents`, and
 * `handleWritable` once a device that was full has room. `onWork` tells the owner that a turn is
 * wanted: something was sent, or waits to be delivered.
 *
 * Deliberately absent: multicast, IP options, UDP-Lite (RFC 3828).
 */

import { checksum, readU16 } from '@netlayers/bytes';
import {
  ChecksumState,
  chooseEphemeralPort,
  formatAddress,
  type IpAddress,
  type IpDatagramLayer,
  type IpError,
  type IpHeader,
  IpProtocol,
  type UpperProtocol,
} from '@netlayers/ip';
import { createUdpArrival } from './arrival.js';
import { createUdpCounters, type UdpDropReason } from './counters.js';
import {
  type EndpointOwner,
  formatBound,
  type Sender,
  type UdpBindOptions,
  UdpEndpoint,
  type UdpHandler,
} from './endpoint.js';
import { networkError, UdpError } from './errors.js';
import { createUdpHeader, parseUdp } from './header.js';
import { PathMtus } from './path-mtus.js';
import { PortTable } from './port-table.js';
import { ReceiveBudget } from './receive-queue.js';
import { UdpSender } from './sender.js';

/** What UDP is built on. */
export interface UdpOptions {
  readonly ip: IpDatagramLayer;
  /** Uniform uint32s that nobody can guess: ports come from it. */
  readonly randomU32: () => number;
  /** Bytes that may wait for all readers together, 256 for each datagram included. @default 16 MiB */
  readonly memoryLimit?: number;
}

const MEMORY_LIMIT = 16 * 1024 * 1024;

/** The ports that an error quotes, and no more: 8 bytes are always there (RFC 792). */
const QUOTED_LENGTH = 8;

/** The UDP layer of one stack. */
export class Udp implements UpperProtocol, EndpointOwner {
  readonly takesBroadcast = true;
  readonly counters = createUdpCounters();
  readonly budget: ReceiveBudget;
  /** Called when something was sent or waits to be delivered; the owner schedules a turn. */
  onWork: (() => void) | null = null;
  readonly #ip: IpDatagramLayer;
  readonly #randomU32: () => number;
  readonly #table = new PortTable<UdpEndpoint>();
  readonly #pathMtus = new PathMtus();
  readonly #sender: UdpSender;
  readonly #header = createUdpHeader();
  /** Of the datagram that is being delivered. */
  readonly #arrival = createUdpArrival();
  /** Sockets with something to deliver, each once. */
  #rounds: UdpEndpoint[] = [];
  /** Sockets whose `send` was refused. */
  #blocked: UdpEndpoint[] = [];
  /** What handlers have thrown. */
  readonly #thrown: unknown[] = [];
  #halted = false;

  constructor(options: UdpOptions) {
    this.#ip = options.ip;
    this.#randomU32 = options.randomU32;
    this.budget = new ReceiveBudget(options.memoryLimit ?? MEMORY_LIMIT, this.counters);
    this.#sender = new UdpSender(options.ip, this.counters, this.#pathMtus);
  }

  /** Every socket. */
  endpoints(): readonly UdpEndpoint[] {
    return this.#table.all();
  }

  /**
   * Opens a port.
   *
   * @param handler `null` = datagrams wait until one is set.
   * @throws UdpError EADDRINUSE for an address and port that are taken, and where no port is free.
   */
  bind(options: UdpBindOptions, handler: UdpHandler | null): UdpEndpoint {
    const { address = null, reuseAddress = false } = options;
    // A port that was asked for by nobody is shared with nobody.
    const port =
      options.port ||
      chooseEphemeralPort(this.#randomU32, (free) => this.#table.isTaken(address, free, false));
    if (port < 0 || (options.port && this.#table.isTaken(address, port, reuseAddress))) {
      throw new UdpError(
        'EADDRINUSE',
        { syscall: 'bind', address: formatBound(address), port: Math.max(port, 0) },
        'address already in use',
      );
    }
    const endpoint = new UdpEndpoint(this, options, port, handler);
    this.#table.add(endpoint);
    return endpoint;
  }

  // Input.

  handleSegment(
    header: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    checksumState: ChecksumState,
    _segmentSize: number,
    now: number,
  ): void {
    this.counters.datagramsReceived++;
    const reason =
      this.#parse(header, buf, start, end, checksumState) ??
      this.#dispatch(header, buf, start, end, now);
    if (reason !== null) this.counters.dropped[reason]++;
  }

  /** Fills in the layer's header object, or says why it cannot. */
  #parse(
    { source, destination }: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    checksumState: ChecksumState,
  ): UdpDropReason | null {
    if (this.#halted) return 'closed';
    const header = this.#header;
    const unusable = parseUdp(buf, start, end, header);
    if (unusable !== null) return unusable;
    // Zero: the sender has made none (RFC 768; RFC 1122, 4.1.3.4).
    if (header.checksum !== 0 && checksumState === ChecksumState.COMPLETE) {
      const length = header.dataEnd - start;
      const pseudo = this.#ip.pseudoHeaderSum(source, destination, IpProtocol.UDP, length);
      if (checksum(buf, start, header.dataEnd, pseudo) !== 0) return 'bad-checksum';
    }
    return header.destinationPort === 0 ? 'bad-port' : null;
  }

  /** Hands the parsed datagram to its socket, or to several where everybody is meant. */
  #dispatch(
    header: IpHeader,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): UdpDropReason | null {
    const { source, destination } = header;
    const { sourcePort, destinationPort, dataStart, dataEnd } = this.#header;
    const endpoint = this.#table.find(destination, destinationPort, source, sourcePort);
    const isBroadcast = this.#ip.broadcastSource(destination) !== null;
    if (endpoint === null) {
      // It says nothing about a broadcast, nor oftener than it may.
      this.#ip.reportPortUnreachable(header, buf, start, end, now);
      return 'no-port';
    }
    const arrival = this.#arrival;
    arrival.source = source;
    arrival.sourcePort = sourcePort;
    arrival.destination = destination;
    arrival.isBroadcast = isBroadcast;
    arrival.tos = header.tos;
    arrival.ttl = header.ttl;
    if (!isBroadcast) return endpoint.arrive(buf, dataStart, dataEnd, arrival);
    return this.#deliverToAll(this.#table.findAll(destinationPort), buf, dataStart, dataEnd);
  }

  #deliverToAll(
    endpoints: readonly UdpEndpoint[],
    buf: Uint8Array,
    start: number,
    end: number,
  ): UdpDropReason | null {
    let last: UdpDropReason | null = 'no-port';
    for (let i = 0; i < endpoints.length; i++) {
      if (i > 0) {
        this.counters.broadcastCopies++;
        if (last !== null) this.counters.dropped[last]++;
      }
      const endpoint = endpoints[i]!;
      last = endpoint.isClosed ? 'closed' : endpoint.arrive(buf, start, end, this.#arrival);
    }
    return last;
  }

  handleIpError(error: IpError, buf: Uint8Array, start: number, end: number, now: number): void {
    if (this.#halted) return;
    this.counters.networkErrors++;
    const { source, destination } = error;
    const remotePort = end - start < QUOTED_LENGTH ? 0 : readU16(buf, start + 2);
    const endpoint =
      remotePort === 0
        ? null
        : this.#table.find(source, readU16(buf, start), destination, remotePort);
    if (endpoint === null) {
      this.counters.networkErrorsUnmatched++;
      return;
    }
    if (error.kind === 'packet-too-big') {
      const smallest = this.#ip.safeMtu(destination);
      this.#pathMtus.report(destination, Math.max(error.mtu, smallest), now);
    }
    endpoint.arriveError(networkError(error.kind, formatAddress(destination), remotePort));
  }

  /** Forgets what is too old. */
  handleTimeout(now: number): void {
    if (this.#pathMtus.nextDeadline <= now) this.#pathMtus.expire(now);
  }

  /** When `handleTimeout` is due, in monotonic ms; `Infinity` = never. */
  nextDeadline(): number {
    return this.#pathMtus.nextDeadline;
  }

  /** Whether something waits for `deliverEvents`. */
  get hasEvents(): boolean {
    return this.#rounds.length > 0 || this.#thrown.length > 0;
  }

  /** Calls handlers for what has waited; what they cause in turn waits for the next call. */
  deliverEvents(): void {
    if (this.#thrown.length > 0) throw this.#thrown.shift();
    const rounds = this.#rounds;
    if (rounds.length === 0) return;
    this.#rounds = [];
    for (const endpoint of rounds) endpoint.roundRequested = false;
    let next = 0;
    try {
      while (next < rounds.length && !this.#halted) rounds[next++]!.round();
    } finally {
      // One handler that throws does not silence the others.
      for (; next < rounds.length; next++) this.requestRound(rounds[next]!);
    }
  }

  /** Tells those whose `send` was refused that there is room again. */
  handleWritable(): void {
    const blocked = this.#blocked;
    this.#blocked = [];
    for (const endpoint of blocked) {
      endpoint.isBlocked = false;
      endpoint.isDrainDue = true;
      this.requestRound(endpoint);
    }
  }

  /** Calls no handler from now on: the host has lost its memory. */
  halt(): void {
    this.#halted = true;
    this.#thrown.length = 0;
    for (const endpoint of this.#table.all()) endpoint.halt();
  }

  // What sockets ask of the layer.

  send(
    endpoint: UdpEndpoint,
    buf: Uint8Array,
    start: number,
    end: number,
    destination: IpAddress,
    port: number,
    source: IpAddress | null,
  ): boolean {
    const isSent = this.#sender.send(endpoint, buf, start, end, destination, port, source);
    if (!isSent && !endpoint.isBlocked) {
      endpoint.isBlocked = true;
      this.#blocked.push(endpoint);
    }
    this.onWork?.();
    return isSent;
  }

  connectionSource(from: Sender, destination: IpAddress, port: number): IpAddress {
    return this.#sender.sourceFor(from, destination, port, null, 'connect');
  }

  requestRound(endpoint: UdpEndpoint): void {
    if (endpoint.roundRequested) return;
    endpoint.roundRequested = true;
    this.#rounds.push(endpoint);
    if (this.#rounds.length === 1) this.onWork?.();
  }

  throwLater(error: unknown): void {
    this.#thrown.push(error);
    this.onWork?.();
  }

  remove(endpoint: UdpEndpoint): void {
    this.#table.remove(endpoint);
  }
}
