/**
 * The table, as Markdown that can also be read as it is. Ratios stand first: absolute figures are the
 * machine's.
 */

import type { MeasuredRow, Outcome } from '../harness/measure-row.js';
import type { Row } from '../harness/row.js';
import { busy, comparison, figure, range } from './figures.js';

const HEAD = ['row', 'variant', 'ratio (quartiles)', 'median', 'quartiles', 'busy: server, client'];

function cellsOf(row: Row, outcome: Outcome): readonly string[] {
  const ratios = outcome.comparisons.map(comparison).join('; ');
  return [
    outcome.variant,
    ratios === '' && row.against.includes(outcome.variant) ? 'baseline' : ratios,
    `${figure(outcome.median)} ${row.unit}`,
    range(outcome, figure),
    busy(outcome.server, outcome.client),
  ];
}

/** The lines of a row; its title stands in the first one only. */
function linesOf({ row, outcomes }: MeasuredRow): string[][] {
  const title = row.generator === undefined ? row.title : `${row.title} (${row.generator})`;
  return outcomes.map((outcome, index) => [index === 0 ? title : '', ...cellsOf(row, outcome)]);
}

/** Formats rows as one table. */
export function table(rows: readonly MeasuredRow[]): string {
  const lines = rows.flatMap(linesOf);
  const widths = HEAD.map((name, column) =>
    Math.max(name.length, ...lines.map((line) => line[column]!.length)),
  );
  const format = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [format(HEAD), rule, ...lines.map(format)].join('\n');
}
