/**
 * Finds the listener for a SYN: the exact address before any address, the exact port before any.
 */

import { formatAddress, type IpAddress, sameAddress } from '@netlayers/ip';
import { TcpError } from '../base/errors.js';
import type { TcpListener } from './listener.js';

/** The listeners of one stack, by port. */
export class ListenerTable {
  readonly #byPort = new Map<number, TcpListener[]>();

  /** @throws TcpError EADDRINUSE for an address and port that are taken. */
  add(listener: TcpListener): void {
    const listeners = this.#byPort.get(listener.port) ?? [];
    if (listeners.some((other) => isSame(other.address, listener.address))) {
      const host = listener.address === null ? 'every address' : formatAddress(listener.address);
      const where = `port ${listener.port} of ${host}`;
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

  /** Whether exactly this address, `null` for all of them, and this port are taken. */
  has(address: IpAddress | null, port: number): boolean {
    return this.#byPort.get(port)?.some((other) => isSame(other.address, address)) ?? false;
  }

  find(address: IpAddress, port: number): TcpListener | null {
    return this.#findOn(port, address) ?? this.#findOn(0, address);
  }

  #findOn(port: number, address: IpAddress): TcpListener | null {
    const listeners = this.#byPort.get(port);
    if (listeners === undefined) return null;
    let any: TcpListener | null = null;
    for (const listener of listeners) {
      if (listener.address === null) any = listener;
      else if (sameAddress(listener.address, address)) return listener;
    }
    return any;
  }
}

const isSame = (a: IpAddress | null, b: IpAddress | null): boolean =>
  a === null || b === null ? a === null && b === null : sameAddress(a, b);
