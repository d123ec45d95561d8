/**
 * Sending as layers around each other: each gets a hop and the way on, and brings a response. It may
 * change the hop, ask more than once, or answer without asking. Whoever gives up throws, and then
 * everything that is under way for the request is given up.
 */

import type { ClientResponse } from '../response/client-response.js';
import type { Hop } from './hop.js';

/** Brings the response of a hop. */
export type SendHop = (hop: Hop) => Promise<ClientResponse>;

/** One layer of sending. */
export type Layer = (hop: Hop, next: SendHop) => Promise<ClientResponse>;

/** Puts layers around a way of sending, the first of them outermost. */
export function layered(layers: readonly Layer[], send: SendHop): SendHop {
  return layers.reduceRight<SendHop>((next, layer) => (hop) => layer(hop, next), send);
}
