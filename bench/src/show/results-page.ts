/**
 * `bench/RESULTS.md`: the table, how to read it, and the rows that are lost, said plainly. What rows mean
 * and do not mean stands in `docs/performance.md`.
 */

import type { MeasuredRow } from '../harness/measure-row.js';
import { times } from './figures.js';
import { table } from './table.js';

const INTRODUCTION = `# Results

Made by \`npm run bench -- --write\`. Absolute figures move by 10 % and more from run to run and are the
machine's; a ratio is the median of those of neighbouring turns, with its quartiles, and above 1 is
better whatever the unit is. _No claim_ stands where the quartiles lie more than 15 % apart, or on both
sides of 1 and more than 5 % away from it. _Busy_ are shares of a core of the server and of the load
generator: where the generator's is near 100 % and the server's is not, the server can do more than it
was asked for. What costs what: [docs/performance.md](../docs/performance.md). Goodput on paths with loss:
[GOODPUT.md](GOODPUT.md), [GRID.md](GRID.md).
`;

interface Lost {
  readonly title: string;
  readonly variant: string;
  readonly against: string;
  readonly median: number;
}

const isOurs = (variant: string): boolean => /^(ours|netlayers)/.test(variant);

/** Where ours is slower than somebody who is not us. */
function lostRows(rows: readonly MeasuredRow[]): Lost[] {
  return rows.flatMap(({ row: { title }, outcomes }) =>
    outcomes
      .filter(({ variant }) => isOurs(variant))
      .flatMap(({ variant, comparisons }) =>
        comparisons
          .filter(({ verdict, against }) => verdict === 'slower' && !isOurs(against))
          .map(({ against, median }) => ({ title, variant, against, median })),
      ),
  );
}

/** The page. */
export function resultsPage(
  rows: readonly MeasuredRow[],
  caption: string,
  skipped: readonly string[],
): string {
  const lost = lostRows(rows).map(
    ({ title, variant, against, median }) =>
      `- ${title}: ${variant} has ${times(median)} of ${against}.`,
  );
  const sections = [
    INTRODUCTION,
    `${caption}\n`,
    '![The ratios](results.svg)\n',
    `${table(rows)}\n`,
  ];
  if (lost.length > 0) sections.push('## What we lose\n', `${lost.join('\n')}\n`);
  if (skipped.length > 0) {
    sections.push('## Not measured\n', `${skipped.map((line) => `- ${line}`).join('\n')}\n`);
  }
  return sections.join('\n');
}
