/**
 * Finds the listener for a SYN: the exact address before any address, the exact port before any.
 */

import { formatIpv4 } from '@netlayers/bytes';
import { TcpError } from '../base/errors.js';
import type { TcpListener } from './listener.js';

/** The listeners of one stack, by port. */
export class ListenerTable {
  readonly #byPort = new Map<number, TcpListener[]>();

  /** @throws TcpError EADDRINUSE for an address and port that are taken. */
  add(listener: TcpListener): void {
    const listeners = this.#byPort.get(listener.port) ?? [];
    if (listeners.some((other) => other.address === listener.address)) {
      const where = `${formatIpv4(listener.address)}:${listener.port}`;
      throw new TcpError('EADDRINUSE', `${where} is in use: choose another port`);
    }
    listeners.push(listener);
    this.#byPort.set(listener.port, listeners);
  }

  remove(listener: TcpListener): void {
    const listeners = this.#byPort.get(listener.port)?.filter((other) => other !== listener) ?? [];
    if (listeners.length === 0) this.#byPort.delete(listener.port);
    else this.#byPort.set(listener.port, listeners);
  }

  /** Whether exactly this address and port are taken. */
  has(address: number, port: number): boolean {
    return this.#byPort.get(port)?.some((other) => other.address === address) ?? false;
  }

  find(address: number, port: number): TcpListener | null {
    return this.#findOn(port, address) ?? this.#findOn(0, address);
  }

  #findOn(port: number, address: number): TcpListener | null {
    const listeners = this.#byPort.get(port);
    if (listeners === undefined) return null;
    let any: TcpListener | null = null;
    for (const listener of listeners) {
      if (listener.address === address) return listener;
      if (listener.address === 0) any = listener;
    }
    return any;
  }
}
