/**
 * The UDP of a stack: its sockets, from options to the close of them all.
 */

import type { IpHost } from '@netlayers/ip';
import { Udp, UdpError } from '@netlayers/udp';
import { type Resolve, UNSPECIFIED } from './look-up.js';
import { checkUdpOptions } from './option-names.js';
import type { UdpSocketOptions } from './stack-options.js';
import { checkPort, checkReceiveBuffer, UdpSocket, type UdpSocketHandler } from './udp-socket.js';

/** The UDP sockets of one stack. */
export class UdpSockets {
  readonly layer: Udp;
  readonly #ip: IpHost;
  readonly #resolve: Resolve | null;
  readonly #sockets = new Set<UdpSocket>();
  #closed = false;

  /** @param memoryLimit bytes that may wait for all handlers together. */
  constructor(
    ip: IpHost,
    randomU32: () => number,
    resolve: Resolve | null,
    memoryLimit: number | undefined,
  ) {
    this.#ip = ip;
    this.#resolve = resolve;
    this.layer = new Udp({ ip, randomU32, ...(memoryLimit !== undefined && { memoryLimit }) });
  }

  /** See `Stack.bindUdp`. */
  bind(options: UdpSocketOptions, handler: UdpSocketHandler | null): UdpSocket {
    checkUdpOptions(options);
    const { host = '0.0.0.0', port = 0, receiveBuffer } = options;
    checkPort(port);
    if (receiveBuffer !== undefined) checkReceiveBuffer(receiveBuffer);
    const where = { syscall: 'bind', address: host, port } as const;
    if (this.#closed) throw new UdpError('ECONNABORTED', where, 'the stack was closed');
    const address = UNSPECIFIED.includes(host) ? null : this.#ip.parseAddress(host);
    if (address === null && !UNSPECIFIED.includes(host)) {
      throw new RangeError(`${host} is not an address such as 10.0.0.2`);
    }
    if (address !== null && !this.#ip.isOurs(address)) {
      throw new UdpError('EADDRNOTAVAIL', where, 'address not available');
    }
    const { host: _host, ...rest } = options;
    const socket = new UdpSocket(this.layer.bind({ ...rest, address }, null), {
      ip: this.#ip,
      resolve: this.#resolve,
      onClose: (closed) => this.#sockets.delete(closed),
    });
    if (handler !== null) socket.setHandler(handler);
    this.#sockets.add(socket);
    return socket;
  }

  /** How many there are. */
  get count(): number {
    return this.#sockets.size;
  }

  /** Closes every socket; no further one is bound. */
  close(): void {
    this.#closed = true;
    for (const socket of [...this.#sockets]) {
      try {
        socket.close();
      } catch (error) {
        // A handler's: the others are closed all the same.
        this.layer.throwLater(error);
      }
    }
  }

  /** Calls nobody any more, and tells nobody. */
  halt(): void {
    this.#closed = true;
    this.layer.halt();
  }
}
