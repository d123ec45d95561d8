/**
 * Measures goodput between this stack and the kernel's TCP on a path of 100 Mbit/s with loss,
 * reordering and bursts, beside the kernel with itself: same path, same congestion control, same
 * seed, in turns.
 *
 * The path is made of two network namespaces and a forwarder between them, and goes with the run:
 * root and `/dev/net/tun` are needed. Without `--full` a few cells are measured, for a few minutes.
 *
 *     npm run bench -- goodput --cc cubic --rtt 50 --only 'loss 0,burst'
 */

import process from 'node:process';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { ALGORITHMS, algorithmOf } from './grid/algorithms.js';
import { median } from './harness/statistics.js';
import { CONDITIONS, pathImpairments, RTTS, secondsOf } from './path/conditions.js';
import { measurePath, PathUnavailable, type Transfer } from './path/measure.js';
import { jainIndex } from './path/simulate.js';

/** What takes turns; the first is what the others are divided by. */
const VARIANTS: readonly { readonly name: string; readonly transfer: Transfer }[] = [
  { name: 'Linux to Linux', transfer: { far: 'kernel', direction: 'down' } },
  { name: 'ours to Linux', transfer: { far: 'ours', direction: 'down' } },
  { name: 'Linux to ours', transfer: { far: 'ours', direction: 'up' } },
];
/** The cells of a short run. */
const SHORT_RTTS = [50];
const SHORT_CONDITIONS = ['loss 0', 'loss 1%', 'reorder 1%', 'burst'];
const SHORT_SECONDS = 6;
/** The path that one flow of ours and one of Linux's share. */
const SHARED_MBIT = 50;
const SHARED_RTT_MS = 40;
const SHARED_SECONDS = 60;

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench -- goodput')
  .option('cc', { type: 'string', describe: 'congestion controls, separated by commas' })
  .option('rtt', { type: 'string', describe: 'round-trip times in ms, separated by commas' })
  .option('only', { type: 'string', describe: "conditions, e.g. 'loss 0,burst'" })
  .option('seeds', { type: 'number', default: 3, describe: 'runs of each variant' })
  .option('seconds', { type: 'number', describe: 'length of a run' })
  .option('full', { type: 'boolean', default: false, describe: 'every cell: takes hours' })
  .option('share', { type: 'boolean', default: false, describe: 'ours and Linux on one path' })
  .strict()
  .parseAsync();

const { full } = options;
const algorithms =
  options.cc === undefined
    ? ALGORITHMS.filter(({ name }) => full || name === 'cubic')
    : options.cc.split(',').map(algorithmOf);
const rtts = options.rtt?.split(',').map(Number) ?? (full ? RTTS : SHORT_RTTS);
const only = options.only?.split(',') ?? (full ? undefined : SHORT_CONDITIONS);
const conditions = CONDITIONS.filter(({ name }) => only === undefined || only.includes(name));
const seeds = Array.from({ length: options.seeds }, (_, index) => index + 1);
const figure = (mbit: number): string => mbit.toFixed(1);
const listed = (runs: readonly number[]): string => runs.map(figure).join(' ');

function printHead(): void {
  console.log(`Mbit/s, median of ${seeds.length} (runs), against Linux to Linux\n`);
  const columns = VARIANTS.map(({ name }) => name).join(' | ');
  console.log(
    `| cc | RTT ms | path | ${columns} |\n| --- | --- | --- |${' --- |'.repeat(VARIANTS.length)}`,
  );
}

async function measureCells(): Promise<void> {
  let isFirst = true;
  for (const { name: algorithm } of algorithms) {
    for (const rttMs of rtts) {
      const seconds = options.seconds ?? (full ? secondsOf(rttMs) : SHORT_SECONDS);
      for (const condition of conditions) {
        const path = pathImpairments(condition, rttMs);
        const runs = VARIANTS.map((): number[] => []);
        for (const seed of seeds) {
          for (const [index, { transfer }] of VARIANTS.entries()) {
            const transfers = [transfer];
            const { mbits } = await measurePath({ path, seed, algorithm, seconds, transfers });
            runs[index]!.push(mbits[0]!);
          }
        }
        const baseline = median(runs[0]!);
        const cells = runs.map((each, index) => {
          const against = index === 0 ? '' : `, ${(median(each) / baseline).toFixed(2)}x`;
          return `${figure(median(each))} (${listed(each)})${against}`;
        });
        if (isFirst) printHead();
        isFirst = false;
        console.log(`| ${algorithm} | ${rttMs} | ${condition.name} | ${cells.join(' | ')} |`);
      }
    }
  }
}

/** One flow of ours and one of Linux's, to the same receiver, at the same time. */
async function measureSharing(): Promise<void> {
  const what = `${SHARED_MBIT} Mbit/s, ${SHARED_RTT_MS} ms, ${SHARED_SECONDS} s`;
  console.log(`\nOne flow of ours and one of Linux's on ${what}: Jain's index (ours, Linux)\n`);
  console.log('| cc | median | runs |\n| --- | --- | --- |');
  const transfers: Transfer[] = [
    { far: 'ours', direction: 'down' },
    { far: 'kernel', direction: 'down' },
  ];
  const path = pathImpairments(CONDITIONS[0]!, SHARED_RTT_MS, SHARED_MBIT);
  for (const { name: algorithm } of algorithms) {
    const runs: (readonly number[])[] = [];
    for (const seed of seeds) {
      const run = { path, seed, algorithm, seconds: options.seconds ?? SHARED_SECONDS, transfers };
      runs.push((await measurePath(run)).mbits);
    }
    const all = runs.map((mbits) => `${jainIndex(mbits).toFixed(3)} (${listed(mbits)})`);
    console.log(`| ${algorithm} | ${median(runs.map(jainIndex)).toFixed(3)} | ${all.join(', ')} |`);
  }
}

try {
  if (options.share) await measureSharing();
  else await measureCells();
} catch (error) {
  // The wire has said why.
  if (!(error instanceof PathUnavailable)) throw error;
}
