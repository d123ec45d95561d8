/**
 * The table, as Markdown that is also readable as it is.
 */

import { cpus, release } from 'node:os';
import type { Outcome } from './row.js';

function figure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function lineOf({ row, variant, runs, median, ratio }: Outcome): readonly string[] {
  const range = `${figure(Math.min(...runs))} - ${figure(Math.max(...runs))}`;
  const against = variant === row.baseline ? 'baseline' : `${ratio.toFixed(2)}x`;
  return [row.title, variant, `${figure(median)} ${row.unit}`, range, against];
}

/** Formats outcomes as a table; the title of a row stands on its first line only. */
export function table(outcomes: readonly Outcome[]): string {
  const head = ['row', 'variant', 'median', 'runs', 'against the baseline'];
  const lines = outcomes.map(lineOf);
  const cells = lines.map(([title = '', ...rest], index) => [
    lines[index - 1]?.[0] === title ? '' : title,
    ...rest,
  ]);
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((line) => line[column]!.length)),
  );
  const format = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [format(head), rule, ...cells.map(format)].join('\n');
}

/** What the figures were measured on. */
export function machine(congestionControl: string, loadGenerator: string): string {
  const cores = cpus();
  const name = cores[0]?.model ?? 'an unknown processor';
  return (
    `${cores.length} cores of ${name}, ${process.platform} ${release()}, Node ${process.versions.node}; ` +
    `the kernel's senders use ${congestionControl}, load by ${loadGenerator}`
  );
}
