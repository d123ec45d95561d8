/**
 * A UDP socket as the application sees it: datagrams with addresses as text, in place, and a queue
 * for the time in which nobody reads. Names are looked up by `connect`; `send` takes addresses only.
 */

import { checkOctets } from '@netlayers/bytes';
import { formatAddress, type IpAddress, type IpHost } from '@netlayers/ip';
import { type UdpArrival, type UdpEndpoint, UdpError, type UdpHandler } from '@netlayers/udp';
import { lookUp, type Resolve } from './look-up.js';

/** Where to send. */
export interface UdpDestination {
  /** An address, no name. */
  readonly address: string;
  readonly port: number;
  /** One of our addresses to send from. @default the one the socket is bound to, or the route's */
  readonly localAddress?: string;
}

/** What happens to a UDP socket. */
export interface UdpSocketHandler {
  /**
   * A datagram with the data `buf[start..end)`; it and `from` are valid until it returns. To answer,
   * `socket.send(answer, 0, answer.length, from)`; nobody is there to be answered where
   * `from.port` is 0.
   */
  handleDatagram(buf: Uint8Array, start: number, end: number, from: UdpSource): void;
  /**
   * The network has reported what became of a datagram of this socket: ECONNREFUSED, EHOSTUNREACH and
   * the like, with the address and port it was sent to. The socket lives on.
   */
  handleError?(error: UdpError): void;
  /** After `send` has returned false: there is room again. */
  handleDrain?(): void;
  /** The socket was closed, by its `close` or by that of the stack. */
  handleClose?(): void;
}

/** Who has sent a datagram; one object per socket, overwritten by the next: copy what is to last. */
export class UdpSource implements UdpDestination {
  /** Belongs to the socket. */
  arrival: UdpArrival | null = null;

  get address(): string {
    return formatAddress(this.#arrival.source);
  }

  /** 0 = the sender wants no answer. */
  get port(): number {
    return this.#arrival.sourcePort;
  }

  /** The address it was sent to: ours, or a broadcast address. An answer leaves from ours. */
  get localAddress(): string {
    return formatAddress(this.#arrival.destination);
  }

  /** Whether it was sent to everybody on the subnet. */
  get isBroadcast(): boolean {
    return this.#arrival.isBroadcast;
  }

  /** TTL with which it has arrived. */
  get ttl(): number {
    return this.#arrival.ttl;
  }

  /** Its TOS octet: DSCP and ECN. */
  get tos(): number {
    return this.#arrival.tos;
  }

  get #arrival(): UdpArrival {
    if (this.arrival === null)
      throw new TypeError('a source is valid while its datagram is handled');
    return this.arrival;
  }
}

/** Calls the application's handler with what the layer knows. */
class HandlerAdapter implements UdpHandler {
  readonly #handler: UdpSocketHandler;
  readonly #source = new UdpSource();

  constructor(handler: UdpSocketHandler) {
    this.#handler = handler;
  }

  handleDatagram(buf: Uint8Array, start: number, end: number, arrival: UdpArrival): void {
    const source = this.#source;
    source.arrival = arrival;
    try {
      this.#handler.handleDatagram(buf, start, end, source);
    } finally {
      source.arrival = null;
    }
  }

  handleError(error: UdpError): void {
    this.#handler.handleError?.(error);
  }

  handleDrain(): void {
    this.#handler.handleDrain?.();
  }
}

/** What a socket is made of besides its endpoint. */
export interface UdpSocketSurroundings {
  readonly ip: IpHost;
  readonly resolve: Resolve | null;
  /** Called once, when it is closed. */
  onClose(socket: UdpSocket): void;
}

/** A bound UDP socket; made by `Stack.bindUdp`. */
export class UdpSocket {
  readonly #endpoint: UdpEndpoint;
  readonly #surroundings: UdpSocketSurroundings;
  #handler: UdpSocketHandler | null = null;
  /** The last address that was read from text: most sockets send to the same one again. */
  #text = '';
  #address: IpAddress | null = null;

