/**
 * The goodput of the covering set as a table that people read and a test compares with.
 *
 * Where chance decides what is lost, one cell says nothing: any change of TCP gives it another
 * course. So cells are judged one by one only where nothing is left to chance; all others by the
 * geometric mean over the cells that share a value of a dimension.
 */

import {
  type Cell,
  cellName,
  DIMENSION_NAMES,
  type Dimension,
  valuesOf,
  valueText,
} from './dimensions.js';
import type { CellResult } from './run-cell.js';

/** A mean or a cell that has less than this share of what the table says has become worse. */
const LEAST_SHARE = 0.8;
/** One that has more than this is worth a new table. */
const REMARKABLE_SHARE = 1.25;
/** A mean over fewer cells moves by chance alone. */
const FEWEST_CELLS = 20;

/** What a comparison has found, one line each. */
export interface Comparison {
  readonly worse: readonly string[];
  readonly better: readonly string[];
}

const ROW = /^\| ([^|]*=[^|]*?) +\| *([\d.]+) *\|$/;

function geometricMean(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + Math.log(value), 0);
  return Math.exp(sum / values.length);
}

const figure = (kbit: number): string =>
  kbit >= 100 ? kbit.toFixed(0) : String(Number(kbit.toPrecision(3)));

/** The results of each value of a dimension, in the order of the values. */
function byValue(results: readonly CellResult[], name: Dimension): [string, CellResult[]][] {
  const groups = new Map<string, CellResult[]>(valuesOf(name).map((value) => [value, []]));
  for (const result of results) groups.get(valueText(result.cell, name))!.push(result);
  return [...groups].filter(([, group]) => group.length > 0);
}

/** Prints the table. */
export function formatTable(results: readonly CellResult[]): string {
  const lines = [
    '# Goodput of the grid',
    '',
    'Two of our stacks in virtual time, kbit/s of both directions as the applications see it, from the',
    'established connection on, slow start included. Cells carry about 100 KB, much less on slow paths.',
    'Made by `npm run grid -- --update`, compared with by `npm test`: nothing depends on the machine.',
    '',
    '## Geometric means',
    '',
    'To be compared with themselves, not with each other: the cells behind two values differ in the',
    'other dimensions too.',
    '',
    '| value | cells | kbit/s |',
    '| --- | --- | --- |',
  ];
  for (const name of DIMENSION_NAMES) {
    for (const [value, group] of byValue(results, name)) {
      const mean = geometricMean(group.map(({ kbitPerSecond }) => kbitPerSecond));
      lines.push(`| ${name} ${value} | ${group.length} | ${figure(mean)} |`);
    }
  }
  lines.push('', '## Cells', '', '| cell | kbit/s |', '| --- | --- |');
  for (const { cell, kbitPerSecond } of results) {
    lines.push(`| ${cellName(cell)} | ${figure(kbitPerSecond)} |`);
  }
  return `${lines.join('\n')}\n`;
}

/** Reads the cells of a table. */
function readCells(table: string): Map<string, number> {
  const cells = new Map<string, number>();
  for (const line of table.split('\n')) {
    const [, name, kbit] = ROW.exec(line) ?? [];
    if (name !== undefined) cells.set(name, Number(kbit));
  }
  return cells;
}

const isLeftToChance = ({ loss, duplicate, reorder }: Cell): boolean =>
  loss !== '0' || duplicate !== 0 || reorder !== 'none';

/** Compares results with a table of before. */
export function compareWithTable(results: readonly CellResult[], table: string): Comparison {
  const before = readCells(table);
  const worse: string[] = [];
  const better: string[] = [];
  const shares = new Map<CellResult, number>();
  const judge = (what: string, share: number): void => {
    const line = `${what}: ${share.toFixed(2)}x`;
    if (share < LEAST_SHARE) worse.push(line);
    else if (share > REMARKABLE_SHARE) better.push(line);
  };
  for (const result of results) {
    const name = cellName(result.cell);
    const was = before.get(name);
    if (was === undefined) {
      worse.push(`${name}: not in the table`);
      continue;
    }
    const share = result.kbitPerSecond / was;
    shares.set(result, share);
    if (!isLeftToChance(result.cell)) judge(name, share);
  }
  for (const name of DIMENSION_NAMES) {
    for (const [value, group] of byValue([...shares.keys()], name)) {
      if (group.length < FEWEST_CELLS) continue;
      const mean = geometricMean(group.map((result) => shares.get(result)!));
      judge(`${name} ${value}, mean of ${group.length} cells`, mean);
    }
  }
  return { worse, better };
}
