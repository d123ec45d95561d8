/**
 * What Node brings: `node:http`, `node:https`, `node:http2`, `node:net`, `node:dgram`, on the kernel's
 * loopback. They are there whenever we are.
 */

import { LineProcess } from '../harness/processes.js';
import { nodeProgram } from '../harness/programs.js';
import { freePort, LOOPBACK } from '../harness/where.js';
import { type Peer, type Served, servedBy } from './peer.js';

async function start(name: string, ...before: string[]): Promise<Served> {
  const port = await freePort();
  const command = nodeProgram(name, [...before, LOOPBACK, port]);
  return servedBy(LOOPBACK, port, await LineProcess.start(command, 'server'));
}

const peer = (title: string, services: Peer['services']): Peer => ({
  title,
  missing: () => null,
  services,
});

/** Node's HTTP server. */
export const NODE_HTTP = peer('node:http', { http: () => start('http-node', 'http') });
/** The same over TLS. */
export const NODE_HTTPS = peer('node:https', { https: () => start('http-node', 'https') });
/** Node's HTTP/2. */
export const NODE_HTTP2 = peer('node:http2', { h2: () => start('http-node', 'h2') });
/** Sockets without a protocol: fixed bytes for an answer, and bulk data. */
export const NODE_NET = peer('node:net', {
  http: () => start('http-fixed'),
  bulk: () => start('bulk-node'),
});
/** Datagrams. */
export const NODE_DGRAM = peer('node:dgram', { udp: () => start('udp-server', 'node-dgram') });
