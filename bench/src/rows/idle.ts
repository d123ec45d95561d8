/**
 * What an idle connection costs: 10,000 of them after one request each, all of it. After a forced
 * collection, the growth of the server's memory, and of what the kernel keeps for its ends.
 */

import { readFileSync } from 'node:fs';
import { GENERATOR, requestFor, startLoad } from '../harness/generator.js';
import type { LineProcess } from '../harness/processes.js';
import type { Row, Variant } from '../harness/row.js';
import { LOOPBACK } from '../harness/where.js';
import type { Peer } from '../peers/peer.js';

const CONNECTIONS = 10_000;
/** Requests before the first look, so that code is compiled and pools are filled. */
const FIRST_CONNECTIONS = 500;
const KIB = 1024;

/** Slabs that a socket takes from; other things of the machine do too, hence medians. */
const SLABS = /^(TCP|sock_inode_cache|filp|dentry|eventpoll_\w+|ep_\w+|skbuff_\w+|tcp_bind\w+) /;

/** Bytes of the kernel for sockets; NaN where it does not tell. */
function kernelBytes(): number {
  try {
    let bytes = 0;
    for (const line of readFileSync('/proc/slabinfo', 'utf8').split('\n')) {
      if (!SLABS.test(line)) continue;
      const [, active, , size] = line.split(/\s+/);
      bytes += Number(active) * Number(size);
    }
    return bytes;
  } catch {
    return Number.NaN;
  }
}

interface Look {
  readonly rss: number;
  readonly heap: number;
  readonly kernel: number;
}

async function look(server: LineProcess): Promise<Look> {
  const { rss, heap, external } = await server.ask('memory');
  return { rss: rss!, heap: heap! + external!, kernel: kernelBytes() };
}

/** Opens the connections to a new server: one that has had so many has grown. */
async function grownBy(peer: Peer): Promise<Look> {
  const served = await peer.services.http!();
  const { host, port } = served;
  const load = await startLoad({ mode: 'hold', host, port, request: requestFor(host, '/') });
  try {
    await load.ask(`open ${FIRST_CONNECTIONS}`);
    const before = await look(served.lines!);
    await load.ask(`open ${CONNECTIONS}`);
    const after = await look(served.lines!);
    return {
      rss: (after.rss - before.rss) / CONNECTIONS,
      heap: (after.heap - before.heap) / CONNECTIONS,
      // Both ends of a connection on loopback are the kernel's, over TUN only the client's.
      kernel: ((after.kernel - before.kernel) / CONNECTIONS) * (host === LOOPBACK ? 0.5 : 0),
    };
  } finally {
    await load.stop();
    await served.process.stop();
  }
}

/** Every turn of every peer is measured once, for all figures. */
function measuredOnce(): (peer: Peer, turn: number) => Promise<Look> {
  const looks = new Map<string, Promise<Look>>();
  return (peer, turn) => {
    const key = `${turn} ${peer.title}`;
    const known = looks.get(key);
    if (known !== undefined) return known;
    const measured = grownBy(peer);
    looks.set(key, measured);
    return measured;
  };
}

const FIGURES: readonly (readonly [string, (grown: Look) => number])[] = [
  ["all of it: the process, and the kernel's socket", ({ rss, kernel }) => rss + kernel],
  ["JavaScript's heap and buffers", ({ heap }) => heap],
];

/** KiB of an idle kept connection at the server. */
export function idleRows(peers: readonly Peer[], against: readonly string[]): Row[] {
  const grown = measuredOnce();
  return FIGURES.map(([what, figure]) => ({
    name: 'idle',
    title: `an idle connection, ${what}`,
    unit: 'KiB',
    moreIsBetter: false,
    variants: peers.map((peer): Variant => {
      let turn = 0;
      return {
        name: peer.title,
        open: async () => ({
          measure: async () => ({ value: figure(await grown(peer, turn++)) / KIB }),
          close: async () => {},
        }),
      };
    }),
    against,
    generator: GENERATOR,
    turns: 3,
    warmUpTurns: 0,
  }));
}
