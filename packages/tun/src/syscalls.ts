/**
 * The few system calls behind a TUN device, through koffi, so that nothing has to be compiled.
 *
 * koffi is loaded by the first call and not by importing this package: a machine without it gets a
 * `TunError`, never a crash at import. Results follow the kernel's own convention, a negative errno.
 * Memory is passed by address, because an array view per packet costs more than the rest of a call.
 */

import { TunError } from './errors.js';

/** What a descriptor is watched for; neither = only its end. */
export interface Interest {
  readonly readable: boolean;
  readonly writable: boolean;
}

/** A descriptor in Node's event loop. Whoever opens one keeps it: collected, it falls silent. */
export interface Watch {
  /** Replaces what is watched for. */
  want(interest: Interest): void;
  ref(): void;
  unref(): void;
  /** Stops for good; to be called before the descriptor is closed. */
  close(): void;
}

/** Told what a descriptor is ready for, again and again as long as it is. */
export type WatchCallback = (failed: boolean, readable: boolean, writable: boolean) => void;

/** System calls; each returns a negative errno when it fails. */
export interface Syscalls {
  open(path: string, flags: number): number;
  close(fd: number): number;
  read(fd: number, address: number, length: number): number;
  write(fd: number, address: number, length: number): number;
  /** Writes `count` pieces as one; at `address` stands the address and the length of each, 8 bytes each. */
  writev(fd: number, address: number, count: number): number;
  ioctl(fd: number, request: number, argument: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  socket(domain: number, type: number, protocol: number): number;
  /** Where the memory of an array begins. It does not move; whoever uses the address keeps the array. */
  addressOf(bytes: Uint8Array): number;
  watch(fd: number, callback: WatchCallback): Watch;
}

type Koffi = typeof import('koffi');
type Call = (...args: (number | string)[]) => number;

/** Nothing but the end of the descriptor: keeps the event loop alive and costs nothing. */
const END_ONLY = { disconnect: true };

/**
 * An immediate that does nothing ends a turn: ticks and microtasks of a callback of koffi run behind the
 * next callback of Node's own, and Node 26 has none unless somebody asks for it.
 */
const nothing = (): void => {};

function watchWith(koffi: Koffi, fd: number, callback: WatchCallback): Watch {
  // koffi's declarations know one argument only; what arrives is libuv's (status, events).
  const onPoll = ((status: number, events: { readable: boolean; writable: boolean }) => {
    try {
      callback(status < 0, status >= 0 && events.readable, status >= 0 && events.writable);
    } catch (error) {
      // Left to koffi it would surface inside an unrelated later call.
      setImmediate(() => {
        throw error;
      });
    }
    setImmediate(nothing);
  }) as (...args: unknown[]) => void;
  const handle = koffi.node.poll(fd, END_ONLY, onPoll);
  let closed = false;
  return {
    want: ({ readable, writable }) => {
      if (!closed) handle.start(readable || writable ? { readable, writable } : END_ONLY, onPoll);
    },
    ref: () => {
      if (!closed) handle.ref();
    },
    unref: () => {
      if (!closed) handle.unref();
    },
    close: () => {
      if (closed) return;
      closed = true;
      handle.close();
    },
  };
}

function bind(koffi: Koffi): Syscalls {
  const libc = koffi.load(null); // the process itself: glibc and musl alike
  const declare = (name: string, result: string, args: string[]): Call =>
    libc.func(name, result, args);
  const open = declare('open', 'int', ['str', 'int']);
  const close = declare('close', 'int', ['int']);
  const read = declare('read', 'intptr_t', ['int', 'uintptr_t', 'size_t']);
  const write = declare('write', 'intptr_t', ['int', 'uintptr_t', 'size_t']);
  const writev = declare('writev', 'intptr_t', ['int', 'uintptr_t', 'int']);
  // Variadic in C; on x64 and arm64 Linux integer arguments travel in the same registers either way.
  const ioctl = declare('ioctl', 'int', ['int', 'ulong', 'uintptr_t']);
  const fcntl = declare('fcntl', 'int', ['int', 'int', 'long']);
  const socket = declare('socket', 'int', ['int', 'int', 'int']);
  const orErrno = (result: number): number => (result < 0 ? -koffi.errno() : result);
  return {
    open: (path, flags) => orErrno(open(path, flags)),
    close: (fd) => orErrno(close(fd)),
    read: (fd, address, length) => orErrno(read(fd, address, length)),
    write: (fd, address, length) => orErrno(write(fd, address, length)),
    writev: (fd, address, count) => orErrno(writev(fd, address, count)),
    ioctl: (fd, request, argument) => orErrno(ioctl(fd, request, argument)),
    fcntl: (fd, command, argument) => orErrno(fcntl(fd, command, argument)),
    socket: (domain, type, protocol) => orErrno(socket(domain, type, protocol)),
    addressOf: (bytes) => Number(koffi.address(bytes)),
    watch: (fd, callback) => watchWith(koffi, fd, callback),
  };
}

let loaded: Syscalls | null = null;

/**
 * Loads koffi and binds the calls, once.
 *
 * @throws TunError `ENODEV` off Linux on x64 or arm64, `ENOMODULE` without a usable koffi.
 */
export async function loadSyscalls(): Promise<Syscalls> {
  if (loaded !== null) return loaded;
  if (process.platform !== 'linux' || (process.arch !== 'x64' && process.arch !== 'arm64')) {
    throw new TunError(
      'ENODEV',
      `TUN devices are supported on Linux (x64, arm64), not on ${process.platform} (${process.arch}): ` +
        "use the kernel's TCP, or a simulated network",
    );
  }
  try {
    const koffi = await import('koffi');
    loaded = bind(koffi);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new TunError('ENOMODULE', `koffi cannot be loaded (${reason}): npm install koffi`, {
      cause,
    });
  }
  return loaded;
}
