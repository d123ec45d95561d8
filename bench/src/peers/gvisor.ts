/**
 * gVisor's netstack over a TUN device in plain packets, with Go's `net/http`: compiled from
 * `bench/native/gvisor` where there are Go and the package.
 */

import { existsSync } from 'node:fs';
import { hasProgram } from '../harness/cores.js';
import { LineProcess } from '../harness/processes.js';
import { compileGo } from '../harness/programs.js';
import { nextTunAddress } from '../harness/where.js';
import { type Peer, type Served, servedBy } from './peer.js';

const SOURCES = '/usr/share/gocode';
const [HTTP_PORT, BULK_PORT] = [8080, 9000];

async function start(port: number): Promise<Served> {
  const host = nextTunAddress();
  const command = [compileGo('gvisor', SOURCES), host];
  return servedBy(host, port, await LineProcess.start(command, 'server'));
}

/** gVisor's stack, which Debian has as a snapshot. */
export const GVISOR: Peer = {
  title: 'gVisor, TUN plain 1500',
  missing: () =>
    hasProgram('go') && existsSync(`${SOURCES}/src/gvisor.dev/gvisor/pkg/tcpip`)
      ? null
      : 'install Go and netstack (Debian: golang-go, golang-gvisor-gvisor-dev)',
  services: { http: () => start(HTTP_PORT), bulk: () => start(BULK_PORT) },
};
