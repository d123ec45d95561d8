/**
 * Datagrams through a UDP echo and back, 256 under way. The load generator is on Node as well and has
 * the other core to itself: what it cannot send, nobody echoes.
 */

import { runClientPeer, startPeer } from '../harness/processes.js';
import type { Row, Variant } from '../harness/row.js';
import { addressOf, PEER_TITLES, type PeerKind } from '../harness/where.js';

const PORT = 9000;

function variant(kind: PeerKind, length: number, seconds: number): Variant {
  return {
    name: PEER_TITLES[kind],
    measure: async () => {
      const server = await startPeer('udp-server', kind, String(PORT));
      try {
        const args = [addressOf(kind), String(PORT), String(seconds), String(length)];
        return await runClientPeer('udp-client', ...args);
      } finally {
        await server.stop();
      }
    },
  };
}

/** The rows of the echo, for the sorts of peer that can run here. */
export function udpRows(kinds: readonly PeerKind[], seconds: number): Row[] {
  return [100, 1400].map((length) => ({
    name: 'udp',
    title: `UDP echo, ${length} B (node:dgram)`,
    unit: 'datagrams/s',
    moreIsBetter: true,
    variants: kinds.map((kind) => variant(kind, length, seconds)),
    baseline: PEER_TITLES['node-dgram'],
  }));
}
