/**
 * Requests per second: many on kept connections, and each on a connection of its own.
 */

import { GENERATOR, requestFor } from '../harness/generator.js';
import type { Row } from '../harness/row.js';
import type { Peer } from '../peers/peer.js';
import { type Loading, loadedVariant, perSecond } from './loaded.js';

const KEPT_CONNECTIONS = 64;
const NEW_CONNECTIONS = 16;

/** Milliseconds of a turn. */
const TURN_MS = 400;
/**
 * What a connection costs at its start and end is compiled late: programs on Node are twice as fast after
 * four seconds as in the first, ours and others, and not at the same time.
 */
const HELLO_WARM_UP_TURNS = 5;
const CONNECT_WARM_UP_TURNS = 10;

const HELLO: Loading = {
  service: 'http',
  mode: 'keep',
  connections: KEPT_CONNECTIONS,
  request: (host) => requestFor(host, '/'),
  question: `run ${TURN_MS}`,
  value: perSecond,
};

const CONNECT: Loading = {
  ...HELLO,
  mode: 'connect',
  connections: NEW_CONNECTIONS,
  request: (host) => requestFor(host, '/', ['Connection: close']),
};

/** 100 bytes for a GET, on kept connections. */
export const helloRow = (peers: readonly Peer[], against: readonly string[]): Row => ({
  name: 'hello',
  title: `hello, ${KEPT_CONNECTIONS} kept connections`,
  unit: 'requests/s',
  moreIsBetter: true,
  variants: peers.map((peer) => loadedVariant(peer, HELLO)),
  against,
  generator: GENERATOR,
  warmUpTurns: HELLO_WARM_UP_TURNS,
});

/** Connect, GET, read to the end, close. */
export const connectRow = (peers: readonly Peer[], against: readonly string[]): Row => ({
  name: 'connect',
  title: `connect, GET, close, ${NEW_CONNECTIONS} at once`,
  unit: 'connections/s',
  moreIsBetter: true,
  variants: peers.map((peer) => loadedVariant(peer, CONNECT)),
  against,
  generator: GENERATOR,
  warmUpTurns: CONNECT_WARM_UP_TURNS,
});