  constructor(endpoint: UdpEndpoint, surroundings: UdpSocketSurroundings) {
    this.#endpoint = endpoint;
    this.#surroundings = surroundings;
  }

  /** The address it is bound to, or sends from while it is connected; `0.0.0.0` for every one. */
  get localAddress(): string {
    const { localAddress } = this.#endpoint;
    return localAddress === null ? '0.0.0.0' : formatAddress(localAddress);
  }

  get localPort(): number {
    return this.#endpoint.localPort;
  }

  /** `null` = it is not connected. */
  get remoteAddress(): string | null {
    const { remoteAddress } = this.#endpoint;
    return remoteAddress === null ? null : formatAddress(remoteAddress);
  }

  /** 0 = it is not connected. */
  get remotePort(): number {
    return this.#endpoint.remotePort;
  }

  get isClosed(): boolean {
    return this.#endpoint.isClosed;
  }

  /** Datagrams that wait for the handler. */
  get waiting(): number {
    return this.#endpoint.waiting;
  }

  /** Datagrams that the handler was given so far. */
  get datagramsRead(): number {
    return this.#endpoint.datagramsDelivered;
  }

  /** Datagrams that `send` has taken so far. */
  get datagramsSent(): number {
    return this.#endpoint.datagramsSent;
  }

  /** Datagrams that found no room to wait for the handler. */
  get datagramsDropped(): number {
    return this.#endpoint.datagramsDropped;
  }

  /** Sets who is called; what has arrived before is delivered then, not inside this call. */
  setHandler(handler: UdpSocketHandler): void {
    if (typeof handler?.handleDatagram !== 'function') {
      throw new TypeError('a handler of datagrams has the method handleDatagram');
    }
    this.#handler = handler;
    this.#endpoint.setHandler(new HandlerAdapter(handler));
  }

