/**
 * Runs the grid of paths in virtual time: loss, RTT, reordering, duplication, MTU, MSS, buffers,
 * rate, queue, traffic, options and congestion control, each against each other.
 *
 * First comes the covering set of `npm test`, then cells of the whole product in a random order that
 * the seed decides, until the time is up; `--all` goes on to the end of the product. Cells that fail
 * are printed with their seed and a capture; `--trace` shows the one cell that a filter leaves.
 *
 *     npm run grid -- --minutes 10 --filter 'loss=5%|20% mtu=68'
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { seededRandom } from '@netlayers/testkit';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import {
  type Cell,
  cellAt,
  cellName,
  contains,
  coveringCells,
  productOf,
  seedOf,
  select,
} from './grid/dimensions.js';
import { compareWithTable, formatTable } from './grid/goodput-table.js';
import { reportCell } from './grid/report-cell.js';
import { type CellResult, captureCell, runCell } from './grid/run-cell.js';

/** The set of cells, and the seed of their randomness, that `npm test` runs. */
const USUAL_SEED = 1;
const TABLE = fileURLToPath(new URL('../GRID.md', import.meta.url));
const PROGRESS_MS = 2000;
const MINUTE_MS = 60_000;

/** What a worker is asked, and what it answers. */
interface Order {
  readonly index: number;
  readonly cell: Cell;
  readonly seed: number;
}
interface Answer {
  readonly index: number;
  readonly result: CellResult;
  /** Of a cell that failed. */
  readonly report: string | null;
}

/** In a worker: runs one cell after the other. */
function serve(): void {
  parentPort!.on('message', async ({ index, cell, seed }: Order) => {
    const result = await runCell(cell, seed);
    const report = result.faults.length > 0 ? await reportCell(result) : null;
    parentPort!.postMessage({ index, result, report } satisfies Answer);
  });
}

/** The cells to run, one after the other: the covering set, then the product in a random order. */
function* cellsOf(filter: string, seed: number, withProduct: boolean): Generator<Cell> {
  const selection = select(filter);
  for (const cell of coveringCells(seed)) if (contains(selection, cell)) yield cell;
  if (!withProduct) return;
  const count = productOf(selection);
  // A step that shares no factor with the count visits every number once.
  const random = seededRandom(seed);
  let step = count === 1 ? 1 : 1 + random.below(count - 1);
  while (greatestCommonDivisor(step, count) !== 1) step++;
  for (let visited = 0, at = random.below(count); visited < count; visited++) {
    yield cellAt(selection, at);
    at = (at + step) % count;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Runs cells on workers and calls `done` with each answer; resolves when all have answered. */
function runAll(
  cells: Iterator<Cell>,
  seed: number,
  workers: number,
  done: (answer: Answer) => void,
): Promise<void> {
  let next = 0;
  return new Promise((resolve, reject) => {
    let running = workers;
    for (let count = 0; count < workers; count++) {
      const worker = new Worker(fileURLToPath(import.meta.url));
      const feed = (): void => {
        const { value, done: isLast } = cells.next();
        if (isLast === true) {
          void worker.terminate();
          if (--running === 0) resolve();
          return;
        }
        const order: Order = { index: next++, cell: value, seed: seedOf(value, seed) };
        worker.postMessage(order);
      };
      worker.on('error', reject);
      worker.on('message', (answer: Answer) => {
        done(answer);
        feed();
      });
      feed();
    }
  });
}

/** Ends a series of cells when the time is up. */
function* until(deadline: number, cells: Iterable<Cell>): Generator<Cell> {
  for (const cell of cells) {
    if (performance.now() > deadline) return;
    yield cell;
  }
}

async function main(): Promise<void> {
  const options = await yargs(hideBin(process.argv))
    .scriptName('npm run grid --')
    .option('filter', { type: 'string', default: '', describe: "e.g. 'loss=5%|20% mtu=68'" })
    .option('seed', { type: 'number', default: USUAL_SEED, describe: 'of sets, order and losses' })
    .option('minutes', { type: 'number', default: 5, describe: 'how long to go on' })
    .option('all', { type: 'boolean', default: false, describe: 'the whole product; takes days' })
    .option('covering', { type: 'boolean', default: false, describe: 'the covering set only' })
    .option('workers', { type: 'number', default: availableParallelism() })
    .option('trace', { type: 'boolean', default: false, describe: 'shows the first cell' })
    .option('update', { type: 'boolean', default: false, describe: 'writes bench/GRID.md anew' })
    .strict()
    .parseAsync();
  const covering = options.covering || options.update;
  const cells = cellsOf(options.filter, options.seed, !covering);
  if (options.trace) {
    const { value } = cells.next();
    if (value === undefined) throw new RangeError('no cell is left');
    console.log(cellName(value));
    await captureCell(value, seedOf(value, options.seed), (line) => console.log(line));
    return;
  }
  const began = performance.now();
  const deadline =
    options.all || covering ? Number.POSITIVE_INFINITY : began + options.minutes * MINUTE_MS;
  const results: CellResult[] = [];
  let failed = 0;
  let lastProgress = began;
  await runAll(
    until(deadline, cells),
    options.seed,
    options.workers,
    ({ index, result, report }) => {
      results[index] = result;
      if (report !== null) {
        failed++;
        console.log(report);
      }
      const now = performance.now();
      if (now - lastProgress < PROGRESS_MS) return;
      lastProgress = now;
      const seconds = ((now - began) / 1000).toFixed(0);
      process.stderr.write(`${index + 1} cells in ${seconds} s, ${failed} failed\n`);
    },
  );
  console.log(`${results.length} cells, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
  if (options.update) {
    if (options.filter !== '') throw new RangeError('the table is made without a filter');
    writeFileSync(TABLE, formatTable(results));
  } else if (covering && options.filter === '' && options.seed === USUAL_SEED) {
    const { worse, better } = compareWithTable(results, readFileSync(TABLE, 'utf8'));
    for (const line of worse) console.log(`worse: ${line}`);
    for (const line of better) console.log(`better: ${line}`);
    if (worse.length > 0) process.exitCode = 1;
  }
}

if (isMainThread) await main();
else serve();
