/**
 * Gives a socket of `node:dgram` a handle of ours in the place of the one that Node gave it, before it
 * is bound; whatever it sends or connects to, Node binds it first.
 */

import type { Socket } from 'node:dgram';
import { DatagramHandle } from './datagram-handle.js';
import type { SocketRequest } from './handle-choice.js';
import { missingInNode, nodeInternals } from './node-internals.js';
import type { DatagramHost } from './socket-host.js';

/** What a socket keeps of its handle; under a symbol of Node's. */
interface DatagramState {
  handle: DatagramHandle | NativeHandle | null;
}

interface NativeHandle {
  lookup: unknown;
  close(): void;
}

/** What `bind` was called with, in short; `null` for a descriptor, a handle, or one that is bound. */
export function bindRequestOf(args: readonly unknown[]): SocketRequest | null {
  const [first, second] = args;
  if (typeof first !== 'object' || first === null) {
    return requestTo(typeof first === 'function' ? 0 : first, second);
  }
  const options = first as Readonly<Record<'port' | 'address' | 'fd' | 'recvStart', unknown>>;
  if (typeof options.recvStart === 'function') return null;
  if (typeof options.fd === 'number' && options.fd > 0) return null;
  return requestTo(options.port, options.address);
}

function requestTo(port: unknown, address: unknown): SocketRequest {
  const host = typeof address === 'string' && address !== '' ? address : null;
  return { kind: 'bind', host, port: Number(port ?? 0) || 0 };
}

/**
 * Has a socket bind on a host of ours; one that is bound already stays where it is.
 *
 * @throws Error with code ERR_FEATURE_UNAVAILABLE_ON_PLATFORM where this Node keeps handles elsewhere.
 */
export function useDatagramHost(socket: Socket, host: DatagramHost): void {
  const state = stateOf(socket);
  const native = state.handle;
  if (native === null || native instanceof DatagramHandle) return;
  const handle = new DatagramHandle(host);
  handle.lookup = native.lookup;
  Object.assign(handle, { [nodeInternals().ownerSymbol]: socket });
  native.close();
  state.handle = handle;
}

function stateOf(socket: Socket): DatagramState {
  const symbol = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === 'state symbol',
  );
  const state = symbol && (socket as unknown as Record<symbol, DatagramState | undefined>)[symbol];
  if (state !== undefined && 'handle' in state) return state;
  throw missingInNode('state of dgram.Socket');
}
