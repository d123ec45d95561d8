/**
 * Measures this stack and its peers side by side and prints a table of ratios. All rows take about five
 * minutes; names of rows run those only.
 *
 * Everything that has an address runs in a network namespace of its own. Servers are pinned to one
 * core and load generators to another, the variants of a row take turns of a part of a second, and the
 * median of the ratios of neighbouring turns is what counts, with its quartiles: what they do not bear is
 * *no claim*.
 *
 *     npm run bench -- hello download --turns 15 --json FILE --svg FILE
 *     npm run bench -- --quick --against HEAD~3
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { runGuard } from './guard/run-guard.js';
import { type MeasuredRow, measureRow } from './harness/measure-row.js';
import { stopWhenInterrupted } from './harness/processes.js';
import { BENCH } from './harness/programs.js';
import { enterNamespace } from './harness/where.js';
import { END_PRIORITY, takePriority } from './process/priority.js';
import { programme } from './rows/all.js';
import { failuresOf, progressOn } from './show/console.js';
import { json } from './show/json.js';
import { plot } from './show/plot.js';
import { resultsPage } from './show/results-page.js';
import { describeSurroundings, surroundings } from './show/surroundings.js';
import { table } from './show/table.js';

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage('$0 [ROW...]\n\nMeasures our stack beside its peers, and prints ratios.')
  .option('list', { type: 'boolean', describe: 'only say which rows there are' })
  .option('starts', { type: 'number', describe: 'how often the processes of a row are started' })
  .option('turns', { type: 'number', describe: 'turns of each variant after each start' })
  .option('json', { type: 'string', requiresArg: true, describe: 'write every run to this file' })
  .option('svg', { type: 'string', requiresArg: true, describe: 'draw the ratios into this file' })
  .option('write', { type: 'boolean', describe: 'write bench/RESULTS.md and its picture' })
  .option('quick', { type: 'boolean', describe: 'compare with a commit: non-zero if a row lost' })
  .option('against', {
    type: 'string',
    requiresArg: true,
    implies: 'quick',
    describe: 'the commit; by default the last one without what is not committed',
  })
  .strictOptions()
  .wrap(100)
  .parseAsync();

const names = options._.map(String);
for (const name of ['starts', 'turns'] as const) {
  const value = options[name];
  if (value === undefined || (Number.isInteger(value) && value > 0)) continue;
  console.error(`--${name} is a number of at least 1`);
  process.exit(2);
}

stopWhenInterrupted();
takePriority(END_PRIORITY);
const pace = { starts: options.starts, turns: options.turns };

if (options.quick === true) {
  const against = options.against ?? null;
  process.exitCode = await runGuard({ against, names, pace, enterNamespace });
} else {
  await measure();
}

async function measure(): Promise<void> {
  const { rows, skipped } = programme(enterNamespace());
  const known = [...new Set(rows.map(({ name }) => name))];
  if (options.list === true) {
    console.log(known.join('\n'));
    return;
  }
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`no row is called ${unknown.join(', ')}: choose from ${known.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  for (const line of skipped) console.error(`skipped: ${line}`);
  const chosen = names.length === 0 ? rows : rows.filter(({ name }) => names.includes(name));
  const progress = progressOn(process.stderr);
  const measured: MeasuredRow[] = [];
  for (const row of chosen) measured.push(await measureRow(row, pace, progress.say));
  progress.done();
  report(measured, skipped);
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function report(measured: readonly MeasuredRow[], skipped: readonly string[]): void {
  const at = surroundings();
  const caption = describeSurroundings(at);
  process.stdout.write(`${caption}\n\n${table(measured)}\n`);
  if (options.json !== undefined) write(options.json, json(measured, at));
  if (options.svg !== undefined) write(options.svg, plot(measured, caption));
  if (options.write === true) {
    write(join(BENCH, 'results.svg'), plot(measured, caption));
    write(join(BENCH, 'RESULTS.md'), resultsPage(measured, caption, skipped));
  }
  const failures = failuresOf(measured);
  for (const line of failures) console.error(line);
  if (failures.length > 0) process.exitCode = 1;
}
