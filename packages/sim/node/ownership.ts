/**
 * Whose a connection is. A client that a module keeps for everybody has connections of whichever host
 * used it first; what another one writes there would be sent by the wrong host, or, after a crash or a
 * run, by nobody. It fails instead, and says so.
 */

import net from 'node:net';
import { divert } from './divert.js';
import { currentHost, type HostScope } from './scope.js';

type Written = (error: Error | null) => void;

const owners = new WeakMap<object, HostScope>();

/** Has each socket stay with the host that wrote on it first. */
export function keepOwners(): void {
  divert(net.Socket.prototype, '_writeGeneric', (_world, self, args, real) => {
    const socket = self as net.Socket;
    const host = currentHost();
    const owner = owners.get(socket);
    // The program of the simulation itself may use what is a host's.
    if (host === null || owner === host) return real.apply(self, args as never[]);
    if (owner === undefined) {
      owners.set(socket, host);
      return real.apply(self, args as never[]);
    }
    return (args[3] as Written)(notYours(owner, host));
  });
}

function notYours(owner: HostScope, host: HostScope): Error {
  const whose = owner.name === host.name ? `an earlier ${owner.name}` : owner.name;
  return Object.assign(
    new Error(
      `${host.name} writes on a connection of ${whose}: give each host and each run a client of its own, or isolate the run`,
    ),
    { code: 'ERR_OTHER_HOST' },
  );
}
