/**
 * What `node:os` tells a program of the machine that its packets may say: name and addresses are those
 * of the host, so that a run is the same on every machine.
 */

import os from 'node:os';
import { divert } from './divert.js';
import { currentHost } from './scope.js';

const INTERNAL = { netmask: '255.0.0.0', family: 'IPv4', mac: '00:00:00:00:00:00' } as const;

/** Diverts them for programs of hosts. */
export function divertMachine(): void {
  divert(os, 'hostname', (_world, self, _args, real) => currentHost()?.name ?? real.call(self));
  divert(os, 'networkInterfaces', (_world, self, _args, real) => {
    const host = currentHost();
    if (host === null) return real.call(self);
    const lo = { ...INTERNAL, address: '127.0.0.1', cidr: '127.0.0.1/8', internal: true };
    const eth0 = host.addresses.map((address) => ({
      address,
      netmask: '255.255.255.255',
      family: 'IPv4',
      mac: '00:00:00:00:00:00',
      internal: false,
      cidr: `${address}/32`,
    }));
    return { lo: [lo], eth0 };
  });
}
