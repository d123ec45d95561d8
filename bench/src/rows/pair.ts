/**
 * Two of our stacks in one process: no kernel, no device. Beside `tcpip.js`, which is lwIP in
 * WebAssembly, where it is installed.
 */

import { nodeProgram } from '../harness/programs.js';
import type { Row } from '../harness/row.js';
import { THIS, type Version } from '../peers/ours.js';
import { TCPIP_JS, tcpipHttpMissing, tcpipJsMissing } from '../peers/tcpip-js.js';
import { askedVariant } from './asked.js';
import { gigabits, perSecond } from './loaded.js';

const TURN_MS = 400;
/** Both get faster for some seconds. */
const WARM_UP_TURNS = 5;

/** What is measured; the peer stands still with more than one connection that asks. */
const FIGURES = [
  { question: 'bulk', connections: 1, title: 'bulk', unit: 'Gbit/s', value: gigabits },
  ...[1, 16].map((connections) => ({
    question: 'requests',
    connections,
    title: `100 B there and back, ${connections === 1 ? 'a connection' : `${connections} connections`}`,
    unit: 'round trips/s',
    value: perSecond,
  })),
];

/** Bulk and small exchanges in memory. */
export function pairRows(versions: readonly Version[] = [THIS]): Row[] {
  const hasOther = versions.length === 1 && tcpipJsMissing() === null;
  return FIGURES.map(({ question, connections, title, unit, value }) => ({
    name: 'pair',
    title: `two stacks in one process: ${title}`,
    unit,
    moreIsBetter: true,
    variants: [
      ...versions.map(({ bench, suffix }) => ({
        name: `ours${suffix}`,
        command: nodeProgram('pair', [connections], bench),
      })),
      ...(hasOther && connections === 1
        ? [{ name: TCPIP_JS, command: nodeProgram('pair-tcpip-js', [connections]) }]
        : []),
    ].map(({ name, command }) => askedVariant(name, command, `${question} ${TURN_MS}`, value)),
    against: [TCPIP_JS, ...versions.slice(1).map(({ suffix }) => `ours${suffix}`)],
    starts: 2,
    warmUpTurns: WARM_UP_TURNS,
  }));
}

/** Client and server on two stacks, one request after the other. */
export function pairHttpRow(): Row {
  const variants = [
    { name: 'ours, connection kept', command: nodeProgram('pair-http', ['keep']) },
    { name: 'ours, a connection each', command: nodeProgram('pair-http', ['close']) },
    ...(tcpipHttpMissing() === null
      ? [{ name: `${TCPIP_JS}, a connection each`, command: nodeProgram('pair-http-tcpip-js', []) }]
      : []),
  ];
  return {
    name: 'pair',
    title: 'two stacks in one process: GET of 100 B, one at a time',
    unit: 'requests/s',
    moreIsBetter: true,
    variants: variants.map(({ name, command }) =>
      askedVariant(name, command, `requests ${TURN_MS}`, perSecond),
    ),
    against: [`${TCPIP_JS}, a connection each`],
    starts: 2,
    warmUpTurns: WARM_UP_TURNS,
  };
}
