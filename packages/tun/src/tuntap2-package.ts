/**
 * The part of the optional package `tuntap2` that its driver uses, declared by us: it brings no
 * usable types of its own and need not be installed.
 */

import { TunError } from './errors.js';

/** Its TUN interface: a duplex stream of packets, one chunk each, with a few properties. */
export interface Tuntap2Tun {
  readonly name: string;
  mtu: number;
  /** Address and prefix length of the kernel's end, e.g. `10.0.0.3/31`. */
  ipv4: string;
  isUp: boolean;
  on(event: 'data', listener: (packet: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** The callback is taken from the third place only, whatever the second one holds. */
  write(packet: Uint8Array, encoding: undefined, callback: (error?: Error | null) => void): boolean;
  pause(): unknown;
  resume(): unknown;
  release(callback?: () => void): void;
}

/** What the package exports. */
export interface Tuntap2Package {
  readonly Tun: new () => Tuntap2Tun;
}

/**
 * Imports the package.
 *
 * @throws TunError `ENOMODULE` when it is absent or cannot be loaded.
 */
export async function loadTuntap2(): Promise<Tuntap2Package> {
  // Not a literal: neither the compiler nor a bundler may insist on an optional package.
  const specifier: string = 'tuntap2';
  try {
    const module: Partial<Tuntap2Package> & { default?: Tuntap2Package } = await import(specifier);
    const Tun = module.Tun ?? module.default?.Tun;
    if (Tun === undefined) throw new Error('it exports no Tun');
    return { Tun };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new TunError(
      'ENOMODULE',
      `the tuntap2 driver cannot be loaded (${reason}): npm install tuntap2, or use the koffi driver`,
      { cause },
    );
  }
}
