/**
 * Puts the test process itself into a network namespace of its own, so that a test of a TUN device
 * touches nothing of the machine and needs no `ip` command.
 *
 * vitest gives every file a process, so it lasts until the file is done. unshare(2) moves the calling
 * thread only: sockets of the main thread, children it spawns from then on and what it opens are
 * inside; work that Node hands to its thread pool (fs promises, dns) may still be outside.
 */

import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';

const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;

/** Whether the process is in a namespace of its own now, or why not. */
export type NetworkNamespace = { available: true } | { available: false; reason: string };

function unavailable(): string | null {
  if (process.platform !== 'linux') return 'TUN tests need Linux';
  if (process.geteuid?.() !== 0) return 'TUN tests need root and /dev/net/tun';
  try {
    closeSync(openSync('/dev/net/tun', 'r+'));
    return null;
  } catch (error) {
    // Root of a user namespace only is not root here when the mode of the node is 0600.
    const { code } = error as NodeJS.ErrnoException;
    return `TUN tests need a /dev/net/tun that may be opened (${code})`;
  }
}

/**
 * Enters a new network namespace with its loopback up. Where that is not possible it prints one
 * line, and the file skips its tests: `describe.skipIf(!namespace.available)`.
 */
export function enterNetworkNamespace(): NetworkNamespace {
  const reason = unavailable() ?? unshareNetwork();
  if (reason === null) return { available: true };
  console.warn(`skipped: ${reason}`);
  return { available: false, reason };
}

function unshareNetwork(): string | null {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const libc = koffi.load(null);
  const unshare = libc.func('unshare', 'int', ['int']);
  const socket = libc.func('socket', 'int', ['int', 'int', 'int']);
  const ioctl = libc.func('ioctl', 'int', ['int', 'ulong', 'uint8_t *']);
  const close = libc.func('close', 'int', ['int']);
  if (unshare(CLONE_NEWNET) !== 0) return `no network namespace (errno ${koffi.errno()})`;
  // struct ifreq: the name, then at 16 the flags.
  const request = Buffer.alloc(40);
  request.write('lo', 'latin1');
  request.writeUInt16LE(IFF_UP, 16);
  const fd = socket(AF_INET, SOCK_DGRAM, 0);
  const result = ioctl(fd, SIOCSIFFLAGS, request);
  const errno = koffi.errno();
  close(fd);
  return result === 0 ? null : `loopback stays down (errno ${errno})`;
}

/**
 * Opens the namespace that the main thread is in; it lives at least until the descriptor is closed.
 * Other processes reach it as `/proc/PID/fd/DESCRIPTOR`.
 */
export const openNetworkNamespace = (): number => openSync('/proc/self/ns/net', 'r');

/**
 * Moves the main thread into a namespace that somebody else has made.
 *
 * @param path of a namespace, e.g. `/proc/PID/fd/DESCRIPTOR`.
 * @throws Error for a path that is none, and without the right to enter.
 */
export function joinNetworkNamespace(path: string): void {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const setns = koffi.load(null).func('setns', 'int', ['int', 'int']);
  const fd = openSync(path, 'r');
  const result = setns(fd, CLONE_NEWNET);
  const errno = koffi.errno();
  closeSync(fd);
  if (result !== 0) throw new Error(`cannot enter ${path} (errno ${errno})`);
}
