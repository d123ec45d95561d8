/**
 * Gives a socket or a server of `node:net` a handle of ours before Node gives it one of its own.
 */

import type { Server, Socket } from 'node:net';
import { nodeInternals } from './node-internals.js';
import { ServerHandle } from './server-handle.js';
import type { SocketHost } from './socket-host.js';
import { isStreamHandle, StreamHandle, setOwner } from './stream-handle.js';

/** What a program asks for: as it wrote it, so the host may be a name where it connects. */
export interface SocketRequest {
  /** `bind` is of a UDP socket. */
  readonly kind: 'connect' | 'listen' | 'bind';
  /** An address or a name; `null` where a server listens, or a socket is bound, on every address. */
  readonly host: string | null;
  readonly port: number;
}

/** Names who a socket speaks to; `null` = the kernel. */
export type ChooseHost = (request: SocketRequest) => SocketHost | null;

/** The part of a socket that Node keeps to itself. */
interface Handled {
  _handle: unknown;
  _peername?: unknown;
  _sockname?: unknown;
  readonly destroyed?: boolean;
  [method: symbol]: unknown;
}

/** A TLS layer of a socket, over what it was made of. */
interface TlsLayer {
  readonly _parent?: unknown;
  readonly _parentWrap?: unknown;
}

type Reinitialize = (this: unknown, handle: unknown) => void;

/** What `connect` of a socket was called with, in short; `null` for a pipe or what Node refuses. */
export function connectRequestOf(args: readonly unknown[]): SocketRequest | null {
  const [first, second] = args;
  const options = (Array.isArray(first) ? first[0] : first) as
    | { readonly path?: unknown; readonly port?: unknown; readonly host?: unknown }
    | string
    | number
    | null
    | undefined;
  const { path, port, host } =
    typeof options === 'object' && options !== null
      ? options
      : { path: undefined, port: options, host: second };
  if (path !== undefined && path !== null) return null;
  // A name without a port is a pipe's.
  const number = typeof port === 'string' && port.trim() !== '' ? Number(port) : port;
  if (typeof number !== 'number' || !Number.isInteger(number)) return null;
  return {
    kind: 'connect',
    host: typeof host === 'string' && host !== '' ? host : 'localhost',
    port: number,
  };
}

/**
 * Tells whether a socket may be given a handle: it has none, or one of TLS over a fresh one of TCP that
 * nobody else owns.
 */
function isFree(socket: Handled): boolean {
  const handle = socket._handle as TlsLayer | null | undefined;
  if (handle === null || handle === undefined || socket.destroyed === true) return true;
  const isTls = handle._parent !== undefined && handle._parent !== null;
  return isTls && (handle._parentWrap === null || handle._parentWrap === undefined);
}

/** Has a socket connect through a host of ours. */
export function useHost(socket: Socket, host: SocketHost): void {
  const handled = socket as unknown as Handled;
  if (!isFree(handled)) return;
  if (handled.destroyed === true) {
    handled._handle = null;
    handled._peername = undefined;
    handled._sockname = undefined;
  }
  reinitialize(handled, new StreamHandle(host));
}

/** The handle for a further attempt of a socket: Node brings one of TCP, for whichever it was before. */
export function nextHandle(socket: Socket, handle: unknown): unknown {
  const current = (socket as unknown as Handled)._handle as TlsLayer | null | undefined;
  const ours = isStreamHandle(current) ? current : current?._parent;
  if (!isStreamHandle(ours) || isStreamHandle(handle) || isOverOurs(handle)) return handle;
  const next = new StreamHandle(ours.host);
  setOwner(next, socket);
  return next;
}

/** A TLS layer that was made over a handle of ours a moment ago. */
const isOverOurs = (handle: unknown): boolean =>
  isStreamHandle((handle as TlsLayer | null | undefined)?._parent);

function reinitialize(socket: Handled, handle: StreamHandle): void {
  const method = socket[nodeInternals().reinitializeHandle] as Reinitialize;
  method.call(socket, handle);
  // Under TLS the socket marks the layer above only, and Node asks this one who has connected.
  setOwner(handle, socket);
}

/** What Node opens a server's port with. */
export type ListenMethod = (
  this: Server,
  address: string | null,
  port: number,
  addressType: number,
  backlog: number,
  fd: number | undefined,
  flags: number,
) => void;

/** Tells whether a server is to listen on a port, not on a pipe or on a descriptor. */
export const isPort = (addressType: number, fd: number | undefined): boolean =>
  (addressType === 4 || addressType === 6) && !(typeof fd === 'number' && fd >= 0);

/** Has a server listen on a host of ours; `listen` is Node's own. */
export function listenOn(
  server: Server,
  host: SocketHost,
  listen: ListenMethod,
  args: Parameters<ListenMethod>,
): void {
  const [address, port, addressType, ...rest] = args;
  const at = address ?? '0.0.0.0';
  (server as unknown as Handled)._handle = new ServerHandle(host, at, port);
  listen.call(server, at, port, address === null ? 4 : addressType, ...rest);
}
