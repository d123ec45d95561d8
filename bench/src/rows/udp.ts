/**
 * Datagrams through a UDP echo and back, 256 under way. The load generator is on Node and has the other
 * core to itself: what it cannot send, nobody echoes.
 */

import { watchBoth } from '../harness/generator.js';
import { LineProcess } from '../harness/processes.js';
import { nodeProgram } from '../harness/programs.js';
import type { Row, Variant } from '../harness/row.js';
import type { Peer } from '../peers/peer.js';
import { perSecond } from './loaded.js';

const TURN_MS = 300;

const variant = (peer: Peer, length: number): Variant => ({
  name: peer.title,
  open: async () => {
    const { host, port, process } = await peer.services.udp!();
    const load = await LineProcess.start(nodeProgram('udp-load', [host, port, length]), 'client');
    return {
      measure: async () => {
        const run = watchBoth(process, load, () => load.ask(`run ${TURN_MS}`));
        const { figures, shares } = await run;
        return { value: perSecond(figures), ...shares };
      },
      close: async () => {
        await load.stop();
        await process.stop();
      },
    };
  },
});

/** The rows of the echo. */
export const udpRows = (peers: readonly Peer[], against: readonly string[]): Row[] =>
  [100, 1400].map((length) => ({
    name: 'udp',
    title: `UDP echo, ${length} B`,
    unit: 'datagrams/s',
    moreIsBetter: true,
    variants: peers.map((peer) => variant(peer, length)),
    against,
    generator: 'node:dgram',
    turns: 5,
  }));
