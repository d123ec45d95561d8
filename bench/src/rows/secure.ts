/**
 * TLS over our sockets, and HTTP/2 on it, beside `node:https` and `node:http2` on the kernel's. The
 * ciphers and the frames are Node's own on both sides: what differs is what is under them and above.
 */

import { processorTime } from '../harness/cores.js';
import { type H2loadOptions, runH2load } from '../harness/h2load.js';
import type { Figures } from '../harness/processes.js';
import type { Row, Variant } from '../harness/row.js';
import type { Peer, Service } from '../peers/peer.js';
import { gigabits, perSecond } from './loaded.js';

type Load = Omit<H2loadOptions, 'url' | 'requests'> & { readonly path: string };

const TURN_MS = 600;
const FIRST_ROUNDS = 4;
const MOST_GROWTH = 4;
/** Until the code of a server is compiled, as long as in the other rows: ours has more of it over TUN. */
const WARM_UP_TURNS = 4;
/** The handshakes are in the time of a turn: few connections. */
const HELLO = { path: '/', connections: 16, streams: 1 } as const;

/** How many requests fill a turn, found by runs that are longer and longer. */
async function requestsFor(
  first: number,
  run: (requests: number) => Promise<Figures>,
): Promise<number> {
  let requests = first;
  for (;;) {
    const tookMs = (requests * 1000) / perSecond(await run(requests));
    const factor = Math.min(MOST_GROWTH, TURN_MS / tookMs);
    requests = Math.ceil(requests * factor);
    if (factor < MOST_GROWTH) return Math.max(first, requests);
  }
}

function variant(
  peer: Peer,
  service: Service,
  { path, ...load }: Load,
  value: (figures: Figures) => number,
): Variant {
  return {
    name: peer.title,
    open: async () => {
      const served = await peer.services[service]!();
      const url = `https://${served.host}:${served.port}${path}`;
      const { pid } = served.process;
      const run = (requests: number): Promise<Figures> => runH2load({ url, requests, ...load });
      const requests = await requestsFor(load.connections * load.streams * FIRST_ROUNDS, run);
      return {
        measure: async () => {
          const [before, began] = [processorTime(pid), performance.now()];
          const figures = await run(requests);
          const share = (processorTime(pid) - before) / 1000 / (performance.now() - began);
          return { value: value(figures), server: share };
        },
        close: () => served.process.stop(),
      };
    },
  };
}

/** TLS: small answers and bulk; HTTP/2: small answers. */
export function secureRows(
  https: readonly Peer[],
  h2: readonly Peer[],
  againstHttps: readonly string[],
  againstH2: readonly string[],
): Row[] {
  const common = {
    moreIsBetter: true,
    generator: 'h2load',
    turns: 5,
    warmUpTurns: WARM_UP_TURNS,
  } as const;
  const hello: Load = { ...HELLO, protocol: 'http/1.1' };
  const bulk: Load = { ...hello, path: `/bytes/${16 << 20}`, connections: 1 };
  const streams: Load = { ...HELLO, protocol: 'h2', connections: 8, streams: 8 };
  return [
    {
      ...common,
      name: 'tls',
      title: 'TLS: hello, 16 kept connections',
      unit: 'requests/s',
      variants: https.map((peer) => variant(peer, 'https', hello, perSecond)),
      against: againstHttps,
    },
    {
      ...common,
      name: 'tls-bulk',
      title: 'TLS: download, 16 MB each',
      unit: 'Gbit/s',
      variants: https.map((peer) => variant(peer, 'https', bulk, gigabits)),
      against: againstHttps,
    },
    {
      ...common,
      name: 'h2',
      title: 'HTTP/2: hello, 8 connections of 8 streams',
      unit: 'requests/s',
      variants: h2.map((peer) => variant(peer, 'h2', streams, perSecond)),
      against: againstH2,
    },
  ];
}
