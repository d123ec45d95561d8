/**
 * Time to parse one request, beside Node's own parser with bare callbacks. Each parser has a process of
 * its own, and several one after the other: how the compiler has laid out a parser differs by process.
 */

import { nodeProgram } from '../harness/programs.js';
import type { Row, Variant } from '../harness/row.js';
import { THIS, type Version } from '../peers/ours.js';
import { MESSAGES } from '../process/messages.js';
import { askedVariant } from './asked.js';

const TURN_MS = 100;
const NODES = "Node's HTTPParser";

const variant = (
  name: string,
  who: 'ours' | 'new' | 'node',
  message: string,
  bench: string,
): Variant =>
  askedVariant(
    name,
    nodeProgram('parse', [who, message], bench),
    `run ${TURN_MS}`,
    ({ ns }) => ns!,
  );

/** One row per message: versions of ours, and Node's parser unless we are compared with ourselves. */
export const parseRows = (versions: readonly Version[] = [THIS], besideNode = true): Row[] =>
  Object.entries(MESSAGES).map(([message, text]) => ({
    name: 'parse',
    title: `parse: ${message} (${text.length} B)`,
    unit: 'ns',
    moreIsBetter: false,
    variants: [
      ...versions.map(({ bench, suffix }) => variant(`ours${suffix}`, 'ours', message, bench)),
      ...(besideNode ? [variant('ours, fields that are new', 'new', message, THIS.bench)] : []),
      ...(besideNode ? [variant(NODES, 'node', message, THIS.bench)] : []),
    ],
    against: [NODES, ...versions.slice(1).map(({ suffix }) => `ours${suffix}`)],
    starts: 3,
    turns: 5,
  }));
