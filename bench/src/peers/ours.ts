/**
 * Our own stack and server: on a TUN device with and without offload, on the kernel's TCP, on the device
 * of `tuntap2`. Another version of it is the same programs in another checkout.
 */

import { existsSync } from 'node:fs';
import { LineProcess } from '../harness/processes.js';
import { BENCH, nodeProgram } from '../harness/programs.js';
import { freePort, LOOPBACK, nextTunAddress } from '../harness/where.js';
import type { Carrier } from '../process/carrier.js';
import { type Peer, type Served, servedBy } from './peer.js';
import { canResolve, howToGet } from './resolve.js';

const TITLES: Readonly<Record<Carrier, string>> = {
  tun: 'ours, TUN with offload',
  'tun-plain': 'ours, TUN plain 1500',
  tuntap2: 'ours, TUN by tuntap2',
  kernel: "ours, the kernel's TCP",
};

const TUN_PORT = 8080;

/** A version of us: another `bench/`, and what its variants are called. */
export interface Version {
  readonly bench: string;
  readonly suffix: string;
}

/** This checkout. */
export const THIS: Version = { bench: BENCH, suffix: '' };

function missing(carrier: Carrier): string | null {
  if (carrier !== 'kernel' && !existsSync('/dev/net/tun')) return 'needs /dev/net/tun and root';
  if (carrier !== 'tuntap2') return null;
  return canResolve('tuntap2')
    ? null
    : howToGet('tuntap2', 'https://github.com/PupilTong/node-tuntap2 (node-gyp, tsc)');
}

/** We, on a carrier. */
export function ours(carrier: Carrier, { bench, suffix }: Version = THIS): Peer {
  const start = async (name: string, ...rest: string[]): Promise<Served> => {
    const onKernel = carrier === 'kernel';
    const host = onKernel ? LOOPBACK : nextTunAddress();
    const port = onKernel ? await freePort() : TUN_PORT;
    const command = nodeProgram(name, [carrier, host, port, ...rest], bench);
    return servedBy(host, port, await LineProcess.start(command, 'server'));
  };
  return {
    title: TITLES[carrier] + suffix,
    missing: () => missing(carrier),
    services: {
      http: () => start('http-ours'),
      https: () => start('http-ours', 'tls'),
      h2: () => start('http-ours', 'h2'),
      bulk: () => start('bulk-ours'),
      ...(carrier === 'kernel' ? {} : { udp: () => start('udp-server') }),
    },
  };
}
