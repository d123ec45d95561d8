/**
 * What the kernel holds of a socket's output, as Linux lists it in `/proc/self/net/tcp`: octets that
 * were written and that the peer has not acknowledged. Node has no other way to them; where there is
 * no such file nothing is known.
 *
 * Looking takes time in proportion to all sockets of the machine. So it is for whoever is about to
 * give a peer up, and one look serves everybody for a moment.
 */

import { readFileSync } from 'node:fs';
import { parseIpOctets } from '@netlayers/bytes';

const FILES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

/** How long a look is good for: at least this, and many times what it took. */
const SHORTEST_MS = 50;
const TIMES_COST = 20;

/** The four numbers of a connection. */
export interface SocketAddresses {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

let queues = new Map<string, number>();
let goodUntil = Number.NEGATIVE_INFINITY;

/** Octets in the send queue of the kernel; 0 where nothing is known of it. */
export function sendQueueOf(socket: SocketAddresses): number {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || remoteAddress === undefined) return 0;
  const before = performance.now();
  if (before >= goodUntil) {
    queues = readQueues();
    const now = performance.now();
    goodUntil = now + Math.max(SHORTEST_MS, TIMES_COST * (now - before));
  }
  return queues.get(`${hexOf(localAddress, localPort)} ${hexOf(remoteAddress, remotePort)}`) ?? 0;
}

/** Every connection that has something in its send queue. */
function readQueues(): Map<string, number> {
  const found = new Map<string, number>();
  for (const file of FILES) {
    for (const line of linesOf(file)) {
      // sl: local remote state sent:received ...
      const match = /^\s*\d+: (\S+) (\S+) \S+ ([0-9A-F]+):/.exec(line);
      if (match === null) continue;
      const octets = Number.parseInt(match[3]!, 16);
      if (octets > 0) found.set(`${match[1]} ${match[2]}`, octets);
    }
  }
  return found;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'latin1').split('\n');
  } catch {
    return []; // not Linux, or no IPv6
  }
}

/** An endpoint as the kernel writes it: words of the address as this machine keeps them, and the port. */
function hexOf(address: string, port = 0): string {
  // Without the zone of a link-local address, which is not listed.
  const octets = parseIpOctets(address.split('%', 1)[0]!) ?? new Uint8Array();
  let text = '';
  for (let at = 0; at < octets.length; at += 4) {
    for (const octet of octets.slice(at, at + 4).reverse()) text += hex(octet, 2);
  }
  return `${text}:${hex(port, 4)}`;
}

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');
