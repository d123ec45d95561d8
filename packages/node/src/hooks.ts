/**
 * The hooks by which any program of this process connects, listens and sends datagrams through hosts of
 * ours: methods of `net.Socket`, `net.Server` and `dgram.Socket`. While nobody has installed a choice
 * Node is as it was.
 *
 * The method that a program calls is the one of the prototype, so it does not matter whether it was
 * imported before or after; only a program that took a method off the prototype goes past the hooks.
 */

import dgram from 'node:dgram';
import net, { type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { bindRequestOf, useDatagramHost } from './datagram-choice.js';
import {
  type ChooseHost,
  connectRequestOf,
  isPort,
  type ListenMethod,
  listenOn,
  nextHandle,
  type SocketRequest,
  useHost,
} from './handle-choice.js';
import { missingInNode, nodeInternals } from './node-internals.js';
import type { DatagramHost, SocketHost } from './socket-host.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Asked from the last to the first; the first host that one names is taken. */
const choices: ChooseHost[] = [];

/** Takes the hooks away again. */
let removeHooks: (() => void)[] = [];
let keepsHosts = false;

function choose(request: SocketRequest): SocketHost | null {
  for (let at = choices.length - 1; at >= 0; at--) {
    const host = choices[at]?.(request) ?? null;
    if (host !== null) return host;
  }
  return null;
}

/**
 * Has `choose` asked for every connection and every port of this process; where it names no host, the
 * choice that was installed before is asked, and at last the kernel taken.
 *
 * @returns takes the choice back; connections and ports stay where they are.
 * @throws Error with code ERR_FEATURE_UNAVAILABLE_ON_PLATFORM that names the hook that this Node lacks.
 */
export function installHooks(choose: ChooseHost): () => void {
  if (choices.length === 0) addHooks();
  choices.push(choose);
  return () => {
    const at = choices.indexOf(choose);
    if (at < 0) return;
    choices.splice(at, 1);
    if (choices.length > 0) return;
    for (const remove of removeHooks.reverse()) remove();
    removeHooks = [];
  };
}

function addHooks(): void {
  keepHosts();
  replace(net.Socket.prototype, 'connect', (connect) => {
    return function (this: unknown, ...args) {
      const request = connectRequestOf(args);
      const host = request === null ? null : choose(request);
      if (host !== null) useHost(this as Socket, host);
      return connect.apply(this, args);
    };
  });
  replace(dgram.Socket.prototype, 'bind', (bind) => {
    return function (this: unknown, ...args) {
      const request = bindRequestOf(args);
      const host = request === null ? null : choose(request);
      if (host !== null) useDatagramHost(this as dgram.Socket, datagramsOf(host));
      return bind.apply(this, args);
    };
  });
  replace(net.Server.prototype, '_listen2', (listen) => {
    return function (this: unknown, ...args) {
      const server = this as Server & { readonly _handle: unknown };
      const [address, port, addressType, , fd] = args as Parameters<ListenMethod>;
      const isOpen = server._handle !== null && server._handle !== undefined;
      const host =
        isOpen || !isPort(addressType, fd) ? null : choose({ kind: 'listen', host: address, port });
      if (host === null) return listen.apply(this, args);
      const listen2 = listen as unknown as ListenMethod;
      return listenOn(server, host, listen2, args as Parameters<ListenMethod>);
    };
  });
}

/**
 * Has every further attempt of a socket go where the first went. This hook stays, since attempts may
 * come after the choice was taken back; it does nothing for sockets of the kernel.
 */
function keepHosts(): void {
  if (keepsHosts) return;
  const { reinitializeHandle } = nodeInternals();
  for (const prototype of [net.Socket.prototype, tls.TLSSocket.prototype]) {
    replace(prototype, reinitializeHandle, (reinitialize) => {
      return function (this: unknown, handle) {
        return reinitialize.call(this, nextHandle(this as Socket, handle));
      };
    });
  }
  removeHooks = [];
  keepsHosts = true;
}

/** Puts a method in front of another; one that somebody else has put in front of ours stays. */
function replace(prototype: object, name: string | symbol, wrap: (method: Method) => Method): void {
  const methods = prototype as Record<string | symbol, Method | undefined>;
  const isOwn = Object.hasOwn(prototype, name);
  const method = methods[name];
  if (method === undefined) {
    for (const remove of removeHooks.reverse()) remove();
    removeHooks = [];
    throw missingInNode(`method ${String(name)} of sockets and servers`);
  }
  const wrapped = wrap(method);
  methods[name] = wrapped;
  removeHooks.push(() => {
    if (methods[name] !== wrapped) return;
    if (isOwn) methods[name] = method;
    else delete methods[name];
  });
}

/** @throws Error for a host that has no UDP: the kernel must not have the socket instead. */
function datagramsOf(host: SocketHost): DatagramHost {
  if (typeof host.bindUdp === 'function') return host as DatagramHost;
  throw Object.assign(new Error('the host of this program has no UDP sockets'), {
    code: 'EOPNOTSUPP',
  });
}
