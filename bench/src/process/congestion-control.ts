/**
 * The congestion control of one socket of the kernel, so that every kernel sender uses the same one
 * whatever the machine's default is; and what the peer of a socket has acknowledged.
 */

import { subscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const TCP_CONGESTION = 13;
/** `tcpi_bytes_acked` of struct tcp_info, and the end of it. */
const [BYTES_ACKED, INFO_LENGTH] = [120, 128];

/** What every kernel sender of a benchmark uses. */
export const CONGESTION_CONTROL = 'cubic';

/** Node has no option for it and no public way to a socket's descriptor. */
interface SocketWithHandle {
  readonly _handle?: { readonly fd?: number };
}

const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
const libc = koffi.load(null);
const setsockopt = libc.func('setsockopt', 'int', ['int', 'int', 'int', 'const char *', 'uint32']);
const getsockopt = libc.func('getsockopt', 'int', ['int', 'int', 'int', 'uint8_t *', 'uint32_t *']);

const descriptorOf = (socket: Socket): number =>
  (socket as unknown as SocketWithHandle)._handle?.fd ?? -1;

/** Sets it, or throws: a figure under another algorithm would be about that. */
export function fixCongestionControl(socket: Socket, name: string = CONGESTION_CONTROL): void {
  if (setsockopt(descriptorOf(socket), IPPROTO_TCP, TCP_CONGESTION, name, name.length) !== 0) {
    throw new Error(`the kernel has no ${name} (errno ${koffi.errno()})`);
  }
}

/** Sets it for every socket that a server of this process accepts, whoever's server it is. */
export const fixAcceptedSockets = (): void =>
  subscribe('net.server.socket', (message) =>
    fixCongestionControl((message as { readonly socket: Socket }).socket),
  );

/** Octets of ours that the peer's TCP has acknowledged. */
export function acknowledgedBytes(socket: Socket): number {
  const info = new Uint8Array(INFO_LENGTH);
  const length = new Uint32Array([INFO_LENGTH]);
  if (getsockopt(descriptorOf(socket), IPPROTO_TCP, TCP_INFO, info, length) !== 0) {
    throw new Error(`the kernel tells nothing of a socket (errno ${koffi.errno()})`);
  }
  return Number(new DataView(info.buffer).getBigUint64(BYTES_ACKED, true));
}
