/**
 * A whole stack on one link device, for the device's whole life: many connections and listeners at
 * once, ping, counters, and a close that drains.
 */

import { type AbortLike, type Clock, HostClock, hostRandom, hostScheduler } from '@netlayers/host';
import { formatAddress, type IpAddress, type IpHost, IpProtocol } from '@netlayers/ip';
import { Ipv4 } from '@netlayers/ipv4';
import { ChecksumState } from '@netlayers/link';
import {
  connectError,
  listenError,
  Tcp,
  type TcpConnection,
  type TcpConnectOptions,
  type TcpCounters,
  TcpError,
  type TcpSettings,
} from '@netlayers/tcp';
import type { UdpCounters } from '@netlayers/udp';
import type { DrivenDevice } from './link-group.js';
import { ipv4Of, linksOf } from './links.js';
import { type AcceptCallback, StackListener } from './listener.js';
import { lookUp, type Resolve, UNSPECIFIED } from './look-up.js';
import { checkConnectOptions, checkListenOptions, checkStackOptions } from './option-names.js';
import { Pinger, type PingOptions, type PingReply } from './ping.js';
import type {
  StackConnectOptions,
  StackListenOptions,
  StackOptions,
  UdpSocketOptions,
} from './stack-options.js';
import { StackTransport } from './stack-transport.js';
import { TcpSocket } from './tcp-socket.js';
import { TurnLoop } from './turn.js';
import { checkPort, type UdpSocket, type UdpSocketHandler } from './udp-socket.js';
import { UdpSockets } from './udp-sockets.js';
import { UnclaimedPackets } from './unclaimed.js';

/** Everything that was counted, at one moment. */
export interface StackCounters {
  readonly ipv4: Ipv4['counters'];
  readonly tcp: TcpCounters;
  readonly udp: UdpCounters;
  /** Connections in any state but CLOSED and TIME-WAIT. */
  readonly connections: number;
  /** Those of them in ESTABLISHED or CLOSE-WAIT (Linux: CurrEstab). */
  readonly established: number;
  /** Connections in TIME-WAIT. */
  readonly timeWait: number;
  /** UDP sockets. */
  readonly udpSockets: number;
}

/** How long a closing stack waits for connections to end by themselves, in ms. */
const DEFAULT_DRAIN_MS = 5000;

/** A stack; made by `createStack`. */
export class Stack {
  readonly address: string;
  /** The stack behind the `Transport` port that `@netlayers/http` declares. */
  readonly transport: StackTransport;
  readonly #device: DrivenDevice;
  readonly #clock: Clock;
  readonly #ip: IpHost;
  readonly #ipv4: Ipv4;
  readonly #tcp: Tcp;
  readonly #udp: UdpSockets;
  readonly #loop: TurnLoop;
  readonly #pinger: Pinger;
  readonly #resolve: Resolve | null;
  readonly #listeners = new Set<StackListener>();
  #closing: Promise<void> | null = null;

