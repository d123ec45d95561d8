/**
 * Measures this stack and its peers side by side and prints a table of ratios.
 *
 * Everything that has an address runs in a network namespace of its own. Servers are pinned to one
 * core and clients to another, the variants of a row take turns, and the median of the ratios
 * within a round is what counts.
 *
 *     npm run bench -- --rows hello,download --rounds 5
 */

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { machine, table } from './harness/report.js';
import { measureRow, type Outcome, type Row } from './harness/row.js';
import type { PeerKind } from './harness/where.js';
import { CONGESTION_CONTROL } from './peers/congestion-control.js';
import { bulkRows } from './rows/bulk.js';
import { httpRows, LOAD_GENERATOR } from './rows/http.js';
import { memoryRows } from './rows/memory.js';
import { parseRows } from './rows/parse.js';
import { udpRows } from './rows/udp.js';

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('rows', {
    type: 'string',
    default: 'hello,connect,download,upload,udp,parse,memory',
    describe: 'which rows, separated by commas',
  })
  .option('rounds', { type: 'number', default: 3, describe: 'runs of each variant' })
  .option('seconds', { type: 'number', default: 3, describe: 'length of a run' })
  .option('write', { type: 'string', describe: 'also write the table to this file' })
  .strict()
  .parseAsync();

const namespace = enterNetworkNamespace();
const onTun: PeerKind[] = namespace.available ? ['tun', 'tun-plain'] : [];
const all: Row[] = [
  ...httpRows([...onTun, 'kernel', 'node-http', 'node-net'], options.seconds),
  ...bulkRows([...onTun, 'kernel', 'node-net'], options.seconds),
  ...udpRows([...onTun, 'node-dgram'], options.seconds),
  ...parseRows(),
  ...memoryRows(options.seconds),
];
const wanted = new Set(options.rows.split(','));
for (const name of wanted) {
  if (all.some((row) => row.name === name)) continue;
  console.error(`no row is called ${name}: choose from ${options.rows}`);
  process.exit(2);
}

const outcomes: Outcome[] = [];
const showProgress = process.stderr.isTTY;
for (const row of all.filter(({ name }) => wanted.has(name))) {
  const progress = (text: string): void => {
    if (showProgress) process.stderr.write(`\r\x1b[K${text}`);
  };
  outcomes.push(...(await measureRow(row, options.rounds, progress)));
}
if (showProgress) process.stderr.write('\r\x1b[K');

const report = `${machine(CONGESTION_CONTROL, LOAD_GENERATOR)}.\n\n${table(outcomes)}\n`;
process.stdout.write(report);
if (options.write !== undefined) writeFileSync(options.write, report);
