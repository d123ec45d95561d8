/**
 * Two of our stacks in one process: no kernel, no device. Beside `tcpip.js`, which is lwIP in
 * WebAssembly, where it is installed.
 */

import { nodeProgram } from '../harness/programs.js';
import type { Row } from '../harness/row.js';
import { THIS, type Version } from '../peers/ours.js';
import { TCPIP_JS, tcpipJsMissing } from '../peers/tcpip-js.js';
import { askedVariant } from './asked.js';
import { gigabits, perSecond } from './loaded.js';

const CONNECTIONS = 16;
const TURN_MS = 400;

const FIGURES = [
  { question: 'bulk', title: 'bulk', unit: 'Gbit/s', value: gigabits },
  {
    question: 'requests',
    title: `100 B there and back, ${CONNECTIONS} connections`,
    unit: 'round trips/s',
    value: perSecond,
  },
];

/** Bulk and small exchanges in memory. */
export function pairRows(versions: readonly Version[] = [THIS]): Row[] {
  const others = versions.length === 1 && tcpipJsMissing() === null ? [TCPIP_JS] : [];
  return FIGURES.map(({ question, title, unit, value }) => ({
    name: 'pair',
    title: `two stacks in one process: ${title}`,
    unit,
    moreIsBetter: true,
    variants: [
      ...versions.map(({ bench, suffix }) => ({
        name: `ours${suffix}`,
        command: nodeProgram('pair', [CONNECTIONS], bench),
      })),
      ...others.map((name) => ({ name, command: nodeProgram('pair-tcpip-js', [CONNECTIONS]) })),
    ].map(({ name, command }) => askedVariant(name, command, `${question} ${TURN_MS}`, value)),
    against: [TCPIP_JS, ...versions.slice(1).map(({ suffix }) => `ours${suffix}`)],
    starts: 2,
  }));
}
