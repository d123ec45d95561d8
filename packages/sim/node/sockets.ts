/**
 * Sockets and servers of `node:net` inside of a simulation, and with them everything that stands on
 * them: they speak to the stack of the host whose code runs. Nothing reaches the real network: what
 * has no simulated counterpart, and what no host does, throws and says what to do.
 */

import dgram from 'node:dgram';
import { installHooks } from '@netlayers/node';
import { divert } from './divert.js';
import { currentHost, currentWorld } from './scope.js';

/** Has sockets ask for the host, and closes the ways around it. */
export function divertSockets(): void {
  installHooks(({ kind, host, port }) => {
    if (currentWorld() === null) return null;
    const scope = currentHost();
    if (scope !== null) return scope.sockets;
    const what = kind === 'connect' ? `connect to ${host}:${port}` : `listen on port ${port}`;
    throw outsideOfHosts(what);
  });
  for (const name of ['bind', 'connect', 'send']) {
    divert(dgram.Socket.prototype, name, () => {
      throw new Error('datagrams are not simulated yet: node:dgram would reach the real network');
    });
  }
}

const outsideOfHosts = (what: string): Error =>
  Object.assign(new Error(`${what}: no host does this. Run it on one: host.run(() => ...)`), {
    code: 'ERR_NO_HOST',
  });
