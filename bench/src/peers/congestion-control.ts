/**
 * The congestion control of one socket of the kernel, so that every kernel sender uses the same one
 * whatever the machine's default is.
 */

import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

const IPPROTO_TCP = 6;
const TCP_CONGESTION = 13;

/** What every kernel sender of a benchmark uses. */
export const CONGESTION_CONTROL = 'cubic';

/** Node has no option for it and no public way to a socket's descriptor. */
interface SocketWithHandle {
  readonly _handle?: { readonly fd?: number };
}

const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
const setsockopt = koffi
  .load(null)
  .func('setsockopt', 'int', ['int', 'int', 'int', 'const char *', 'uint32']);

/** Sets it, or throws: a figure under another algorithm would be about that. */
export function fixCongestionControl(socket: Socket, name: string = CONGESTION_CONTROL): void {
  const fd = (socket as unknown as SocketWithHandle)._handle?.fd ?? -1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, name.length) !== 0) {
    throw new Error(`the kernel has no ${name} (errno ${koffi.errno()})`);
  }
}
