/**
 * How cost grows: processor time of the server for a request with 1 to 10,000 connections, and for a
 * byte of content from 1 KB to 1 GB. The variants are sizes; flat is what is wanted.
 */

import { processorTime } from '../harness/cores.js';
import { GENERATOR, requestFor } from '../harness/generator.js';
import type { Row, Variant } from '../harness/row.js';
import type { Peer } from '../peers/peer.js';
import { type Load, type Loading, startPair, stopPair, warmUp } from './loaded.js';

const TURN_MS = 400;
const CONNECTIONS = [1, 10, 100, 1000, 10_000];
const REFERENCE_CONNECTIONS = 100;
/** With more connections each of them is asked in turn, so that what differs is their number. */
const UNDER_WAY = 100;
/** The other question: with so many all of them ask at once. */
const CROWD = 10_000;

const SIZES = [
  { label: '1 KB', bytes: 1 << 10 },
  { label: '32 KB', bytes: 32 << 10 },
  { label: '1 MB', bytes: 1 << 20 },
  { label: '32 MB', bytes: 32 << 20 },
  { label: '1 GB', bytes: 1 << 30 },
];
const REFERENCE_SIZE = '1 MB';

// What every server of a row is loaded with before it is measured, whatever the variant asks for.

const WARM_REQUESTS: Load = {
  mode: 'keep',
  connections: REFERENCE_CONNECTIONS,
  request: (host) => requestFor(host, '/'),
};

const WARM_CONTENT: Load = {
  mode: 'body',
  request: (host) => requestFor(host, `/bytes/${4 << 20}`),
};

/** Microseconds of the server's processor time for one of what the generator counts. */
function costVariant(
  name: string,
  peer: Peer,
  loading: Omit<Loading, 'value'>,
  counted: 'served' | 'bytes',
  scale: number,
  warm: Load,
): Variant {
  return {
    name,
    open: async () => {
      const pair = await startPair(peer, { ...loading, value: () => 0 });
      await warmUp(pair.served, warm);
      const { pid } = pair.served.process;
      return {
        measure: async () => {
          const before = processorTime(pid);
          const figures = await pair.load.ask(loading.question);
          return { value: ((processorTime(pid) - before) * scale) / figures[counted]! };
        },
        close: () => stopPair(pair),
      };
    },
  };
}

const connectionsName = (connections: number): string =>
  connections === 1 ? '1 connection' : `${connections.toLocaleString('en-US')} connections`;

const requestCostVariant = (
  peer: Peer,
  name: string,
  connections: number,
  underWay: number,
): Variant =>
  costVariant(
    name,
    peer,
    {
      service: 'http',
      mode: 'keep',
      connections,
      request: (host) => requestFor(host, '/'),
      question: `run ${TURN_MS} ${underWay}`,
    },
    'served',
    1,
    WARM_REQUESTS,
  );

const requestCostRow = (peer: Peer): Row => ({
  name: 'cost',
  title: `processor time a request, ${UNDER_WAY} under way, ${peer.title}`,
  unit: 'us',
  moreIsBetter: false,
  variants: [
    ...CONNECTIONS.map((connections) =>
      requestCostVariant(peer, connectionsName(connections), connections, UNDER_WAY),
    ),
    requestCostVariant(peer, `${connectionsName(CROWD)}, all under way`, CROWD, CROWD),
  ],
  against: [connectionsName(REFERENCE_CONNECTIONS)],
  generator: GENERATOR,
  turns: 3,
});

const byteCostRow = (peer: Peer): Row => ({
  name: 'cost',
  title: `processor time a byte of content, ${peer.title}`,
  unit: 'ns',
  moreIsBetter: false,
  variants: SIZES.map(({ label, bytes }) =>
    costVariant(
      label,
      peer,
      {
        service: 'http',
        mode: 'body',
        request: (host) => requestFor(host, `/bytes/${bytes}`),
        question: `run ${TURN_MS}`,
      },
      'bytes',
      1000,
      WARM_CONTENT,
    ),
  ),
  against: [REFERENCE_SIZE],
  generator: GENERATOR,
  turns: 3,
});

/** Both, for each peer. */
export const costRows = (peers: readonly Peer[]): Row[] => [
  ...peers.map(requestCostRow),
  ...peers.map(byteCostRow),
];