  /**
   * Sends a datagram with the data `buf[start..end)`, which is taken before it returns.
   *
   * @param to what came with a datagram, or an address; `null` or absent = to whom it is connected.
   * @returns false when the device's queue is full: it was not sent, wait for `handleDrain`.
   * @throws UdpError EMSGSIZE above 65,507 bytes, EACCES for a broadcast without `broadcast: true`,
   *   ENETUNREACH without a route, EINVAL for port 0 or a source that cannot reach it, EDESTADDRREQ
   *   without a destination, EBADF after `close`; TypeError for what is no `Uint8Array`, RangeError
   *   for what is no part of it, no address or no port.
   */
  send(buf: Uint8Array, start = 0, end = buf?.length, to: UdpDestination | null = null): boolean {
    checkOctets(buf, start, end);
    const endpoint = this.#endpoint;
    if (to === null) return endpoint.send(buf, start, end);
    if (to instanceof UdpSource && to.arrival !== null) {
      const { source, sourcePort, destination, isBroadcast } = to.arrival;
      return endpoint.send(buf, start, end, source, sourcePort, isBroadcast ? null : destination);
    }
    const { address, port, localAddress } = to;
    checkPort(port);
    const from = localAddress === undefined ? null : this.#read(localAddress);
    return endpoint.send(buf, start, end, this.#addressOf(address), port, from);
  }

  /**
   * Fixes the peer: nobody else's datagrams are delivered from now on, and `send` needs no
   * destination. Of a name the first address is taken. At an address it takes effect at once.
   *
   * @throws rejects with a UdpError EACCES, ENETUNREACH, EINVAL, EBADF, an error with code ENOTFOUND
   *   for a name, RangeError for what is no port.
   */
  async connect(host: string, port: number): Promise<void> {
    checkPort(port);
    const { ip, resolve } = this.#surroundings;
    const isAddress = ip.parseAddress(host) !== null;
    const address = isAddress ? host : formatAddress((await lookUp(ip, resolve, host))[0]!);
    this.connectTo(address, port);
  }

  /**
   * As {@link connect}, to an address and at once.
   *
   * @throws UdpError EACCES, ENETUNREACH, EINVAL, EBADF; RangeError for what is no address or no port.
   */
  connectTo(address: string, port: number): void {
    checkPort(port);
    if (port === 0) throw new RangeError('port 0 is nobody: choose 1 to 65535');
    this.#endpoint.connect(this.#read(address), port);
  }

  /**
   * Takes datagrams of everybody again.
   *
   * @throws UdpError ENOTCONN.
   */
  disconnect(): void {
    this.#endpoint.disconnect();
  }

  /** Has datagrams wait until `resume`; what finds no room is dropped and counted. */
  pause(): void {
    this.#endpoint.pause();
  }

  /** Goes on with delivery, not inside this call. */
  resume(): void {
    this.#endpoint.resume();
  }

  /** Permits to send to everybody on the subnet, or not (`SO_BROADCAST`). */
  setBroadcast(on = true): void {
    this.#endpoint.broadcast = on;
  }

  /**
   * Sets the TTL of what is sent (`IP_TTL`); such datagrams take a longer way through this host.
   *
   * @throws RangeError outside of 1 to 255.
   */
  setTtl(ttl: number): void {
    if (!Number.isInteger(ttl) || ttl < 1 || ttl > 255) {
      throw new RangeError(`a TTL of ${ttl} is not one of 1 to 255`);
    }
    this.#endpoint.ttl = ttl;
  }

  /**
   * Sets the TOS octet of what is sent (`IP_TOS`): DSCP and ECN.
   *
   * @throws RangeError outside of 0 to 255.
   */
  setTos(tos: number): void {
    if (!Number.isInteger(tos) || tos < 0 || tos > 255) {
      throw new RangeError(`a TOS of ${tos} is not one of 0 to 255`);
    }
    this.#endpoint.tos = tos;
  }

  /**
   * Sets how many bytes may wait for the handler (`SO_RCVBUF`), 256 for each datagram included.
   *
   * @throws RangeError below 256.
   */
  setRecvBufferSize(size: number): void {
    checkReceiveBuffer(size);
    this.#endpoint.receiveBuffer = size;
  }

  /** Bytes that may wait for the handler. */
  get recvBufferSize(): number {
    return this.#endpoint.receiveBuffer;
  }

  /**
   * Would join a multicast group.
   *
   * @throws UdpError EOPNOTSUPP: multicast is not received here.
   */
  addMembership(group: string): never {
    throw new UdpError(
      'EOPNOTSUPP',
      { syscall: 'addMembership', address: group },
      'this stack receives no multicast; ask the hosts one by one, or all by broadcast:',
    );
  }

  /** Gives the port back; what waits is dropped, and nothing but `handleClose` is called any more. */
  close(): void {
    if (this.#endpoint.isClosed) return;
    this.#endpoint.close();
    this.#surroundings.onClose(this);
    this.#handler?.handleClose?.();
  }

  #addressOf(text: string): IpAddress {
    if (text === this.#text && this.#address !== null) return this.#address;
    this.#address = this.#read(text);
    this.#text = text;
    return this.#address;
  }

  #read(text: string): IpAddress {
    const address = this.#surroundings.ip.parseAddress(text);
    if (address !== null) return address;
    throw new RangeError(`${text} is no address such as 10.0.0.2: connect looks up names`);
  }
}

/** @throws RangeError for what is no port. */
export function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return;
  throw new RangeError(`${port} is not a port: choose 0 to 65535`);
}

/** @throws RangeError for a buffer that holds nothing. */
export function checkReceiveBuffer(size: number): void {
  if (size >= 256) return;
  throw new RangeError(`a receive buffer of ${size} holds no datagram: choose 256 or more`);
}