  constructor(options: StackOptions) {
    checkStackOptions(options);
    const random = options.random ?? hostRandom();
    this.address = options.address;
    const links = linksOf(options);
    this.#device = links.driven;
    this.#clock = options.clock ?? new HostClock();
    this.#resolve = options.resolve ?? null;
    // The one place that names a version of IP; everything else asks `#ip`.
    this.#ipv4 = new Ipv4({
      ...options.ipv4,
      device: options.device,
      address: ipv4Of(options.address),
      ...links.ipv4,
      acceptAny: options.acceptAny ?? false,
      randomU32: random,
      ...(options.prefixLength !== undefined && { prefixLength: options.prefixLength }),
    });
    this.#ip = this.#ipv4;
    const { onUnclaimed } = options;
    const unclaimed = onUnclaimed === undefined ? null : new UnclaimedPackets(onUnclaimed);
    this.#tcp = new Tcp({
      ip: this.#ip,
      randomU32: random,
      observer: options.observer ?? null,
      ...(options.tcp !== undefined && { settings: options.tcp }),
      ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
      ...(options.maxTimeWait !== undefined && { maxTimeWait: options.maxTimeWait }),
      ...(options.memoryLimit !== undefined && { memoryLimit: options.memoryLimit }),
      ...(options.sharedSecret !== undefined && { sharedSecret: options.sharedSecret }),
      ...(unclaimed !== null && { unclaimed }),
    });
    this.#udp = new UdpSockets(this.#ip, random, this.#resolve, options.udpMemoryLimit);
    this.#ip.register(IpProtocol.TCP, this.#tcp);
    this.#ip.register(IpProtocol.UDP, this.#udp.layer);
    this.#pinger = new Pinger(this.#ip, this.#clock, random());
    const scheduler = options.scheduler ?? hostScheduler();
    this.#loop = new TurnLoop(
      links.driven,
      this.#ip,
      this.#tcp,
      this.#udp.layer,
      this.#clock,
      scheduler,
      unclaimed,
    );
    this.transport = new StackTransport(this);
  }

  /**
   * Listens on a port. With `accept` each connection is handed over as it is established; without,
   * the listener is iterated with `for await`.
   *
   * @throws TcpError EADDRINUSE, EADDRNOTAVAIL for a host that is not ours, ECONNABORTED after
   *   `close`; RangeError for a port outside of 0 to 65,535.
   */
  listen(options: StackListenOptions, accept: AcceptCallback | null = null): StackListener {
    checkListenOptions(options);
    const { host = '0.0.0.0' } = options;
    const address = UNSPECIFIED.includes(host) ? null : this.#addressOf(host);
    if (address !== null && !this.#ip.isOurs(address)) {
      throw listenError('EADDRNOTAVAIL', host, options.port);
    }
    checkPort(options.port);
    this.#refuseIfClosed();
    return this.#listen(options, address, options.port || this.#tcp.freePort(address), accept);
  }

  /** Accepts connections to every port that no other listener has, and with `acceptAny` to every address. */
  listenAll(accept: AcceptCallback | null = null, tcp?: Partial<TcpSettings>): StackListener {
    this.#refuseIfClosed();
    return this.#listen({ port: 0, ...(tcp !== undefined && { tcp }) }, null, 0, accept);
  }

  /**
   * Connects; a name with several addresses is tried at each in turn, and the last failure told.
   *
   * @throws rejects with a TcpError (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ECONNRESET, ECONNABORTED
   *   when the stack closes, EADDRNOTAVAIL for `localAddress`, ENOBUFS near `memoryLimit`), an error with code ENOTFOUND for a name, or the signal's reason.
   */
  async connect(options: StackConnectOptions): Promise<TcpSocket> {
    checkConnectOptions(options);
    const { signal } = options;
    checkPort(options.port);
    if (signal?.aborted) throw abortReason(signal);
    const address = this.#ip.parseAddress(options.host);
    if (address !== null) return this.#connect(options, address);
    let failure: unknown = null;
    for (const found of await lookUp(this.#ip, this.#resolve, options.host)) {
      try {
        return await this.#connect(options, found);
      } catch (error) {
        failure = error;
        if (signal?.aborted) break;
      }
    }
    throw failure;
  }

  /**
   * Opens a UDP port. Without `handler` datagrams wait until `setHandler`.
   *
   * @throws UdpError EADDRINUSE, EADDRNOTAVAIL for a host that is not ours, ECONNABORTED after `close`;
   *   RangeError for a port outside of 0 to 65,535.
   */
  bindUdp(options: UdpSocketOptions = {}, handler: UdpSocketHandler | null = null): UdpSocket {
    return this.#udp.bind(options, handler);
  }

  /**
   * Sends an ICMP echo request and waits for the reply.
   *
   * @throws rejects with a PingError: ETIMEDOUT, EHOSTUNREACH.
   */
  async ping(address: string, options: PingOptions = {}): Promise<PingReply> {
    const reply = this.#pinger.ping(this.#addressOf(address), options);
    this.#loop.scheduleOutput();
    return await reply;
  }

  /**
   * Finds the addresses of a name, or of an address itself, as `connect` does: what `UdpSocket.send`
   * takes.
   *
   * @throws rejects with code ENOTFOUND, or with what the resolver says.
   */
  async lookUp(host: string): Promise<readonly string[]> {
    const address = this.#ip.parseAddress(host);
    const found = address === null ? await lookUp(this.#ip, this.#resolve, host) : [address];
    return found.map(formatAddress);
  }

  /**
   * Takes an IP packet as if the device had received it: one that another stack of the same host was given
   * and has no connection for. To be called from outside of the stack's own callbacks.
   *
   * @param segmentSize payload bytes of each TCP segment that was merged into it. @default 0: none was
   */
  handlePacket(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState = ChecksumState.COMPLETE,
    segmentSize = 0,
  ): void {
    this.#loop.inject(buf, start, end, checksum, segmentSize);
  }

  /** Everything that was counted so far; the objects are live. */
  counters(): StackCounters {
    return {
      ipv4: this.#ipv4.counters,
      tcp: this.#tcp.counters,
      udp: this.#udp.layer.counters,
      connections: this.#tcp.connectionCount,
      established: this.#tcp.establishedCount,
      timeWait: this.#tcp.timeWaitCount,
      udpSockets: this.#udp.count,
    };
  }

  /**
   * Stops listening, closes UDP sockets, ends every connection, waits until what is queued has been acknowledged and
   * the peers have closed too, resets the rest after `drainMs`, and closes the device.
   *
   * @param options.drainMs how long to wait. @default 5,000
   */
  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.drainMs ?? DEFAULT_DRAIN_MS);
    return this.#closing;
  }

  /**
   * Ends as a host does that loses its power: nothing is sent, not even a RST, and nobody is told.
   * Promises that are pending stay so, handlers are never called again; `listen`, `connect` and
   * `bindUdp` fail with ECONNABORTED from now on.
   */
  halt(): void {
    this.#closing = Promise.resolve();
    this.#tcp.halt();
    this.#udp.halt();
    this.#loop.halt();
    this.#pinger.halt();
    this.#device.close();
  }

  #listen(
    options: StackListenOptions,
    address: IpAddress | null,
    port: number,
    accept: AcceptCallback | null,
  ): StackListener {
    const listener = new StackListener(this.#clock, accept, (closed) =>
      this.#listeners.delete(closed),
    );
    const where = {
      address,
      port,
      ...(options.backlog !== undefined && { backlog: options.backlog }),
      ...(options.halfOpenLimit !== undefined && { halfOpenLimit: options.halfOpenLimit }),
      ...(options.tcp !== undefined && { settings: options.tcp }),
    };
    try {
      listener.attach(this.#tcp.listen(where, listener));
    } catch (error) {
      if (!isInUse(error)) throw error;
      throw listenError('EADDRINUSE', options.host ?? '0.0.0.0', port);
    }
    this.#listeners.add(listener);
    return listener;
  }

  #addressOf(text: string): IpAddress {
    const address = this.#ip.parseAddress(text);
    if (address === null) throw new RangeError(`${text} is not an address such as ${this.address}`);
    return address;
  }

  #localAddressFor(options: StackConnectOptions, remoteAddress: IpAddress): IpAddress | null {
    if (options.localAddress === undefined) return null;
    const address = this.#addressOf(options.localAddress);
    if (this.#ip.isSourceFor(address, remoteAddress)) return address;
    throw connectError('EADDRNOTAVAIL', formatAddress(remoteAddress), options.port);
  }

  #refuseIfClosed(): void {
    if (this.#closing !== null) throw new TcpError('ECONNABORTED', 'the stack was closed');
  }

  #connect(options: StackConnectOptions, remoteAddress: IpAddress): Promise<TcpSocket> {
    const { signal } = options;
    if (signal?.aborted) throw abortReason(signal);
    this.#refuseIfClosed();
    const localAddress = this.#localAddressFor(options, remoteAddress);
    const where: TcpConnectOptions = {
      remoteAddress,
      remotePort: options.port,
      ...(localAddress !== null && { localAddress }),
      ...(options.localPort !== undefined && { localPort: options.localPort }),
      ...(options.tcp !== undefined && { settings: options.tcp }),
    };
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        if (!(error instanceof TcpError)) throw error;
        reject(connectError(error.code, formatAddress(where.remoteAddress), options.port));
      };
      const opened = (error: TcpError | null): void => {
        signal?.removeEventListener('abort', giveUp);
        if (error === null) resolve(new TcpSocket(connection, this.#clock));
        else fail(error);
      };
      const giveUp = (): void => {
        connection.abort(this.#clock.now());
        reject(abortReason(signal));
      };
      let connection: TcpConnection;
      try {
        connection = this.#tcp.connect(where, opened, this.#clock.now());
        signal?.addEventListener('abort', giveUp);
      } catch (error) {
        fail(error);
      }
    });
  }

  async #close(drainMs: number): Promise<void> {
    for (const listener of [...this.#listeners]) await listener.close();
    this.#udp.close();
    for (const connection of this.#tcp.connections()) connection.end();
    await this.#drained(drainMs);
    const now = this.#clock.now();
    // A connection may have reached TIME-WAIT in this very turn: its peer waits for the last ACK.
    this.#tcp.pollTransmit(now);
    for (const connection of this.#tcp.connections()) connection.abort(now);
    this.#tcp.deliverEvents();
    this.#pinger.close();
    this.#loop.stop();
    this.#device.close();
    // What a handler of UDP has thrown comes out when everything is closed.
    this.#udp.layer.deliverEvents();
  }

  /** Resolves once nobody waits for anything but the end of a connection, or `drainMs` have passed. */
  #drained(drainMs: number): Promise<void> {
    const isDone = (): boolean => {
      for (const { state, isOrphan } of this.#tcp.connections()) {
        if (!(state === 'FIN-WAIT-2' && isOrphan)) return false;
      }
      return true;
    };
    if (isDone()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#loop.onTurnEnd = null;
        this.#clock.clearTimer(timer);
        resolve();
      };
      const timer = this.#clock.setTimer(this.#clock.now() + drainMs, finish);
      this.#loop.onTurnEnd = () => {
        if (isDone()) finish();
      };
    });
  }
}

/**
 * Makes a stack on a device.
 *
 * @throws RangeError for an address or option that cannot be.
 */
export const createStack = (options: StackOptions): Stack => new Stack(options);

const isInUse = (error: unknown): boolean =>
  error instanceof TcpError && error.code === 'EADDRINUSE';

const abortReason = (signal: AbortLike | undefined): unknown =>
  signal?.reason ?? new TcpError('ECONNABORTED', 'the connect was given up');
