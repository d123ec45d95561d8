/**
 * What this machine's kernel already uses: its IPv4 routes and its own addresses, as /proc prints
 * them.
 *
 * Only the network namespace of the process is seen. A machine that hides its /proc counts as empty:
 * the check for overlaps is a help, not a guard.
 */

import { readFileSync } from 'node:fs';
import { parseIpv4 } from '@netlayers/bytes';
import type { Network } from './cidr.js';

/** A network that is taken, and by which interface; `null` = an address of this machine. */
export interface TakenNetwork extends Network {
  readonly interfaceName: string | null;
}

/** Addresses in /proc/net/route are the network-order word printed by a little-endian machine. */
const parseHexWord = (text: string): number => {
  const word = Number.parseInt(text, 16);
  return (
    (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
  );
};

/** Reads /proc/net/route: tab-separated, first the interface, second the target, eighth the mask. */
export function parseRoutes(text: string): TakenNetwork[] {
  const routes: TakenNetwork[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [interfaceName, target] = fields;
    const mask = fields[7];
    if (interfaceName === undefined || target === undefined || mask === undefined) continue;
    // A mask is ones and then zeros: the zeros, inverted, are ones behind the prefix.
    const prefixLength = Math.clz32(~parseHexWord(mask));
    routes.push({ address: parseHexWord(target), prefixLength, interfaceName });
  }
  return routes;
}

/** Reads the local addresses of /proc/net/fib_trie: a leaf `|-- 10.0.0.1`, then `/32 host LOCAL`. */
export function parseLocalAddresses(text: string): TakenNetwork[] {
  const found = new Map<string, TakenNetwork>();
  let leaf = '';
  for (const line of text.split('\n')) {
    const leafMatch = /\|--\s+([\d.]+)/.exec(line);
    if (leafMatch !== null) leaf = leafMatch[1]!;
    const localMatch = /\/(\d+)\s+host\s+LOCAL/.exec(line);
    const address = localMatch === null ? null : parseIpv4(leaf);
    if (localMatch === null || address === null) continue;
    const prefixLength = Number(localMatch[1]);
    found.set(`${leaf}/${prefixLength}`, { address, prefixLength, interfaceName: null });
  }
  return [...found.values()];
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The routes of this machine's main table. */
export const readRoutes = (): TakenNetwork[] => parseRoutes(readProc('/proc/net/route'));

/** Routes and addresses of this machine. */
export const readTakenNetworks = (): TakenNetwork[] => [
  ...readRoutes(),
  ...parseLocalAddresses(readProc('/proc/net/fib_trie')),
];
