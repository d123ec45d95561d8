/**
 * All rows, for the peers that can be started here, and what is left out and how to get it.
 */

import { h2loadMissing } from '../harness/h2load.js';
import type { Row } from '../harness/row.js';
import { GVISOR } from '../peers/gvisor.js';
import { FASTIFY, HAPROXY, NGINX } from '../peers/installed.js';
import { LWIP } from '../peers/lwip.js';
import { NODE_DGRAM, NODE_HTTP, NODE_HTTP2, NODE_HTTPS, NODE_NET } from '../peers/node.js';
import { ours } from '../peers/ours.js';
import type { Peer } from '../peers/peer.js';
import { TCPIP_JS, tcpipHttpMissing } from '../peers/tcpip-js.js';
import { besideRow } from './beside.js';
import { bodyRows } from './bodies.js';
import { downloadRow, uploadRow } from './bulk.js';
import { costRows } from './cost.js';
import { idleRows } from './idle.js';
import { idleSimRow } from './idle-sim.js';
import { latencyRows } from './latency.js';
import { pairHttpRow, pairRows } from './pair.js';
import { parseRows } from './parse.js';
import { connectRow, helloRow } from './requests.js';
import { secureRows } from './secure.js';
import { startRow } from './start.js';
import { udpRows } from './udp.js';

const [TUN, TUN_PLAIN, TUNTAP2, KERNEL] = [
  ours('tun'),
  ours('tun-plain'),
  ours('tuntap2'),
  ours('kernel'),
];
const ON_TUN: readonly Peer[] = [TUN, TUN_PLAIN, TUNTAP2, LWIP, GVISOR];

/** Rows to run, and what they lack. */
export interface Programme {
  readonly rows: readonly Row[];
  /** One line each. */
  readonly skipped: readonly string[];
}

/**
 * The rows that can run here.
 *
 * @param noTun why there is no TUN device, or `null` where there is one.
 */
export function programme(noTun: string | null): Programme {
  const skipped: string[] = noTun === null ? [] : [`everything over TUN: ${noTun}`];
  const present = (peer: Peer): boolean => {
    if (noTun !== null && ON_TUN.includes(peer)) return false;
    const how = peer.missing();
    if (how !== null) skipped.push(`${peer.title}: ${how}`);
    return how === null;
  };
  const here = new Set(
    [...ON_TUN, KERNEL, NODE_HTTP, NODE_HTTPS, NODE_HTTP2, NODE_NET, NODE_DGRAM]
      .concat(NGINX, HAPROXY, FASTIFY)
      .filter(present),
  );
  const only = (...peers: readonly Peer[]): Peer[] => peers.filter((peer) => here.has(peer));
  const h2load = h2loadMissing();
  if (h2load !== null) skipped.push(`the rows of TLS and HTTP/2: ${h2load}`);
  const tcpipJs = tcpipHttpMissing();
  if (tcpipJs !== null) skipped.push(`${TCPIP_JS}: ${tcpipJs}`);

  const httpBase = [NODE_HTTP.title];
  const rows = [
    helloRow(
      only(
        TUN,
        TUN_PLAIN,
        KERNEL,
        NODE_HTTP,
        NODE_NET,
        FASTIFY,
        NGINX,
        HAPROXY,
        TUNTAP2,
        LWIP,
        GVISOR,
      ),
      [NODE_HTTP.title, NODE_NET.title, GVISOR.title, TUNTAP2.title],
    ),
    connectRow(only(TUN, KERNEL, NODE_HTTP, NGINX), httpBase),
    downloadRow(only(TUN, TUN_PLAIN, KERNEL, NODE_NET, TUNTAP2, LWIP, GVISOR), [
      NODE_NET.title,
      LWIP.title,
      TUNTAP2.title,
    ]),
    uploadRow(only(TUN, TUN_PLAIN, KERNEL, NODE_NET, TUNTAP2, LWIP, GVISOR), [
      NODE_NET.title,
      LWIP.title,
      TUNTAP2.title,
    ]),
    ...bodyRows(only(TUN, KERNEL, NODE_HTTP), httpBase),
    ...(h2load === null
      ? secureRows(
          only(TUN, KERNEL, NODE_HTTPS),
          only(TUN, KERNEL, NODE_HTTP2),
          [NODE_HTTPS.title],
          [NODE_HTTP2.title],
        )
      : []),
    ...latencyRows(only(TUN, KERNEL, NODE_HTTP), httpBase),
    ...idleRows(only(TUN, KERNEL, NODE_HTTP), httpBase),
    idleSimRow(),
    ...parseRows(),
    ...pairRows(),
    pairHttpRow(),
    ...costRows(only(TUN, KERNEL, NODE_HTTP)),
    startRow(noTun === null),
    besideRow(only(TUN, KERNEL, NODE_HTTP), httpBase),
    ...udpRows(only(TUN, TUN_PLAIN, NODE_DGRAM), [NODE_DGRAM.title]),
  ];
  return { rows: rows.filter(({ variants }) => variants.length > 0), skipped };
}
