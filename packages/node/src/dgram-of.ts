/**
 * A module of the shape of `node:dgram` whose sockets speak to one host. The sockets are Node's own
 * over a handle of ours; nothing of `node:dgram` is changed.
 */

import dgram, { type RemoteInfo, type SocketOptions, type SocketType } from 'node:dgram';
import { useDatagramHost } from './datagram-choice.js';
import type { DatagramHost } from './socket-host.js';

/** `node:dgram` on a host of ours. */
export type StackDgram = typeof dgram;

/**
 * Makes a `dgram` of a host. Names are resolved as ever, by `dns.lookup` or the option `lookup`;
 * sockets of `udp6` speak IPv4, as those of every address do.
 *
 * @param host a stack, or what binds as one.
 * @throws TypeError for what binds no UDP sockets.
 */
export function dgramOf(host: DatagramHost): StackDgram {
  if (typeof host?.bindUdp !== 'function') {
    throw new TypeError('dgramOf takes a stack, such as createStack makes');
  }
  class StackSocket extends dgram.Socket {
    override bind(...args: unknown[]): this {
      useDatagramHost(this, host);
      return super.bind(...(args as Parameters<dgram.Socket['bind']>));
    }
  }
  const createSocket = (
    type: SocketType | SocketOptions,
    listener?: (message: Buffer, from: RemoteInfo) => void,
  ): dgram.Socket => {
    const Socket = StackSocket as unknown as new (
      type: SocketType | SocketOptions,
      listener?: (message: Buffer, from: RemoteInfo) => void,
    ) => dgram.Socket;
    return new Socket(type, listener);
  };
  return { ...dgram, Socket: StackSocket, createSocket } as StackDgram;
}
