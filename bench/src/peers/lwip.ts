/**
 * lwIP over a TUN device in plain packets: its raw interface, compiled from `bench/native/lwip` where
 * there is a C compiler and the library.
 */

import { existsSync } from 'node:fs';
import { LineProcess } from '../harness/processes.js';
import { compileC, hasCompiler } from '../harness/programs.js';
import { nextTunAddress } from '../harness/where.js';
import { type Peer, type Served, servedBy } from './peer.js';

const FLAGS = ['-I/usr/include/lwip', '-llwip'];
const [HTTP_PORT, BULK_PORT] = [8080, 9000];

async function start(port: number): Promise<Served> {
  const host = nextTunAddress();
  const command = [compileC('lwip', FLAGS), host];
  return servedBy(host, port, await LineProcess.start(command, 'server'));
}

/** lwIP; its HTTP is fixed bytes for what ends a head. */
export const LWIP: Peer = {
  title: 'lwIP, TUN plain 1500',
  missing: () =>
    hasCompiler && existsSync('/usr/include/lwip/lwip/init.h')
      ? null
      : 'install a C compiler and lwIP (Debian: gcc, liblwip-dev)',
  services: { http: () => start(HTTP_PORT), bulk: () => start(BULK_PORT) },
};
