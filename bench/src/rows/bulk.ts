/**
 * Bulk data over one connection, between a peer and the kernel's TCP on the other core.
 */

import { runClientPeer, startPeer } from '../harness/processes.js';
import type { Row, Variant } from '../harness/row.js';
import { addressOf, PEER_TITLES, type PeerKind } from '../harness/where.js';

const PORT = 9000;

function variant(kind: PeerKind, direction: string, seconds: number): Variant {
  return {
    name: PEER_TITLES[kind],
    measure: async () => {
      const server = await startPeer('bulk-server', kind, String(PORT));
      try {
        const args = [direction, addressOf(kind), String(PORT), String(seconds)];
        return await runClientPeer('bulk-client', ...args);
      } finally {
        await server.stop();
      }
    },
  };
}

/** The rows of bulk data, for the sorts of peer that can run here. */
export function bulkRows(kinds: readonly PeerKind[], seconds: number): Row[] {
  return ['download', 'upload'].map((direction) => ({
    name: direction,
    title: direction === 'download' ? 'download: peer to kernel' : 'upload: kernel to peer',
    unit: 'Gbit/s',
    moreIsBetter: true,
    variants: kinds.map((kind) => variant(kind, direction, seconds)),
    baseline: PEER_TITLES['node-net'],
  }));
}
