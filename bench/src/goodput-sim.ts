/**
 * Measures goodput in virtual time on a path of 100 Mbit/s with loss, reordering and bursts, for
 * each congestion control, beside what Linux reached there; and how fairly two flows share a path.
 *
 * Both ends are our stack, so the figures depend on nothing of this machine: the same seeds give the
 * same table. Each cell is the median over the seeds, then Linux's figure, then the ratio.
 *
 *     npm run bench -- goodput-sim --cc cubic --rtt 50 --seeds 3
 */

import process from 'node:process';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { ALGORITHMS, algorithmOf } from './grid/algorithms.js';
import { median } from './harness/statistics.js';
import { CONDITIONS, pathImpairments, RTTS, secondsOf } from './path/conditions.js';
import { linuxFigure } from './path/linux-figures.js';
import { jainIndex, simulateFlows } from './path/simulate.js';

/** The path that flows share: 50 Mbit/s, 40 ms. */
const SHARED_MBIT = 50;
const SHARED_RTT_MS = 40;
/** How much later the second flow begins, times the seed, in ms. */
const STAGGER_MS = 130;

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench -- goodput-sim')
  .option('cc', { type: 'string', describe: 'congestion controls, separated by commas' })
  .option('rtt', { type: 'string', describe: 'round-trip times in ms, separated by commas' })
  .option('only', { type: 'string', describe: "conditions, e.g. 'loss 0,burst'" })
  .option('seeds', { type: 'number', default: 3, describe: 'runs of each cell' })
  .option('seconds', { type: 'number', describe: 'length of a run; 10, and 20 at 200 ms' })
  .option('fairness', { type: 'boolean', default: true, describe: 'two flows on one path, too' })
  .strict()
  .parseAsync();

const algorithms =
  options.cc === undefined ? ALGORITHMS : options.cc.split(',').map((name) => algorithmOf(name));
const rtts = options.rtt === undefined ? RTTS : options.rtt.split(',').map(Number);
const only = options.only?.split(',');
const conditions = CONDITIONS.filter(({ name }) => only === undefined || only.includes(name));
const seeds = Array.from({ length: options.seeds }, (_, index) => index + 1);
const figure = (mbit: number): string => mbit.toFixed(1);

console.log(`Mbit/s, median of ${seeds.length} (runs), Linux, ratio\n`);
console.log(`| cc | RTT ms | ${conditions.map(({ name }) => name).join(' | ')} |`);
console.log(`| --- | --- |${' --- |'.repeat(conditions.length)}`);
for (const { name: algorithm } of algorithms) {
  for (const rttMs of rtts) {
    const cells: string[] = [];
    for (const condition of conditions) {
      const runs: number[] = [];
      for (const seed of seeds) {
        const path = pathImpairments(condition, rttMs);
        const seconds = options.seconds ?? secondsOf(rttMs);
        const [mbit = 0] = await simulateFlows({ algorithm, path, seconds, seed });
        runs.push(mbit);
      }
      const ours = median(runs);
      const linux = linuxFigure(algorithm, rttMs, CONDITIONS.indexOf(condition));
      const all = runs.map(figure).join(' ');
      const against = Number.isNaN(linux) ? '' : `, ${linux}, ${(ours / linux).toFixed(2)}x`;
      cells.push(`${figure(ours)} (${all})${against}`);
    }
    console.log(`| ${algorithm} | ${rttMs} | ${cells.join(' | ')} |`);
  }
}

if (options.fairness) {
  console.log(
    `\nTwo flows on ${SHARED_MBIT} Mbit/s, ${SHARED_RTT_MS} ms, 60 s: Jain's index, Mbit/s of each\n`,
  );
  console.log('| cc | median | runs |\n| --- | --- | --- |');
  for (const { name: algorithm } of algorithms) {
    const path = pathImpairments(CONDITIONS[0]!, SHARED_RTT_MS, SHARED_MBIT);
    const runs: number[][] = [];
    for (const seed of seeds) {
      const startsMs = [0, seed * STAGGER_MS];
      runs.push(await simulateFlows({ algorithm, path, seconds: 60, seed, startsMs }));
    }
    const indexes = runs.map(jainIndex);
    const all = runs.map(
      (flows, index) => `${indexes[index]!.toFixed(3)} (${flows.map(figure).join(', ')})`,
    );
    console.log(`| ${algorithm} | ${median(indexes).toFixed(3)} | ${all.join(', ')} |`);
  }
}
