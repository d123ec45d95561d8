/**
 * Bulk data over one connection, between a peer and the kernel's TCP on the other core.
 *
 * A turn is a slice of one long connection, and the first part of it is thrown away: every connection has
 * another slow start, a window that grows in steps, and buffers that fill meanwhile. Whole short
 * connections spread by a factor of two because of them.
 */

import { GENERATOR } from '../harness/generator.js';
import type { Row } from '../harness/row.js';
import type { Peer } from '../peers/peer.js';
import { gigabits, type Loading, loadedVariant } from './loaded.js';

const WARM_MS = 100;
const TURN_MS = 400;

const DOWNLOAD: Loading = {
  service: 'bulk',
  mode: 'read',
  question: `run ${WARM_MS} ${TURN_MS}`,
  value: gigabits,
};

/** What the peer sends, the kernel reads. */
export const downloadRow = (peers: readonly Peer[], against: readonly string[]): Row => ({
  name: 'download',
  title: 'download: peer to kernel',
  unit: 'Gbit/s',
  moreIsBetter: true,
  variants: peers.map((peer) => loadedVariant(peer, DOWNLOAD)),
  against,
  generator: GENERATOR,
  starts: 2,
  turns: 4,
  warmUpTurns: 5,
});

/** What the kernel sends, the peer takes. */
export const uploadRow = (peers: readonly Peer[], against: readonly string[]): Row => ({
  ...downloadRow(peers, against),
  name: 'upload',
  title: 'upload: kernel to peer',
  variants: peers.map((peer) => loadedVariant(peer, { ...DOWNLOAD, mode: 'write', portOffset: 1 })),
});
