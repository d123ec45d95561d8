/**
 * Where the variants of a row live: on a TUN device of ours, or on the kernel's loopback.
 */

/** Address of our stack on its TUN device. */
export const TUN_ADDRESS = '10.99.0.2';

/** Address of everything that runs on the kernel's TCP. */
export const LOOPBACK = '127.0.0.1';

/** The sorts of peer that can be measured. */
export type PeerKind = 'tun' | 'tun-plain' | 'kernel' | 'node-http' | 'node-net' | 'node-dgram';

/** How each is called in the table. */
export const PEER_TITLES: Readonly<Record<PeerKind, string>> = {
  tun: 'ours, TUN with offload',
  'tun-plain': 'ours, TUN plain 1500',
  kernel: "ours, the kernel's TCP",
  'node-http': 'node:http, loopback',
  'node-net': 'node:net, loopback',
  'node-dgram': 'node:dgram, loopback',
};

/** Where a peer of this sort is reached. */
export const addressOf = (kind: PeerKind): string =>
  kind === 'tun' || kind === 'tun-plain' ? TUN_ADDRESS : LOOPBACK;
