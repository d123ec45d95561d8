/**
 * A module of the shape of `node:net` whose sockets and servers speak to one host, for programs that
 * let themselves be given a `connect`, a `createConnection`, a `stream` or a server.
 *
 * The sockets are Node's own over a handle of ours; nothing of `node:net` is changed.
 */

import net, { type NetConnectOpts, type ServerOpts, type Socket } from 'node:net';
import {
  connectRequestOf,
  type ListenMethod,
  listenOn,
  nextHandle,
  useHost,
} from './handle-choice.js';
import { missingInNode, nodeInternals } from './node-internals.js';
import type { SocketHost } from './socket-host.js';

/** `node:net` on a host of ours. */
export interface StackNet extends Omit<typeof net, 'Socket' | 'Server'> {
  /** A `net.Socket` that connects through the host. */
  readonly Socket: typeof net.Socket;
  /** A `net.Server` that listens on the host. */
  readonly Server: typeof net.Server;
}

/** The part of a server that Node keeps to itself. */
interface ListeningServer {
  _handle: { close(): void } | null;
}

/**
 * Makes a `net` of a host. Names are resolved as ever, by `dns.lookup` or the option `lookup`; a path
 * is a pipe of the system.
 *
 * @param host a stack, or what listens and connects as one.
 * @throws Error with code ERR_FEATURE_UNAVAILABLE_ON_PLATFORM where Node lacks what it stands on.
 */
export function netOf(host: SocketHost): StackNet {
  checkHost('netOf', host);
  const StackSocket = socketClassOf(host);
  const StackServer = serverClassOf(host);
  const connect = (...args: unknown[]): Socket => {
    const [options] = args;
    const given =
      typeof options === 'object' && options !== null ? (options as NetConnectOpts) : {};
    const socket = new StackSocket(given as net.SocketConstructorOpts);
    const { timeout } = given as { readonly timeout?: number };
    if (timeout !== undefined && timeout > 0) socket.setTimeout(timeout);
    return socket.connect(...(args as Parameters<Socket['connect']>));
  };
  const createServer = (...args: [ServerOpts?, ((socket: Socket) => void)?]): net.Server =>
    new StackServer(...args);
  return {
    ...net,
    Socket: StackSocket,
    Server: StackServer,
    connect: connect as typeof net.connect,
    createConnection: connect as typeof net.createConnection,
    createServer: createServer as typeof net.createServer,
  };
}

function socketClassOf(host: SocketHost): typeof net.Socket {
  const { reinitializeHandle } = nodeInternals();
  class StackSocket extends net.Socket {
    override connect(...args: unknown[]): this {
      if (connectRequestOf(args) !== null) useHost(this, host);
      return super.connect(...(args as Parameters<Socket['connect']>));
    }
  }
  const prototype = net.Socket.prototype as unknown as Record<
    symbol,
    (this: Socket, handle: unknown) => void
  >;
  Object.defineProperty(StackSocket.prototype, reinitializeHandle, {
    value(this: Socket, handle: unknown) {
      prototype[reinitializeHandle]?.call(this, nextHandle(this, handle));
    },
  });
  return StackSocket;
}

function serverClassOf(host: SocketHost): typeof net.Server {
  const listen = listenMethod();
  class StackServer extends net.Server {
    /** Node opens a port by this method, also where a cluster's primary has opened one of its own. */
    _listen2(...args: Parameters<ListenMethod>): void {
      const server = this as unknown as ListeningServer;
      server._handle?.close();
      listenOn(this, host, listen, args);
    }
  }
  return StackServer;
}

/** @throws Error where this Node opens ports in another way: a server would listen on the kernel. */
function listenMethod(): ListenMethod {
  const { _listen2: listen } = net.Server.prototype as unknown as { _listen2?: ListenMethod };
  if (listen === undefined) throw missingInNode('net.Server.prototype._listen2');
  return listen;
}

/** @throws TypeError for what cannot listen and connect. */
export function checkHost(what: string, host: SocketHost): void {
  if (typeof host?.listen === 'function' && typeof host.connect === 'function') return;
  throw new TypeError(`${what} takes a stack, such as createStack makes`);
}
