/**
 * HTTP/2 for the command, loaded with TLS, or where it is spoken without.
 */

import type { ClientProtocol } from '@netlayers/client';
import type { HttpChoice } from '../http-version.js';

/** Octets that a server may send in a round trip, for each transfer that runs. The same as curl. */
const WINDOW = 0xa0_0000;

/** The protocols of a client beside HTTP/1.1; over TLS they are there when TLS is. */
export async function protocolsOf(choice: HttpChoice): Promise<readonly ClientProtocol[]> {
  if (choice === '1.1') return [];
  const priorKnowledge = choice === 'prior-knowledge';
  if (priorKnowledge) await loadHttp2();
  return [
    {
      alpn: 'h2',
      priorKnowledge,
      carry: (...given) => {
        if (make === null) throw new Error('HTTP/2 was not loaded');
        return make({ streamWindow: WINDOW }).carry(...given);
      },
    },
  ];
}

let make: typeof import('@netlayers/node').http2Client | null = null;

/** Loads it, with TLS. */
export async function loadHttp2(): Promise<typeof import('@netlayers/node')> {
  const node = await import('@netlayers/node');
  make = node.http2Client;
  return node;
}
