/**
 * Sockets and servers of `node:net` and sockets of `node:dgram` inside of a simulation, and with them
 * everything that stands on them: they speak to the stack of the host whose code runs. What no host
 * does throws and says what to do: nothing reaches the real network.
 */

import { installHooks, type SocketRequest } from '@netlayers/node';
import { currentHost, currentWorld } from './scope.js';

/** Has sockets ask for the host. */
export function divertSockets(): void {
  installHooks((request) => {
    if (currentWorld() === null) return null;
    const scope = currentHost();
    if (scope !== null) return scope.sockets;
    throw Object.assign(
      new Error(`${describe(request)}: no host does this. Run it on one: host.run(() => ...)`),
      { code: 'ERR_NO_HOST' },
    );
  });
}

function describe({ kind, host, port }: SocketRequest): string {
  if (kind === 'connect') return `connect to ${host}:${port}`;
  return kind === 'listen' ? `listen on port ${port}` : `bind the UDP port ${port}`;
}
